"""Starts moto, and publishes small projects to it; reads back what is there with boto3.

Everything listens on 127.0.0.1.
"""

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
from blake3 import blake3

from proxy import Proxy

BUCKET = "bucket"
PREFIX = "static/"
IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"


class Stores:
    def __init__(self, arguments):
        self.staticc = arguments.staticc
        self.azurite = arguments.azurite
        self.is_quick = arguments.quick
        directory = arguments.directory.resolve()
        self.directory = directory
        self.checks = 0
        self.clouds = {}
        self.servers = []
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        port = free_port()
        moto = Path(sys.executable).with_name("moto_server")
        self.start_server([moto, "-H", "127.0.0.1", "-p", str(port)], port)
        self.proxy = Proxy(port)
        keys = {"aws_access_key_id": "demo", "aws_secret_access_key": "demo"}
        address = f"http://127.0.0.1:{port}"
        self.s3 = boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)

    def start_server(self, arguments, port, **environment):
        log = open(self.directory / f"{port}.log", "w")
        environment = {**os.environ, **environment}
        server = subprocess.Popen(arguments, stdout=log, stderr=log, env=environment)
        self.servers.append(server)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise SystemExit(f"{arguments[0]} does not start")

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

    def empty_bucket(self):
        try:
            self.s3.create_bucket(Bucket=BUCKET)
        except self.s3.exceptions.BucketAlreadyOwnedByYou:
            pass
        for key in self.keys():
            self.s3.delete_object(Bucket=BUCKET, Key=key)

    def keys(self):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def get(self, key, prefix=PREFIX):
        return self.s3.get_object(Bucket=BUCKET, Key=prefix + key)

    def read_json(self, key, prefix=PREFIX):
        """Returns what the object holds, or None if there is no object."""
        try:
            return json.load(self.get(key, prefix)["Body"])
        except self.s3.exceptions.NoSuchKey:
            return None

    def release(self, prefix=PREFIX):
        """Returns the current release, or None."""
        pointer = self.read_json(".staticc/current", prefix)
        return pointer and self.read_json(f".staticc/releases/{pointer['release']}.json", prefix)

    def check_whole(self, project, cache_control=SHORT):
        """Checks every object that the manifest needs, with body and headers."""
        root = project / "out"
        manifest = json.loads((root / "staticfiles.json").read_text())
        paths = set(manifest["paths"]) | set(manifest["paths"].values()) | {"staticfiles.json"}
        release = self.release()
        self.check(set(release["objects"]) == paths, "the release has other objects")
        for path in paths:
            found = self.get(path)
            body = found["Body"].read()
            stored = release["objects"][path]
            self.check(len(body) == stored["size"], f"{path} has another size")
            self.check(blake3(body).hexdigest() == stored["blake3"], f"{path}: its digest")
            if found.get("ContentEncoding") == "gzip":
                body = gzip.decompress(body)
            self.check(body == (root / path).read_bytes(), f"{path} has other bytes")
            fingerprinted = path in manifest["paths"].values()
            expected = IMMUTABLE if fingerprinted else cache_control
            self.check(found["CacheControl"] == expected, f"{path}: {found['CacheControl']}")
            self.check(found["ContentType"] == media_type(path), f"{path}: {found['ContentType']}")

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
            try:
                body = self.get(key, prefix)["Body"].read()
            except self.s3.exceptions.NoSuchKey:
                raise SystemExit(f"FAILED: {prefix}{key} of the current release is missing")
            self.check(blake3(body).hexdigest() in digests, f"{prefix}{key} has other bytes")
        return release["number"]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


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
