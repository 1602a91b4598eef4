globalThis.process ??= { env: {} };
