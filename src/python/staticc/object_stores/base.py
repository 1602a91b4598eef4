"""What all clouds have in common: the description of a store, and the reasons why Django collects.

Does not know any cloud.
"""

import contextlib
import dataclasses
import os
import posixpath
import re

from staticc import ask

# Attributes of storages with a manifest that a subclass may set.
MANIFEST_ATTRIBUTES = {
    "manifest_name", "manifest_strict", "max_post_process_passes", "support_js_module_import_aggregation",
}
# Members that do not affect collecting, or whose effect the attributes of the storage show.
HARMLESS = {"__init__", "deconstruct", "make_helpful_exception", "read_manifest", "stored_name"}
LIBRARIES = ("django", "storages")
# Media types that every storage with `gzip` compresses if nothing else is set.
GZIP_TYPES = {
    "text/css", "text/javascript", "application/javascript", "application/x-javascript", "image/svg+xml",
}
# Access control lists that S3 and Google have in common.
ACLS = {"private", "public-read", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control"}
OCTET_STREAM = "application/octet-stream"


class NotReplaceable(Exception):
    """Django collects; the message says why."""


@dataclasses.dataclass
class ObjectStore:
    """A store that staticc publishes to. Only `environment` may hold secrets."""

    url: str
    # Names of variables, and their values for the program that publishes.
    environment: dict
    # Variables whose names begin so are for other stores.
    prefixes: tuple
    gzip: bool = False
    endpoint: str = None
    cache_control: str = None
    acl: str = None

    def publish_settings(self):
        """Returns settings of `[staticc.publish]`, in two groups: those that hold, and those that STATICC may change."""
        fixed = {"store": self.url}
        if self.endpoint:
            fixed["endpoint"] = self.endpoint
        changeable = {"encoding": "gzip" if self.gzip else "identity"}
        if self.cache_control:
            changeable["cache_control"] = self.cache_control
        if self.acl:
            changeable["acl"] = self.acl
        return fixed, changeable

    def child_environment(self):
        """Returns the environment of the program that publishes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(self.prefixes)}
        return {**kept, **self.environment}


def own_members(storage):
    """Raises NotReplaceable if a class of the project does more than to give other values to settings."""
    settings = {*storage.get_default_settings(), *MANIFEST_ATTRIBUTES}
    mro = type(storage).__mro__
    theirs = [cls for cls in mro if is_library(cls)]
    looked_up = settings.union(ask.CALLED_IF_DEFINED, *(filter(ask.own_name, vars(cls)) for cls in theirs))
    members = [(cls, name, value) for cls in mro if not is_library(cls) for name, value in vars(cls).items()]
    members += [(mro[0], name, value) for name, value in vars(storage).items() if callable(value) and name not in settings]
    for cls, name, value in members:
        is_value = name in settings and not hasattr(type(value), "__get__")
        # Django takes the URLs in files from the class below the one with the manifest.
        is_harmless = name in HARMLESS or name == "url" and not is_below_manifest(mro, cls)
        if name in looked_up and not is_value and not is_harmless:
            raise NotReplaceable(f"{ask.dotted(cls)} has its own `{name}`, which only Python can run")


def is_library(cls):
    return cls is object or cls.__module__.split(".")[0] in LIBRARIES


def has_manifest(storage):
    from django.contrib.staticfiles.storage import HashedFilesMixin

    return isinstance(storage, HashedFilesMixin)


def is_below_manifest(mro, cls):
    """Returns whether a class comes after the one with the manifest, if there is one."""
    from django.contrib.staticfiles.storage import HashedFilesMixin

    return HashedFilesMixin in mro and mro.index(cls) > mro.index(HashedFilesMixin)


def check_manifest(storage):
    """Raises NotReplaceable if Django would write URLs with signatures into CSS, or the manifest elsewhere."""
    from django.contrib.staticfiles.storage import HashedFilesMixin

    if not has_manifest(storage):
        return
    name = ask.dotted(type(storage))
    with explained(f"the URL of {name}"):
        # Django asks the class below the one with the manifest.
        url = super(HashedFilesMixin, storage).url("name.css")
    if "?" in url:
        raise NotReplaceable(f"{name} signs its URLs, which Django writes into files")
    if getattr(storage, "manifest_storage", storage) is not storage:
        raise NotReplaceable(f"{name} has its manifest elsewhere than its files")


def require(condition, storage, name):
    """Raises NotReplaceable if a setting of the storage has a value that staticc cannot take over."""
    if not condition:
        raise NotReplaceable(f"{ask.dotted(type(storage))} has `{name}`, which staticc can't take over")


def known_parameters(storage, known):
    """Returns the object parameters of a storage. Others than the known ones cannot be taken over."""
    parameters = storage.object_parameters or {}
    for name in parameters:
        require(name in known, storage, f"object_parameters[{name!r}]")
    return parameters


def acl_of(storage, acl, name):
    """Returns an access control list in the words of S3, or None."""
    words = re.sub("[A-Z]", lambda letter: "-" + letter[0].lower(), acl or "")
    require(not words or words in ACLS, storage, f"{name}={acl!r}")
    return words or None


def gzips(storage):
    """Returns whether the storage compresses. It may compress more types than usual, but not fewer."""
    if storage.gzip:
        require(GZIP_TYPES <= set(storage.gzip_content_types), storage, "gzip_content_types")
    return bool(storage.gzip)


def text_or_none(value):
    """Returns a header, or None for an empty one or for a value that is no text."""
    return value if isinstance(value, str) and value else None


def store_url(scheme, bucket, key):
    """Returns the URL of a store, from the key that the storage gives the name `x`."""
    prefix = posixpath.dirname(key)
    return f"{scheme}://{bucket}/{prefix}" if prefix else f"{scheme}://{bucket}"


@contextlib.contextmanager
def explained(what):
    """Makes any error the reason why Django collects. Its text is not shown: it may hold a secret."""
    try:
        yield
    except NotReplaceable:
        raise
    except Exception as error:
        raise NotReplaceable(f"{what} can't be found: {type(error).__name__}") from error
