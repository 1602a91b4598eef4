"""Compares what `staticc publish` sends with what django-storages sends, object by object.

Both collect the same sources, Django's admin among them, to buckets of the same server. Each
kind of difference must be one of those that docs/publish.md lists.
"""

import gzip
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from projects import BUCKET, IMMUTABLE, PREFIX, SHORT, write

OTHER_BUCKET = "django-storages"

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
    def __init__(self, found):
        self.media_type = found["ContentType"]
        self.encoding = found.get("ContentEncoding") or None
        self.cache_control = found.get("CacheControl")
        self.body = found["Body"].read()
        self.content = gzip.decompress(self.body) if self.encoding == "gzip" else self.body


def django_storages_has_the_same_objects(stores):
    stores.empty_bucket()
    stores.s3.create_bucket(Bucket=OTHER_BUCKET)
    project = stores.project("django-storages")
    add_files_of_many_types(project / "src")
    packages = Path(sys.executable).parent.parent
    stores.settings(project, "")
    text = (project / "settings.toml").read_text()
    text = text.replace('python_path = ["."]', f'python_path = ["{packages}"]')
    text = 'INSTALLED_APPS = ["django.contrib.admin", "django.contrib.staticfiles"]\n' + text
    write(project / "settings.toml", text)
    stores.collect(project)
    start = time.monotonic()
    stores.run(project, "publish")
    seconds = time.monotonic() - start
    requests = len(stores.proxy.requests)
    objects = stores.release()["objects"]
    ours = {key: Object(stores.get(key)) for key in objects}

    stores.proxy.requests.clear()
    script = Path(__file__).with_name("collect_to_s3.py")
    flags = [project / "src", stores.proxy.url, OTHER_BUCKET, PREFIX.rstrip("/")]
    start = time.monotonic()
    log = open(stores.directory / "collectstatic.log", "w")
    subprocess.run([sys.executable, script, *flags], check=True, stdout=log, stderr=log)
    other_seconds = time.monotonic() - start
    other_requests = len(stores.proxy.requests)
    pages = stores.s3.get_paginator("list_objects_v2").paginate(Bucket=OTHER_BUCKET)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    theirs = {
        key.removeprefix(PREFIX): Object(stores.s3.get_object(Bucket=OTHER_BUCKET, Key=key))
        for key in keys
    }
    differences = compare(stores, ours, theirs, objects)
    print(f"  {len(ours)} objects of staticc, {len(theirs)} of django-storages")
    print(f"  {requests} requests in {seconds:.1f} s, {other_requests} in {other_seconds:.1f} s")
    size, other_size = (sum(len(one.body) for one in side.values()) for side in (ours, theirs))
    print(f"  {size:,} bytes, {other_size:,} bytes")
    print(f"  {'objects':>7}  {'django-storages':42} staticc")
    for (kind, other, own), count in sorted(differences.items(), key=str):
        print(f"  {count:7}  {kind + ': ' + str(other):42} {own}")


def compare(stores, ours, theirs, release):
    """Checks each object of both; returns how often each kind of difference is there."""
    stores.check(set(ours) == set(theirs), f"other keys: {sorted(set(ours) ^ set(theirs))}")
    differences = Counter()
    for key in set(ours) & set(theirs):
        own, other = ours[key], theirs[key]
        stores.check(own.content == other.content, f"{key} has other bytes")
        if own.media_type != other.media_type:
            types = (other.media_type, own.media_type)
            differences["type", *types] += 1
        if own.encoding != other.encoding:
            if own.encoding is None:
                saving = 1 - len(other.body) / len(own.body)
                stores.check(saving < MIN_SAVING, f"{key} is not compressed")
            differences["encoding", other.encoding, own.encoding] += 1
        is_immutable = release[key]["role"] == "fingerprinted"
        expected = IMMUTABLE if is_immutable else SHORT
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
