"""Answers the cases on standard input with Python and Django.

usage: python_parity.py < CASES > ANSWERS
A case is one line of JSON: its kind and its texts. An answer is one line:
a list of texts, or null if Python raises an exception. Every text is bytes, one
character each; Python sees them as it sees the names of files.
"""

import json
import os
import posixpath
import sys
import urllib.parse

import django
from django.conf import settings

settings.configure(STATIC_URL="/static/", STATIC_ROOT="/nowhere")
django.setup()

from django.contrib.staticfiles.storage import (  # noqa: E402
    HashedFilesMixin,
    ManifestFilesMixin,
    ManifestStaticFilesStorage,
    StaticFilesStorage,
)
from django.contrib.staticfiles.utils import matches_patterns  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402


def newest_urlunsplit(components):
    """As Python 3.12.4 and 3.13 have it: before, a path that begins with two
    slashes was taken for a host."""
    scheme, netloc, url, query, fragment = components
    if netloc:
        if url and url[:1] != "/":
            url = "/" + url
        url = "//" + netloc + url
    elif url[:2] == "//":
        url = "//" + url
    elif scheme and scheme in urllib.parse.uses_netloc and (not url or url[:1] == "/"):
        url = "//" + url
    if scheme:
        url = scheme + ":" + url
    if query:
        url = url + "?" + query
    if fragment:
        url = url + "#" + fragment
    return url


class Hashed(HashedFilesMixin):
    """Django's own naming, with a fingerprint that is given."""

    def __init__(self, fingerprint):
        self.fingerprint = fingerprint

    def file_hash(self, name, content=None):
        return self.fingerprint


class Manifest(ManifestFilesMixin):
    """Django's own writing of a manifest, into memory."""

    def __init__(self, paths):
        # Sorted as from Django 6.0 on.
        self.hashed_files = dict(sorted(dict(paths).items()))
        self.manifest_storage = self
        self.written = None

    def exists(self, name):
        return False

    def _save(self, name, content):
        self.written = content.read()


class Looked(Exception):
    """A key was looked up in the manifest."""


class Lookups(dict):
    def get(self, key):
        raise Looked(key)


class Named(ManifestStaticFilesStorage):
    """Django's own reading of names, up to the manifest."""

    def load_manifest(self):
        return Lookups(), ""


def pattern(name, *patterns):
    # As collectstatic's set_options has it.
    matched = matches_patterns(name, list({os.path.normpath(p) for p in patterns}))
    return ["yes" if matched else "no"]


def url(base, text):
    split = urllib.parse.urlsplit(text)
    return [
        urllib.parse.unquote(text),
        *urllib.parse.urldefrag(text),
        *split,
        urllib.parse.urlunsplit(split),
        posixpath.normpath(text),
        *posixpath.split(text),
        posixpath.join(base, text),
        urllib.parse.urlsplit(urllib.parse.unquote(text)).path.strip(),
    ]


def name(text, fingerprint):
    return [Hashed(fingerprint).hashed_name(text, ContentFile(b""))]


def key(text):
    try:
        Named().url(text, force=True)
        looked = ""
    except Looked as lookup:
        looked = "=" + lookup.args[0]
    url = StaticFilesStorage().url(text)
    inside = url.startswith("/static/") and not url.endswith("/")
    path = "=" + urllib.parse.unquote(url.removeprefix("/static/")) if inside else ""
    return [looked, path]


def manifest(*texts):
    storage = Manifest(zip(texts[::2], texts[1::2]))
    storage.save_manifest()
    return [storage.written.decode("ascii")]


KINDS = {"pattern": pattern, "url": url, "name": name, "key": key, "manifest": manifest}


def answer(kind, texts):
    try:
        answers = KINDS[kind](*texts)
    except ValueError:
        return None
    return [text.encode("utf-8", "surrogateescape").decode("latin-1") for text in answers]


own_urlunsplit = urllib.parse.urlunsplit
for line in sys.stdin:
    kind, texts = json.loads(line)
    texts = [text.encode("latin-1").decode("utf-8", "surrogateescape") for text in texts]
    answers = [answer(kind, texts)]
    if kind in ("url", "name", "key"):
        # urldefrag and Django ask for it by its name in these modules.
        for module in (urllib.parse, sys.modules["django.contrib.staticfiles.storage"]):
            module.urlunsplit = newest_urlunsplit
        answers.append(answer(kind, texts))
        for module in (urllib.parse, sys.modules["django.contrib.staticfiles.storage"]):
            module.urlunsplit = own_urlunsplit
    print(json.dumps(answers))
