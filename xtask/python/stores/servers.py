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

from projects import BUCKET, IMMUTABLE, PREFIX, SHORT, Projects, media_type
from proxy import Proxy


class Stores(Projects):
    def __init__(self, arguments):
        self.azurite = arguments.azurite
        self.is_quick = arguments.quick
        self.servers = []
        directory = arguments.directory.resolve()
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.directory = directory
        port = free_port()
        moto = Path(sys.executable).with_name("moto_server")
        self.start_server([moto, "-H", "127.0.0.1", "-p", str(port)], port)
        super().__init__(arguments.staticc, directory, Proxy(port), self.read_object)
        keys = {"aws_access_key_id": "demo", "aws_secret_access_key": "demo"}
        self.moto = f"http://127.0.0.1:{port}"
        self.s3 = boto3.client("s3", endpoint_url=self.moto, region_name="us-east-1", **keys)

    def start_server(self, arguments, port, **environment):
        log = open(self.directory / f"{port}.log", "w")
        environment = {**os.environ, **environment}
        server = subprocess.Popen(arguments, stdout=log, stderr=log, env=environment)
        self.servers.append(server)
        wait_for_port(port)

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

    def read_object(self, key):
        try:
            return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None

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


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for_port(port):
    """Returns when a server listens at this port of this machine."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")
