"""Compares what the Django app publishes with what django-storages sends, object by object.

Both run `manage.py collectstatic` with the same storage and the same sources to two buckets of the
same server. Each kind of difference must be one of those that docs/publish.md lists. The quick run
leaves out the files of Django's admin, and the storages without a manifest.
"""

import gzip
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from clouds import Amazon, Azure, Google, cloud
from projects import IMMUTABLE, PREFIX, SHORT, write

REPOSITORY = Path(__file__).resolve().parents[3]

# Of django-storages and of staticc. It takes the types of Python, without a charset.
TYPES = {
    ("text/css", "text/css; charset=utf-8"),
    ("text/html", "text/html; charset=utf-8"),
    ("text/javascript", "text/javascript; charset=utf-8"),
    ("text/plain", "text/plain; charset=utf-8"),
    ("text/xml", "text/xml; charset=utf-8"),
    # Python's mimetypes does not know these extensions.
    ("application/octet-stream", "application/json"),
    ("application/octet-stream", "font/otf"),
    ("application/octet-stream", "font/ttf"),
    ("application/octet-stream", "font/woff"),
    ("application/octet-stream", "font/woff2"),
    ("application/octet-stream", "image/webp"),
    ("application/octet-stream", "text/markdown; charset=utf-8"),
    # Or by another name.
    ("image/vnd.microsoft.icon", "image/x-icon"),
}

# WhiteNoise and staticc keep a compressed copy only if it saves this share.
MIN_SAVING = 0.05


class Object:
    def __init__(self, media_type, encoding, cache_control, body):
        # Google has the type of an object that was sent without one.
        self.media_type = media_type or "application/octet-stream"
        self.encoding = encoding
        self.cache_control = cache_control
        self.body = body
        self.content = gzip.decompress(body) if encoding == "gzip" else body


def app_leaves_what_django_storages_leaves(stores):
    for kind in (Amazon, Azure, Google):
        there = cloud(kind, stores)
        for has_manifest in (True,) if stores.is_quick else (True, False):
            compare_buckets(stores, there, has_manifest)


def compare_buckets(stores, there, has_manifest):
    kind = "manifest" if has_manifest else "plain"
    own_bucket, other_bucket = (f"{name}-{there.name}-{kind}" for name in ("app", "django"))
    project = stores.project(own_bucket)
    add_files_of_many_types(project / "src")
    backend = there.manifest_backend if has_manifest else there.plain_backend
    ran = []
    for bucket in (own_bucket, other_bucket):
        there.create(bucket)
        described = {
            "app": bucket == own_bucket,
            "admin": not stores.is_quick,
            "sources": str(project / "src"),
            "backend": backend,
            "options": {**there.options, **there.bucket_options(bucket), "location": PREFIX},
            "names": [],
        }
        ran.append(collectstatic(stores, there, project / f"{bucket}.json", described))
    (out, error, requests, seconds), (other_out, _, other_requests, other_seconds) = ran
    stores.check(error == "", f"{own_bucket}: {error}")
    stores.check(out == other_out, f"{own_bucket}: {out!r} and {other_out!r}")
    stores.check("static files copied" in out, out)
    own_keys = [key for key in there.keys(own_bucket) if not key.startswith(PREFIX + ".staticc/")]
    other_keys = there.keys(other_bucket)
    ours = {key: Object(*there.read(own_bucket, key)) for key in own_keys}
    theirs = {key: Object(*there.read(other_bucket, key)) for key in other_keys}
    fingerprinted = fingerprinted_keys(theirs) if has_manifest else set()
    differences = compare(stores, ours, theirs, fingerprinted)
    compare_grants(stores, there, own_bucket, other_bucket)
    print(f"  {own_bucket}: {len(ours)} objects")
    if requests:
        print(f"  {requests} requests in {seconds:.1f} s", end=", ")
        print(f"{other_requests} in {other_seconds:.1f} s by django-storages")
    size, other_size = (sum(len(one.body) for one in side.values()) for side in (ours, theirs))
    print(f"  {size:,} bytes, {other_size:,} bytes by django-storages")
    print(f"  {'objects':>7}  {'django-storages':42} staticc")
    for (kind, other, own), count in sorted(differences.items(), key=str):
        print(f"  {count:7}  {kind + ': ' + str(other):42} {own}")


