"""Makes small projects, and runs staticc on them; checks the releases of a store."""

import json
import os
import subprocess
from pathlib import Path

from blake3 import blake3

BUCKET = "bucket"
PREFIX = "static/"
IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"


class Projects:
    """Projects in a directory, which publish to `proxy`, a server that notes requests.

    `read` returns the bytes of an object, or None.
    """

    def __init__(self, staticc, directory, proxy, read):
        self.staticc = staticc
        self.directory = directory
        self.proxy = proxy
        self.read = read
        self.checks = 0
        self.clouds = {}

    def check(self, condition, message):
        self.checks += 1
        if not condition:
            raise SystemExit(f"FAILED: {message}")

    def project(self, name):
        project = self.directory / name
        write(project / "src/css/site.css", "a { background: url(../b.png) }\n" * 50)
        write(project / "src/css/base.css", "a { color: red }\n" * 50)
        write(project / "src/b.png", "picture")
        write(project / "src/app.js", "console.log(1);\n" * 50)
        write(project / "src/app.js.map", '{"version": 3}')
        write(project / "src/site.webmanifest", "{}")
        write(project / "src/f/ä b~.ttf", "font")
        self.settings(project, "")
        return project

    def settings(self, project, more, has_endpoint=True):
        """Writes the settings. Without an endpoint, that of `clouds` counts."""
        endpoint = f'endpoint = "{self.proxy.url}"\n' if has_endpoint else ""
        write(
            project / "settings.toml",
            'STATIC_URL = "/static/"\nSTATIC_ROOT = "out"\nSTATICFILES_DIRS = ["src"]\n'
            '[staticc]\npython_path = ["."]\nmissing_references = "ignore"\n'
            f'[staticc.publish]\nstore = "s3://{BUCKET}/{PREFIX}"\n'
            f"{endpoint}{more}",
        )

    def start(self, project, *arguments):
        secrets = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "hunter2", **self.clouds}
        environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(self.directory / "cache")}
        return subprocess.Popen(
            [self.staticc, *arguments],
            cwd=project,
            env={**environment, **secrets},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, project, *arguments, code=0):
        self.proxy.requests.clear()
        process = self.start(project, *arguments)
        out, error = process.communicate(timeout=120)
        self.check("panicked" not in error, error)
        if process.returncode != code:
            raise SystemExit(f"FAILED: exit {process.returncode} of {arguments}: {out}{error}")
        self.check("hunter2" not in out + error, "the secret is in the output")
        return out, error

    def collect(self, project):
        self.run(project, "collect", "--noinput", "-v0")

    def read_json(self, key, prefix=PREFIX):
        """Returns what the object holds, or None if there is no object."""
        body = self.read(prefix + key)
        return body and json.loads(body)

    def release(self, prefix=PREFIX):
        """Returns the current release, or None."""
        pointer = self.read_json(".staticc/current", prefix)
        return pointer and self.read_json(f".staticc/releases/{pointer['release']}.json", prefix)

    def check_current(self, prefix, replacements):
        """Checks all objects of the current release, by digest; returns its number.

        A name without a fingerprint may have the bytes of `replacements`, a later release.
        """
        release = self.release(prefix)
        if release is None:
            return 0
        for key, stored in release["objects"].items():
            digests = {stored["blake3"]}
            if stored["role"] != "fingerprinted" and key in replacements:
                digests.add(replacements[key]["blake3"])
            body = self.read(prefix + key)
            self.check(body is not None, f"{prefix}{key} of the current release is missing")
            self.check(blake3(body).hexdigest() in digests, f"{prefix}{key} has other bytes")
        return release["number"]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def media_type(path):
    types = {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".map": "application/json",
        ".json": "application/json",
        ".png": "image/png",
        ".ttf": "font/ttf",
        ".webmanifest": "application/manifest+json",
    }
    return types[Path(path).suffix]
