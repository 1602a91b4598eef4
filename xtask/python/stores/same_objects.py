"""Publishing to Azure and to Google Cloud Storage, compared with publishing to S3."""

from clouds import Azure, Google, cloud
from projects import BUCKET, PREFIX, write


def azure_has_the_same_objects(stores):
    """Publishes to azurite, and reads with Azure's own library."""
    azure = cloud(Azure, stores)
    project = store_has_the_same_objects(stores, azure)
    stores.clouds["AZURE_STORAGE_ACCOUNT_KEY"] = "b3RoZXI="
    _, error = stores.run(project, "publish", f"az://{BUCKET}/{PREFIX}", code=1)
    stores.check("accepts no credentials" in error, error)


def google_has_the_same_objects(stores):
    """Publishes to gcp-storage-emulator, and reads with Google's own library."""
    store_has_the_same_objects(stores, cloud(Google, stores))


def store_has_the_same_objects(stores, other):
    """Publishes releases and a rollback to a cloud and to moto, and compares the objects."""
    stores.empty_bucket()
    stores.clouds = dict(other.environment)
    store = f"{other.scheme}://{BUCKET}/{PREFIX}"
    project = stores.project(other.name)
    # Only a store of S3 may have one in the settings.
    stores.settings(project, "", has_endpoint=False)
    stores.clouds["AWS_ENDPOINT_URL"] = stores.proxy.url
    stores.collect(project)
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("there is no bucket bucket" in error, error)
    other.create(BUCKET)

    def publish(*flags):
        stores.run(project, "publish", *flags)
        stores.run(project, "publish", store, *flags)
        compare()

    def compare():
        expected = [key for key in stores.keys() if not key.startswith(PREFIX + ".staticc/")]
        missing = set(expected) - set(other.keys(BUCKET))
        stores.check(not missing, f"{missing} are not in {store}")
        for key in expected:
            found = stores.s3.get_object(Bucket=BUCKET, Key=key)
            headers = (found["ContentType"], found.get("ContentEncoding"), found["CacheControl"])
            *own_headers, body = other.read(BUCKET, key)
            stores.check(tuple(own_headers) == headers, f"{key}: {own_headers}, {headers}")
            stores.check(body == found["Body"].read(), f"{key} has other bytes")

    publish()
    out, _ = stores.run(project, "publish", store)
    stores.check("Nothing to publish" in out, out)
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    stores.collect(project)
    publish()
    publish("--rollback")
    for flags in ([], [store]):
        out, _ = stores.run(project, "verify", "--store", *flags)
        stores.check("no errors" in out, out)
        out, _ = stores.run(project, "prune", "--store", *flags, "--keep", "1")
        stores.check("of 1 old release" in out, out)
        stores.run(project, "verify", "--store", *flags)
    compare()
    left, expected = (
        {key for key in listed if "/.staticc/" not in key}
        for listed in (other.keys(BUCKET), stores.keys())
    )
    stores.check(left == expected, f"after pruning: {left ^ expected}")
    claim = '{"version": 1, "content": "0", "claimed": "then"}'
    other.upload(BUCKET, f"{PREFIX}.staticc/claims/00000005-1.json", claim)
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("[publish-claimed]" in error, error)
    return project
