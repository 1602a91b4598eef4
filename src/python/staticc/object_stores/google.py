"""Describes the storages of Google Cloud Storage."""

from staticc.object_stores.base import (
    ObjectStore, acl_of, explained, gzips, known_parameters, require, store_url, text_or_none,
)


def describe(storage):
    parameters = known_parameters(storage, {"acl", "cache_control"})
    require(storage.file_overwrite, storage, "file_overwrite=False")
    require(storage.bucket_name, storage, "no bucket_name")
    with explained("the credentials of Google"):
        environment = credentials(storage.client)
    return ObjectStore(
        url=store_url("gs", storage.bucket_name, storage._normalize_name("x")),
        environment=environment,
        prefixes=("GOOGLE_SERVICE_", "GOOGLE_APPLICATION_", "GOOGLE_OAUTH_"),
        gzip=gzips(storage),
        acl=acl_of(storage, parameters.get("acl", storage.default_acl), "default_acl"),
        cache_control=text_or_none(parameters.get("cache_control")),
    )


def credentials(client):
    """Returns the variable of the token that the client of the storage has, or gets now."""
    from google.auth.credentials import AnonymousCredentials
    from google.auth.transport.requests import Request

    found = client._credentials
    if isinstance(found, AnonymousCredentials):
        return {"GOOGLE_OAUTH_ACCESS_TOKEN": "anonymous"}  # emulators take any token
    if not found.valid:
        found.refresh(Request())
    return {"GOOGLE_OAUTH_ACCESS_TOKEN": found.token}
