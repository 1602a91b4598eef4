export default { worker: { format: 'es' }, build: { manifest: true, sourcemap: true } }
