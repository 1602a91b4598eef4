"""Publishing to Azure and to Google Cloud Storage, compared with publishing to S3."""

import json
import sys
from pathlib import Path

from azure.storage.blob import BlobServiceClient
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from google_server import start_google_server
from projects import BUCKET, PREFIX, write
from servers import free_port


def azure_has_the_same_objects(stores):
    """Publishes to azurite, and reads with Azure's own library."""
    port = free_port()
    flags = ["--inMemoryPersistence", "--skipApiVersionCheck", "--blobHost", "127.0.0.1"]
    command = [stores.azurite, *flags, "--blobPort", str(port)]
    stores.start_server(command, port, AZURITE_ACCOUNTS="demo:ZGVtbw==")
    address = f"http://127.0.0.1:{port}/demo"
    account = {"account_name": "demo", "account_key": "ZGVtbw=="}
    container = BlobServiceClient(address, credential=account).get_container_client(BUCKET)
    stores.clouds = {
        "AZURE_STORAGE_ACCOUNT_NAME": "demo",
        "AZURE_STORAGE_ACCOUNT_KEY": "ZGVtbw==",
        "AZURE_STORAGE_ENDPOINT": address,
    }

    def read(key):
        download = container.download_blob(key, decompress=False)
        settings = download.properties.content_settings
        headers = (settings.content_type, settings.content_encoding or None)
        return (*headers, settings.cache_control, download.readall())

    store = f"az://{BUCKET}/{PREFIX}"
    project = store_has_the_same_objects(
        stores,
        "azure",
        store,
        container.create_container,
        lambda: list(container.list_blob_names()),
        read,
        container.upload_blob,
    )
    stores.clouds["AZURE_STORAGE_ACCOUNT_KEY"] = "b3RoZXI="
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("accepts no credentials" in error, error)


def google_has_the_same_objects(stores):
    """Publishes to gcp-storage-emulator, and reads with Google's own library."""
    port = free_port()
    emulator = Path(sys.executable).with_name("gcp-storage-emulator")
    flags = ["--host=127.0.0.1", f"--port={port}", "--in-memory"]
    stores.start_server([emulator, "start", *flags], port)
    options = {"api_endpoint": f"http://127.0.0.1:{port}"}
    client = storage.Client("demo", AnonymousCredentials(), client_options=options)
    bucket = client.bucket(BUCKET)
    key = {"private_key": "k", "private_key_id": "i", "client_email": "e", "disable_oauth": True}
    stores.clouds = {
        "GOOGLE_BASE_URL": start_google_server(port),
        "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(key),
    }

    def read(key):
        blob = bucket.get_blob(key)
        headers = (blob.content_type, blob.content_encoding, blob.cache_control)
        # This replaces the headers by those of the emulator's download, which has none.
        return (*headers, blob.download_as_bytes(raw_download=True))

    store_has_the_same_objects(
        stores,
        "google",
        f"gs://{BUCKET}/{PREFIX}",
        lambda: client.create_bucket(BUCKET),
        lambda: [blob.name for blob in client.list_blobs(BUCKET)],
        read,
        lambda key, text: bucket.blob(key).upload_from_string(text),
    )


def store_has_the_same_objects(stores, name, store, create, keys, read, upload):
    """Publishes releases and a rollback to a store and to moto, and compares the objects.

    `create` makes the bucket, `keys` lists its objects, `read` returns type, encoding,
    Cache-Control and bytes of one, and `upload` sends one.
    """
    stores.empty_bucket()
    project = stores.project(name)
    stores.collect(project)
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("there is no bucket bucket" in error, error)
    create()

    def publish(*flags):
        stores.run(project, "publish", *flags)
        stores.run(project, "publish", store, *flags)
        expected = [key for key in stores.keys() if not key.startswith(PREFIX + ".staticc/")]
        missing = set(expected) - set(keys())
        stores.check(not missing, f"{missing} are not in {store}")
        for key in expected:
            found = stores.s3.get_object(Bucket=BUCKET, Key=key)
            headers = (found["ContentType"], found.get("ContentEncoding"), found["CacheControl"])
            *own_headers, body = read(key)
            stores.check(tuple(own_headers) == headers, f"{key}: {own_headers}, {headers}")
            stores.check(body == found["Body"].read(), f"{key} has other bytes")

    publish()
    out, _ = stores.run(project, "publish", store)
    stores.check("Nothing to publish" in out, out)
    write(project / "src/css/base.css", "a { color: blue }\n" * 50)
    stores.collect(project)
    publish()
    publish("--rollback")
    claim = '{"version": 1, "content": "0", "claimed": "then"}'
    upload(f"{PREFIX}.staticc/claims/00000004-1.json", claim)
    _, error = stores.run(project, "publish", store, code=1)
    stores.check("[publish-claimed]" in error, error)
    return project
