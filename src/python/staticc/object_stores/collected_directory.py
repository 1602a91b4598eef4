"""The directory in which the files of an object store are collected, before they are published.

It is below the user's cache directory, one for each project and store. Knows no cloud.
"""

import hashlib
import os
import pathlib
import sys

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, StaticFilesStorage
from django.core.files.storage import InMemoryStorage

from staticc import ask
from staticc.object_stores.base import has_manifest

WHITENOISE = "whitenoise.storage.Compressed"
NAMED_ATTRIBUTES = ("manifest_name", "manifest_strict", "support_js_module_import_aggregation")


def directory_of(storage, store):
    """Returns the directory of a store, for this project. It may not exist."""
    kind = "manifest" if has_manifest(storage) else "plain"
    module = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    project = (kind, store.url, store.endpoint or "", module, os.getcwd())
    name = hashlib.sha256("\n".join(project).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return cache_directory() / "staticc-collected" / name


def cache_directory():
    if sys.platform == "darwin":
        return pathlib.Path.home() / "Library/Caches"
    named = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "")
    return named if named.is_absolute() else pathlib.Path.home() / ".cache"


def describe_project(storage, store, directory, patterns):
    """Describes the project as if its storage were in this directory, and published to this store."""
    answers = ask.describe(storage_in(directory, storage), patterns)
    if answers["storage"] and store.gzip:
        base = answers["storage"]["base"].rpartition(".")[2]
        answers["storage"]["base"] = WHITENOISE + base
    add_settings(answers["settings"], store)
    return answers


def storage_in(directory, storage):
    """Returns a storage of Django's that keeps in a directory what `storage` keeps in a store."""
    if not has_manifest(storage):
        return StaticFilesStorage(location=directory)
    # It is not to read a manifest that is there already.
    made = ManifestStaticFilesStorage(location=directory, manifest_storage=InMemoryStorage())
    made.manifest_storage = made
    for name in NAMED_ATTRIBUTES:
        if hasattr(storage, name):
            setattr(made, name, getattr(storage, name))
    return made


def add_settings(answered, store):
    """Adds where and how to publish to the setting STATICC."""
    given = getattr(settings, "STATICC", None) or {}
    if not isinstance(given, dict) or not isinstance(given.get("publish", {}), dict):
        return  # the program says what is wrong
    own = answered.setdefault("STATICC", {"value": {}, "set": True})
    fixed, changeable = store.publish_settings()
    own["value"] = {**(own["value"] or {})}
    own["value"]["publish"] = {**changeable, **own["value"].get("publish", {}), **fixed}
    if store.gzip:
        compression = own["value"].get("compression", {})
        own["value"]["compression"] = {"encodings": ["gz"], **compression}
