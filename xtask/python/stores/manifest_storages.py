"""Storages with a manifest, as projects make them for clouds for which django-storages has none."""

from azure.core.exceptions import ResourceNotFoundError
from django.contrib.staticfiles.storage import ManifestFilesMixin
from storages.backends.azure_storage import AzureStorage
from storages.backends.gcloud import GoogleCloudStorage


class AzureManifestStorage(ManifestFilesMixin, AzureStorage):
    overwrite_files = True

    def read_manifest(self):
        # Django expects FileNotFoundError where nothing is collected yet.
        try:
            return super().read_manifest()
        except ResourceNotFoundError:
            return None


class GoogleManifestStorage(ManifestFilesMixin, GoogleCloudStorage):
    querystring_auth = False
