"""Serves a project as the documentation says, and lets `staticc verify URL` look at it.

Each server must pass with its good configuration, and have exactly the expected problems with
a worse one.

usage: main.py [--quick] STATICC DIRECTORY REPOSITORY
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from servers import Apache, EncryptedNginx, Nginx, WhiteNoise

# What servers are wrong about, beside the files of the example project and of the admin.
FILES = {
    "app/module.mjs": "export const answer = 42;\n" * 50,
    "app/site.webmanifest": json.dumps({"name": "Example", "icons": [{"src": "a" * 900}]}),
    "app/font.ttf": "font " * 300,
    "app/data.json": json.dumps(list(range(500))),
    "app/small.wasm": "wasm " * 300,
    "app/page.html": "<!doctype html><title>a</title>\n" * 50,
    "app/my file é.txt": "text " * 300,
}


class Project:
    """A collected STATIC_ROOT."""

    def __init__(self, arguments):
        self.staticc = arguments.staticc
        self.directory = arguments.directory.resolve()
        self.root = self.directory / "root"
        shutil.rmtree(self.directory, ignore_errors=True)
        for name, text in FILES.items():
            path = self.directory / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        demo = arguments.repository / "fixtures/demo"
        sources = [str(self.directory / "src"), str(demo / "static"), ["vendor", str(demo / "vendor")]]
        settings = {
            "STATIC_URL": "/static/",
            "STATIC_ROOT": str(self.root),
            "STATICFILES_DIRS": sources,
            "INSTALLED_APPS": ["django.contrib.admin", "polls.apps.PollsConfig"],
        }
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in settings.items()]
        lines.append(f"[staticc]\npython_path = {json.dumps([sys.prefix, str(demo)])}\n")
        (self.directory / "settings.toml").write_text("".join(lines))
        self.run("collect", "--noinput", "-v0", "--cache-dir", "cache")
        paths = json.loads((self.root / "staticfiles.json").read_text())["paths"]
        self.fingerprinted = set(paths.values())
        self.names = self.fingerprinted | set(paths)

    def run(self, *arguments, check=True, **environment):
        words = [self.staticc, *arguments]
        environment = {**os.environ, **environment}
        options = {"cwd": self.directory, "stdout": subprocess.PIPE, "env": environment}
        return subprocess.run(words, check=check, **options)

    def negotiated(self):
        """The names with a compressed copy."""
        copies = [name for name in self.names if any(self.has_copy(name, end) for end in ("br", "gz"))]
        return len(copies)

    def has_copy(self, name, suffix):
        return (self.root / f"{name}.{suffix}").exists()

    def problems(self, url):
        """The exit status of `staticc verify`, and how many files have each error or warning."""
        run = self.run("verify", url, "--format", "json", check=False)
        events = [json.loads(line) for line in run.stdout.splitlines()]
        summary = [event for event in events if event["event"] == "site-verified"]
        if not summary:
            sys.exit(f"{url}: {run.stdout.decode()}")
        rows = summary[0]["problems"]
        counts = {
            (row["code"], row["severity"]): row["files"] for row in rows if row["severity"] != "note"
        }
        return run.returncode, counts, summary[0]["requests"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("staticc", type=lambda text: Path(text).resolve())
    parser.add_argument("directory", type=Path)
    parser.add_argument("repository", type=lambda text: Path(text).resolve())
    arguments = parser.parse_args()
    project = Project(arguments)
    servers = [WhiteNoise, Nginx] if arguments.quick else [WhiteNoise, Nginx, Apache]
    failed = False
    for server in servers:
        for is_good in (True, False):
            expected = {} if is_good else server.expected(project)
            with server(project, is_good) as url:
                status, found, requests = project.problems(url)
            is_right = found == expected and status == (0 if is_good else 1)
            failed |= not is_right
            name = f"{server.__name__}, {'as documented' if is_good else 'worse'}"
            print(f"{'ok    ' if is_right else 'FAILED'} {name}: {requests} requests, {found or 'no problems'}")
            if not is_right:
                print(f"       expected {expected}, exit {status}")
    failed |= not has_only_trusted_certificates(project)
    sys.exit(failed)


def has_only_trusted_certificates(project):
    """Whether a site with an unknown certificate is refused, and passes with that of its authority."""
    server = EncryptedNginx(project, is_good=True)
    with server as url:
        refused = project.run("verify", url, "--format", "json", check=False)
        authority = str(server.directory / "ca.pem")
        trusted = project.run("verify", url, check=False, AWS_CA_BUNDLE=authority)
    is_right = refused.returncode == 1 and b"certificate" in refused.stdout and trusted.returncode == 0
    print(f"{'ok    ' if is_right else 'FAILED'} a certificate that only AWS_CA_BUNDLE makes known")
    return is_right


main()
