"""Describes the storages of S3 and of what speaks S3."""

from urllib.parse import urlsplit

from staticc.object_stores.base import (
    OCTET_STREAM, ObjectStore, acl_of, explained, gzips, known_parameters, require, store_url, text_or_none,
)

# Options of botocore that change neither the objects nor where they go.
HARMLESS_OPTIONS = {
    "connect_timeout", "max_pool_connections", "read_timeout", "request_checksum_calculation",
    "response_checksum_validation", "retries", "tcp_keepalive", "user_agent", "user_agent_appid", "user_agent_extra",
}
SIGNATURES = (None, "s3v4")


def describe(storage):
    parameters = known_parameters(storage, {"ACL", "CacheControl"})
    require(storage.file_overwrite, storage, "file_overwrite=False")
    require(not storage.cloudfront_signer or not storage.querystring_auth, storage, "cloudfront_signer")
    require(storage.default_content_type == OCTET_STREAM, storage, "default_content_type")
    require(storage.bucket_name, storage, "no bucket_name")
    check_connection(storage)
    environment = {}
    with explained("the credentials of S3"):
        session = storage._create_session()
        environment.update(credentials(session))
    with explained("the server of S3"):
        client = storage.connection.meta.client
        endpoint = endpoint_of(storage, client)
        environment["AWS_REGION"] = region(storage, client, endpoint)
    require("@" not in urlsplit(endpoint or "").netloc, storage, "endpoint_url with a password")
    if isinstance(storage.verify, str):
        environment["AWS_CA_BUNDLE"] = storage.verify
    if endpoint and endpoint.startswith("http://"):
        environment["STATICC_ALLOW_HTTP"] = "1"
    return ObjectStore(
        url=store_url("s3", storage.bucket_name, storage._normalize_name("x")),
        environment=environment,
        prefixes=("AWS_ACCESS_", "AWS_SECRET_", "AWS_SESSION_", "AWS_SECURITY_", "AWS_REGION", "AWS_DEFAULT_REGION",
                  "AWS_ENDPOINT", "AWS_PROFILE", "AWS_CONTAINER_", "AWS_ROLE_", "AWS_WEB_", "AWS_VIRTUAL_"),
        gzip=gzips(storage),
        endpoint=endpoint,
        acl=acl_of(storage, parameters.get("ACL", storage.default_acl), "default_acl"),
        cache_control=text_or_none(parameters.get("CacheControl")),
    )


def check_connection(storage):
    """Raises NotReplaceable if the storage connects in a way that staticc does not."""
    from boto3.s3.transfer import TransferConfig

    options = dict(getattr(storage.client_config, "_user_provided_options", None) or {})
    of_s3 = dict(options.pop("s3", None) or {})
    style = of_s3.pop("addressing_style", None)
    require(style in (None, "auto", "path") or not storage.endpoint_url, storage, f"addressing_style={style!r}")
    require(not of_s3, storage, "client_config")
    require(options.pop("signature_version", None) in SIGNATURES, storage, "signature_version")
    require(not options.pop("proxies", None), storage, "proxies")
    require(options.pop("region_name", None) is None, storage, "client_config")
    require(options.keys() <= HARMLESS_OPTIONS, storage, "client_config")
    usual = TransferConfig(use_threads=storage.use_threads)
    require(public(storage.transfer_config) == public(usual), storage, "transfer_config")
    require(storage.verify is not False, storage, "verify=False")
    require(storage.use_ssl or storage.endpoint_url, storage, "use_ssl=False")


def public(thing):
    return {name: value for name, value in vars(thing).items() if not name.startswith("_")}


def credentials(session):
    """Returns the variables of the credentials that boto3 finds, also by a profile, a role or SSO."""
    found = session.get_credentials()
    if found is None:
        raise LookupError
    found = found.get_frozen_credentials()
    variables = {"AWS_ACCESS_KEY_ID": found.access_key, "AWS_SECRET_ACCESS_KEY": found.secret_key}
    if found.token:
        variables["AWS_SESSION_TOKEN"] = found.token
    return variables


def endpoint_of(storage, client):
    """Returns the address of the server, or None for that of AWS."""
    if storage.endpoint_url:
        return storage.endpoint_url
    address = client.meta.endpoint_url
    host = urlsplit(address).hostname or ""
    return None if host.startswith("s3") and host.endswith(".amazonaws.com") else address


def region(storage, client, endpoint):
    """Returns the region of the bucket. boto3 finds it by a redirection, which staticc does not follow."""
    configured = client.meta.region_name or "us-east-1"
    if endpoint:
        return configured
    from botocore.exceptions import ClientError

    try:
        answer = client.head_bucket(Bucket=storage.bucket_name)
    except ClientError as error:
        answer = error.response
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers.get("x-amz-bucket-region") or configured
