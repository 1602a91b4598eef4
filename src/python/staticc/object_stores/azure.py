"""Describes the storages of Azure."""

from urllib.parse import urlsplit, urlunsplit

from staticc.object_stores.base import (
    OCTET_STREAM, NotReplaceable, ObjectStore, explained, known_parameters, require, store_url, text_or_none,
)

SCOPE = "https://storage.azure.com/.default"


def describe(storage):
    parameters = known_parameters(storage, {"cache_control"})
    require(not storage.api_version, storage, "api_version")
    require(not storage.client_options, storage, "client_options")
    require(storage.default_content_type == OCTET_STREAM, storage, "default_content_type")
    require(storage.azure_container, storage, "no azure_container")
    with explained("the credentials of Azure"):
        url = urlsplit(storage.service_client.url)
        environment = credentials(storage, url.query)
        environment["AZURE_STORAGE_ACCOUNT_NAME"] = storage.service_client.account_name
    address = urlunsplit((url.scheme, url.netloc, url.path.rstrip("/"), "", ""))
    environment["AZURE_STORAGE_ENDPOINT"] = address
    if url.scheme == "http":
        environment["STATICC_ALLOW_HTTP"] = "1"
    return ObjectStore(
        url=store_url("az", storage.azure_container, storage._get_valid_path("x")),
        environment=environment,
        prefixes=("AZURE_", "MSI_", "IDENTITY_"),
        cache_control=text_or_none({"cache_control": storage.cache_control, **parameters}["cache_control"]),
    )


def credentials(storage, query):
    """Returns the variable of a key, a shared access signature or a token, in the order of django-storages."""
    # A connection string leaves both in the client.
    key = getattr(storage.service_client.credential, "account_key", None)
    if key:
        return {"AZURE_STORAGE_ACCOUNT_KEY": key}
    if query:
        return {"AZURE_STORAGE_SAS_TOKEN": query}
    if storage.token_credential and not storage.connection_string:
        return {"AZURE_STORAGE_TOKEN": storage.token_credential.get_token(SCOPE).token}
    raise NotReplaceable("the storage of Azure has no account_key, sas_token or token_credential")
