"""Publishes a project to moto's S3, and reads back what is there with boto3. Does the same
with azurite and Azure's library.

Usage: stores.py STATICC DIRECTORY AZURITE

A proxy between them counts requests, answers some with an error, or kills staticc at one.
Everything listens on 127.0.0.1.
"""

import gzip
import http.client
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import boto3
from azure.storage.blob import BlobServiceClient

BUCKET = "bucket"
PREFIX = "static/"
IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"
# Names without a fingerprint that differ between publishers.
MIXABLE = ["css/base.css", "app.js"]
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=demo/20260101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


class Proxy:
    """Forwards requests to a server, and notes them."""

    def __init__(self, port):
        self.requests = []
        # Called with the number of a request, from 1; returns a status to answer with, or None.
        self.before = lambda number: None
        self.after = lambda number: None
        lock = threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with lock:
                    proxy.requests.append((self.command, self.path))
                    number = len(proxy.requests)
                status = proxy.before(number)
                if status:
                    self.answer(status, [], b"<Error><Code>AccessDenied</Code></Error>")
                    return
                connection = http.client.HTTPConnection("127.0.0.1", port)
                headers = dict(self.headers)
                # Moto cannot read that of Google's client, and checks no signature.
                if not headers.get("authorization", "").startswith("AWS4"):
                    headers["authorization"] = SIGNATURE
                connection.request(self.command, self.path, body, headers)
                response = connection.getresponse()
                content = response.read()
                proxy.after(number)
                self.answer(response.status, response.getheaders(), content)

            def answer(self, status, headers, content):
                try:
                    self.send_response_only(status)
                    has_length = False
                    for name, value in headers:
                        if name.lower() not in ("transfer-encoding", "connection"):
                            self.send_header(name, value)
                            has_length |= name.lower() == "content-length"
                    if not has_length:
                        self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(content)
                except OSError:
                    # The client was killed.
                    self.close_connection = True

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *arguments):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Stores:
    def __init__(self, staticc, directory):
        self.staticc = staticc
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

    def settings(self, project, more):
        write(
            project / "settings.toml",
            'STATIC_URL = "/static/"\nSTATIC_ROOT = "out"\nSTATICFILES_DIRS = ["src"]\n'
            '[staticc]\npython_path = ["."]\nmissing_references = "ignore"\n'
            f'[staticc.publish]\nstore = "s3://{BUCKET}/{PREFIX}"\n'
            f'endpoint = "{self.proxy.url}"\n{more}',
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

    def get(self, key):
        return self.s3.get_object(Bucket=BUCKET, Key=PREFIX + key)

    def release(self):
        """Returns the current release, or None."""
        if PREFIX + ".staticc/current" not in self.keys():
            return None
        pointer = json.load(self.get(".staticc/current")["Body"])
        return json.load(self.get(f".staticc/releases/{pointer['release']}.json")["Body"])

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
            if found.get("ContentEncoding") == "gzip":
                body = gzip.decompress(body)
            self.check(body == (root / path).read_bytes(), f"{path} has other bytes")
            fingerprinted = path in manifest["paths"].values()
            expected = IMMUTABLE if fingerprinted else cache_control
            self.check(found["CacheControl"] == expected, f"{path}: {found['CacheControl']}")
            self.check(found["ContentType"] == media_type(path), f"{path}: {found['ContentType']}")

    def check_fingerprinted(self):
        """Checks that the current release has all its fingerprinted objects."""
        release = self.release()
        if release is None:
            return 0
        keys = set(self.keys())
        for key, stored in release["objects"].items():
            if stored["role"] == "fingerprinted":
                self.check(PREFIX + key in keys, f"{key} of the current release is missing")
                size = self.get(key)["ContentLength"]
                self.check(size == stored["size"], f"{key} has another size")
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


def publishes_and_counts(stores):
    project = stores.project("counted")
    stores.collect(project)
    _, error = stores.run(project, "publish", code=1)
    stores.check("there is no bucket bucket" in error, error)
    stores.empty_bucket()
    stores.run(project, "publish", "--dry-run")
    stores.check(stores.keys() == [], "a dry run sends objects")
    stores.run(project, "publish")
    objects = len(stores.release()["objects"])
    kept = sum("/.staticc/objects/" in key for key in stores.keys())
    count = len(stores.proxy.requests)
    stores.check(count <= objects + kept + 8, f"{count} requests for {objects} + {kept} objects")
    stores.check_whole(project)
    for key in stores.keys():
        if key.startswith(PREFIX + ".staticc/"):
            found = stores.s3.head_object(Bucket=BUCKET, Key=key)
            stores.check(found["CacheControl"] == "no-store", f"{key} may be cached")
    out, _ = stores.run(project, "publish")
    stores.check("Nothing to publish" in out, out)
    count = len(stores.proxy.requests)
    stores.check(count <= 2, f"{count} requests though nothing changed")
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    before = set(stores.keys())
    stores.collect(project)
    out, _ = stores.run(project, "publish", "--paths")
    purged = ["/static/css/base.css", "/static/staticfiles.json"]
    stores.check(out.split() == purged, out)
    count = len(stores.proxy.requests)
    stores.check(count <= 5 + 8, f"{count} requests for one changed file")
    stores.check(before <= set(stores.keys()), "publishing removes objects")
    stores.check_whole(project)


def changed_headers_are_sent(stores):
    project = stores.directory / "counted"
    stores.settings(project, 'encoding = "identity"\ncache_control = "no-cache"\n')
    stores.run(project, "publish")
    stores.check_whole(project, cache_control="no-cache")
    found = stores.get("css/base.css")
    stores.check("ContentEncoding" not in found, "the encoding has not changed")
    stores.settings(project, 'encoding = "br"\ncopies = true\nexclude = ["**/*.map"]\n')
    stores.run(project, "publish")
    found = stores.get("css/base.css.gz")
    stores.check(found["ContentEncoding"] == "gzip", "a copy has no encoding")
    stores.check(found["ContentType"] == media_type("a.css"), "a copy has another type")
    stores.check(stores.get("css/base.css")["ContentEncoding"] == "br", "the encoding is not br")
    maps = [key for key in stores.release()["objects"] if key.endswith(".map")]
    stores.check(maps == [], f"excluded files are published: {maps}")


def claims_hold(stores):
    stores.empty_bucket()
    project = stores.project("claimed")
    stores.collect(project)
    key = PREFIX + ".staticc/claims/00000001-1.json"
    claim = {"version": 1, "content": "0", "claimed": "2026-01-02T03:04:05Z", "publisher": "ci"}
    stores.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(claim))
    _, error = stores.run(project, "publish", code=1)
    stores.check("[publish-claimed]" in error and "by ci" in error, error)
    stores.check(stores.release() is None, "a release was published")
    stores.check(PREFIX + "app.js" not in stores.keys(), "a plain name was sent")
    claim["abandoned"] = True
    stores.s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(claim))
    stores.run(project, "publish")
    stores.check_whole(project)


