"""Reads a STATIC_ROOT, and compares two of them.

Does not know whether Django or staticc made them.
"""

import gzip
import hashlib
import json
import os

import django_run


def read(root, django, manifest="staticfiles.json"):
    """Files as digests; compressed copies as sizes and what they decode to.
    Before Django 6.0 the manifest's order is the file system's."""
    files = {}
    for name, full in django_run.walk(root):
        with open(full, "rb") as file:
            data = file.read()
        key, size = django_run.escape(name), len(data)
        copy = full[-3:] if os.path.exists(full[:-3]) else b""
        if copy == b".gz":
            data = gzip.decompress(data)
        elif copy == b".br":
            # Only where WhiteNoise has it, too.
            import brotli

            data = brotli.decompress(data)
        if key == manifest:
            files[key] = json.loads(data) if django < "6" else data.decode()
        else:
            files[key] = hashlib.sha256(data).hexdigest()
        if copy in (b".gz", b".br"):
            files[key] = [files[key], size]
    return files


def digests(files):
    """Files without the sizes of compressed copies."""
    return {k: v[0] if isinstance(v, list) else v for k, v in files.items()}


def modes(root):
    """Returns the modes of a directory and of everything below it."""
    paths = [full for _, full in django_run.walk(root)]
    paths += [directory for directory, _, _ in os.walk(os.fsencode(root))]
    return {
        django_run.escape(os.path.relpath(path, os.fsencode(root))): oct(os.lstat(path).st_mode)
        for path in paths
    }


def differing(ours, theirs):
    """The paths at which two trees differ."""
    return sorted(k for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k))