def compare_grants(stores, there, own_bucket, other_bucket):
    """Checks who may read: what both sent, and only staticc itself what is below .staticc/."""
    grants = [there.grants(bucket, PREFIX + "app.js") for bucket in (own_bucket, other_bucket)]
    stores.check(grants[0] == grants[1], f"{own_bucket}: {grants}")
    documents = there.grants(own_bucket, PREFIX + ".staticc/current")
    stores.check(documents == [] or documents != grants[0], f"{own_bucket}: {documents}")


def collectstatic(stores, there, file, described):
    """Returns what the command prints, how many requests pass the proxy, and how long it takes."""
    write(file, json.dumps(described))
    script = Path(__file__).with_name("collect_to_store.py")
    path = [str(Path(stores.staticc).parent), os.environ["PATH"]]
    environment = {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(REPOSITORY / "src/python"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(stores.directory / "cache"),
        **there.client_environment,
    }
    stores.proxy.requests.clear()
    start = time.monotonic()
    run = subprocess.run(
        [sys.executable, script, file], env=environment, capture_output=True, text=True
    )
    seconds = time.monotonic() - start
    if run.returncode:
        raise SystemExit(f"FAILED: {file.name}: {run.stdout}{run.stderr}")
    stores.check("hunter2" not in run.stdout + run.stderr, "the secret is in the output")
    return run.stdout, run.stderr, len(stores.proxy.requests), seconds


def fingerprinted_keys(objects):
    manifest = json.loads(objects[PREFIX + "staticfiles.json"].content)
    return {PREFIX + path for path in manifest["paths"].values()}


def compare(stores, ours, theirs, fingerprinted):
    """Checks each object of both; returns how often each kind of difference is there."""
    stores.check(set(ours) == set(theirs), f"other keys: {sorted(set(ours) ^ set(theirs))}")
    differences = Counter()
    for key in set(ours) & set(theirs):
        own, other = ours[key], theirs[key]
        if key != PREFIX + "staticfiles.json":
            stores.check(own.content == other.content, f"{key} has other bytes")
        else:
            same = json.loads(own.content) == json.loads(other.content)
            stores.check(same, "the manifest differs")
        if own.media_type != other.media_type:
            types = (other.media_type, own.media_type)
            differences["type", *types] += 1
        if own.encoding != other.encoding:
            if own.encoding is None:
                saving = 1 - len(other.body) / len(own.body)
                stores.check(saving < MIN_SAVING, f"{key} is not compressed")
            differences["encoding", other.encoding, own.encoding] += 1
        expected = IMMUTABLE if key in fingerprinted else SHORT
        stores.check(own.cache_control == expected, f"{key}: {own.cache_control}")
        differences["cache", other.cache_control, own.cache_control] += 1
    types = {(other, own) for kind, other, own in differences if kind == "type"}
    stores.check(types <= TYPES, f"no known differences: {types - TYPES}")
    return differences


def add_files_of_many_types(sources):
    text = "lorem ipsum dolor sit amet\n" * 40
    for name in ["a.txt", "a.html", "a.svg", "a.json", "a.xml", "a.mjs", "a.wasm", "a.md"]:
        write(sources / "types" / name, text)
    for name in ["a.ttf", "a.otf", "a.woff", "a.woff2", "a.ico", "a.gif", "a.webp", "a.pdf"]:
        write(sources / "types" / name, text)
    write(sources / "types" / "short.css", "a{}")
    write(sources / "types" / "LICENSE", text)