def rollback_restores_names(stores):
    stores.empty_bucket()
    project = stores.project("rolled-back")
    stores.collect(project)
    stores.run(project, "publish")
    first = {key: stores.get(key)["Body"].read() for key in stores.release()["objects"]}
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    stores.collect(project)
    stores.run(project, "publish")
    out, _ = stores.run(project, "publish", "--rollback", "--paths")
    purged = ["/static/css/base.css", "/static/staticfiles.json"]
    stores.check(out.split() == purged, out)
    # The pointer, a release, the list and another release; a claim; two names, each read and
    # written; the pointer.
    count = len(stores.proxy.requests)
    stores.check(count <= 10, f"{count} requests for a rollback of two names")
    for key, body in first.items():
        found = stores.get(key)
        stores.check(found["Body"].read() == body, f"{key} is not that of the first release")
        stores.check(found["ContentType"] == media_type(key), f"{key} has another type")
    stores.check(stores.get("css/base.css")["CacheControl"] == SHORT, "it is immutable")
    out, _ = stores.run(project, "releases")
    stores.check([line[:3] for line in out.splitlines()] == ["  2", "* 1"], out)
    stores.run(project, "publish")
    stores.check_whole(project)


def errors_are_retried(stores):
    stores.empty_bucket()
    project = stores.directory / "claimed"
    stores.proxy.before = lambda number: 503 if number in (1, 3, 8) else None
    stores.run(project, "publish")
    stores.proxy.before = lambda number: None
    stores.check_whole(project)


def every_end_leaves_a_release(stores):
    """Ends a second release at its request 1, 2, 3, …, in three ways."""
    project = stores.directory / "claimed"
    for way in ["killed before", "killed after", "refused"]:
        number = 0
        while True:
            number += 1
            stores.empty_bucket()
            write(project / "src/css/base.css", "a { color: red }\n" * 50)
            stores.collect(project)
            stores.run(project, "publish", "-j1")
            write(project / "src/css/base.css", "a { color: blue }\n" * 50)
            stores.collect(project)
            if end_at(stores, project, way, number):
                break
            current = stores.check_fingerprinted()
            stores.check(current in (1, 2), f"{way} {number}: release {current}")
            stores.run(project, "publish")
            stores.check_whole(project)
        stores.check(number > 6, f"{way}: only {number} requests")


def end_at(stores, project, way, number):
    """Returns whether the run ended before this request."""
    stores.proxy.requests.clear()
    process = stores.start(project, "publish", "-j1")

    def kill(request):
        if request == number:
            process.send_signal(signal.SIGKILL)
            process.wait()

    if way == "killed before":
        stores.proxy.before = lambda request: kill(request) or (403 if request >= number else None)
    elif way == "killed after":
        stores.proxy.after = kill
    else:
        stores.proxy.before = lambda request: 403 if request >= number else None
    process.communicate(timeout=120)
    stores.proxy.before = stores.proxy.after = lambda request: None
    if process.returncode == 0:
        stores.check(len(stores.proxy.requests) < number, f"{way} {number}: exit 0")
        return True
    return False


