"""Servers that speak S3, Azure and Google's JSON API, each read with the library of its cloud."""

import functools
import json
import sys
from pathlib import Path

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from google_server import start_google_server
from servers import free_port

AZURE_KEY = "ZGVtbw=="


class Amazon:
    """The server of the other checks, through the proxy."""

    name, scheme = "s3", "s3"
    manifest_backend = "storages.backends.s3.S3ManifestStaticStorage"
    plain_backend = "storages.backends.s3.S3StaticStorage"

    def __init__(self, stores):
        self.s3 = stores.s3
        self.environment = {}
        self.client_environment = {}
        self.options = {
            "endpoint_url": stores.proxy.url,
            "access_key": "demo",
            "secret_key": "hunter2",
            "region_name": "us-east-1",
            "gzip": True,
            "default_acl": "public-read",
        }

    def bucket_options(self, bucket):
        return {"bucket_name": bucket}

    def create(self, bucket):
        self.s3.create_bucket(Bucket=bucket)

    def keys(self, bucket):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read(self, bucket, key):
        """Returns type, encoding, Cache-Control and bytes of an object."""
        found = self.s3.get_object(Bucket=bucket, Key=key)
        encoding = found.get("ContentEncoding") or None
        return found["ContentType"], encoding, found.get("CacheControl"), found["Body"].read()

    def grants(self, bucket, key):
        found = self.s3.get_object_acl(Bucket=bucket, Key=key)["Grants"]
        return [(grant["Grantee"].get("URI"), grant["Permission"]) for grant in found]


class Azure:
    name, scheme = "azure", "az"
    manifest_backend = "manifest_storages.AzureManifestStorage"
    plain_backend = "storages.backends.azure_storage.AzureStorage"

    def __init__(self, stores):
        port = free_port()
        flags = ["--inMemoryPersistence", "--skipApiVersionCheck", "--blobHost", "127.0.0.1"]
        command = [stores.azurite, *flags, "--blobPort", str(port)]
        stores.start_server(command, port, AZURITE_ACCOUNTS=f"demo:{AZURE_KEY}")
        address = f"http://127.0.0.1:{port}/demo"
        account = {"account_name": "demo", "account_key": AZURE_KEY}
        self.service = BlobServiceClient(address, credential=account)
        self.environment = {
            "AZURE_STORAGE_ACCOUNT_NAME": "demo",
            "AZURE_STORAGE_ACCOUNT_KEY": AZURE_KEY,
            "AZURE_STORAGE_ENDPOINT": address,
        }
        self.client_environment = {}
        connection = {"AccountName": "demo", "AccountKey": AZURE_KEY, "BlobEndpoint": address}
        text = ";".join(f"{name}={value}" for name, value in connection.items())
        self.options = {"connection_string": text, "overwrite_files": True}

    def bucket_options(self, bucket):
        return {"azure_container": bucket}

    def create(self, bucket):
        self.service.create_container(bucket)

    def keys(self, bucket):
        return list(self.service.get_container_client(bucket).list_blob_names())

    def read(self, bucket, key):
        container = self.service.get_container_client(bucket)
        download = container.download_blob(key, decompress=False)
        settings = download.properties.content_settings
        headers = (settings.content_type, settings.content_encoding or None)
        return (*headers, settings.cache_control or None, download.readall())

    def grants(self, bucket, key):
        return []

    def upload(self, bucket, key, text):
        try:
            self.service.get_container_client(bucket).upload_blob(key, text)
        except ResourceExistsError:
            raise SystemExit(f"FAILED: {key} exists")


class Google:
    name, scheme = "google", "gs"
    manifest_backend = "manifest_storages.GoogleManifestStorage"
    plain_backend = "storages.backends.gcloud.GoogleCloudStorage"

    def __init__(self, stores):
        port = free_port()
        emulator = Path(sys.executable).with_name("gcp-storage-emulator")
        flags = ["--host=127.0.0.1", f"--port={port}", "--in-memory"]
        stores.start_server([emulator, "start", *flags], port)
        address = f"http://127.0.0.1:{port}"
        anonymous = AnonymousCredentials()
        options = {"api_endpoint": address}
        self.client = storage.Client("demo", anonymous, client_options=options)
        key = {"private_key": "k", "private_key_id": "i", "client_email": "e"}
        self.environment = {
            "GOOGLE_BASE_URL": start_google_server(port),
            "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps({**key, "disable_oauth": True}),
        }
        # Of Google's own library, which django-storages uses, and of staticc.
        base = self.environment["GOOGLE_BASE_URL"]
        self.client_environment = {"STORAGE_EMULATOR_HOST": address, "GOOGLE_BASE_URL": base}
        self.options = {"project_id": "demo", "anonymous": True, "gzip": True}

    def bucket_options(self, bucket):
        return {"bucket_name": bucket}

    def create(self, bucket):
        self.client.create_bucket(bucket)

    def keys(self, bucket):
        return [blob.name for blob in self.client.list_blobs(bucket)]

    def read(self, bucket, key):
        blob = self.client.bucket(bucket).get_blob(key)
        headers = (blob.content_type, blob.content_encoding, blob.cache_control)
        # This replaces the headers by those of the emulator's download, which has none.
        return (*headers, blob.download_as_bytes(raw_download=True))

    def grants(self, bucket, key):
        # The emulator keeps none.
        return []

    def upload(self, bucket, key, text):
        self.client.bucket(bucket).blob(key).upload_from_string(text)


@functools.cache
def cloud(kind, stores):
    """Returns the cloud of a class. Its server is started once."""
    return kind(stores)