def publishers_at_once_do_not_mix(stores):
    """Two projects publish to one store at once. The names are always those of one release."""
    stores.empty_bucket()
    projects = [stores.project(name) for name in ("one", "other")]
    published = refused = 0
    for turn in range(10):
        for project in projects:
            write(project / "src/css/base.css", f"a {{ color: {project.name}{turn} }}\n" * 50)
            write(project / "src/app.js", f"console.log('{project.name} {turn}');\n" * 50)
            stores.collect(project)
        runs = [stores.start(project, "publish") for project in projects]
        for run in runs:
            _, error = run.communicate(timeout=120)
            published += run.returncode == 0
            refused += "[publish-claimed]" in error
        release = stores.release()
        for key, stored in release["objects"].items():
            found = stores.get(key)
            stores.check(found["ContentLength"] == stored["size"], f"{turn}: {key} differs")
        bodies = [gzip.decompress(stores.get(key)["Body"].read()) for key in MIXABLE]
        names = [[name for name in (b"one", b"other") if name in body] for body in bodies]
        stores.check(names[0] == names[1] and len(names[0]) == 1, f"{turn}: mixed: {names}")
    stores.check(published + refused == 20, f"{published} published, {refused} refused")
    stores.check(refused > 0, "no two publishers met")


def azure_has_the_same_objects(stores):
    """Compares what azurite has with what moto has, after a release and a rollback."""
    stores.empty_bucket()
    port = free_port()
    flags = ["--inMemoryPersistence", "--skipApiVersionCheck", "--blobHost", "127.0.0.1"]
    command = [sys.argv[3], *flags, "--blobPort", str(port)]
    stores.start_server(command, port, AZURITE_ACCOUNTS="demo:ZGVtbw==")
    address = f"http://127.0.0.1:{port}/demo"
    account = {"account_name": "demo", "account_key": "ZGVtbw=="}
    container = BlobServiceClient(address, credential=account).get_container_client(BUCKET)
    stores.clouds = {
        "AZURE_STORAGE_ACCOUNT_NAME": "demo",
        "AZURE_STORAGE_ACCOUNT_KEY": "ZGVtbw==",
        "AZURE_STORAGE_ENDPOINT": address,
    }
    project = stores.project("azure")
    stores.collect(project)
    store = f"az://{BUCKET}/{PREFIX}"
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("there is no bucket bucket" in error, error)
    container.create_container()

    def publish(*flags):
        stores.run(project, "publish", *flags)
        stores.run(project, "publish", store, *flags)
        kept = [key for key in stores.keys() if not key.startswith(PREFIX + ".staticc/")]
        blobs = {blob.name: blob.content_settings for blob in container.list_blobs()}
        stores.check(set(kept) < set(blobs), f"{set(kept) - set(blobs)} are not on Azure")
        for key in kept:
            found = stores.s3.get_object(Bucket=BUCKET, Key=key)
            blob = blobs[key]
            on_azure = (blob.content_type, blob.content_encoding or None, blob.cache_control)
            on_s3 = (found["ContentType"], found.get("ContentEncoding"), found["CacheControl"])
            stores.check(on_azure == on_s3, f"{key}: {on_azure}, {on_s3}")
            body = container.download_blob(key, decompress=False).readall()
            stores.check(body == found["Body"].read(), f"{key} has other bytes")

    publish()
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    stores.collect(project)
    publish()
    publish("--rollback")
    claim = f"{PREFIX}.staticc/claims/00000004-1.json"
    container.upload_blob(claim, '{"version": 1, "content": "0", "claimed": "then"}')
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("[publish-claimed]" in error, error)
    stores.clouds["AZURE_STORAGE_ACCOUNT_KEY"] = "b3RoZXI="
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("accepts no credentials" in error, error)


def google_client_sends_the_same_headers(stores):
    """The XML API of Google Cloud Storage is that of S3 but for conditional creation."""
    stores.empty_bucket()
    key = {"private_key": "k", "private_key_id": "i", "client_email": "e", "disable_oauth": True}
    address = stores.proxy.url
    stores.clouds = {
        "GOOGLE_BASE_URL": address,
        "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(key),
    }
    project = stores.project("google")
    stores.collect(project)
    store = f"gs://{BUCKET}/{PREFIX}"
    stores.run(project, "publish", store)
    stores.check_whole(project)
    out, _ = stores.run(project, "publish", store)
    stores.check("Nothing to publish" in out, out)
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    stores.collect(project)
    stores.run(project, "publish", store)
    stores.check_whole(project)


def main():
    stores = Stores(sys.argv[1], Path(sys.argv[2]).resolve())
    try:
        for test in [
            publishes_and_counts,
            changed_headers_are_sent,
            claims_hold,
            rollback_restores_names,
            errors_are_retried,
            every_end_leaves_a_release,
            publishers_at_once_do_not_mix,
            azure_has_the_same_objects,
            google_client_sends_the_same_headers,
        ]:
            test(stores)
            print(f"{test.__name__}: ok", flush=True)
        print(f"{stores.checks} checks")
    finally:
        for server in stores.servers:
            server.terminate()
            server.wait()


main()
