"""Finds out whether staticc can publish in place of a storage of django-storages, and how.

`describe` returns an ObjectStore, or raises NotReplaceable with the reason. Each cloud has a module, which reads
what the storage has of OPTIONS, of settings and of the attributes of subclasses: django-storages has decided which
of them counts. No module of a cloud is imported unless the project has imported the storage. No request is sent
but to find credentials and the region of a bucket.
"""

from staticc.object_stores import azure, google, s3
from staticc.object_stores.base import NotReplaceable, ObjectStore, check_manifest, own_members

# The storage class of each cloud, and the function that describes its storages.
CLOUDS = {
    "storages.backends.s3.S3Storage": s3.describe,
    "storages.backends.azure_storage.AzureStorage": azure.describe,
    "storages.backends.gcloud.GoogleCloudStorage": google.describe,
}


def describe(storage):
    """Returns the ObjectStore of a storage, which is not a lazy object."""
    names = [f"{cls.__module__}.{cls.__qualname__}" for cls in type(storage).__mro__]
    for name, describe_storage in CLOUDS.items():
        if name in names:
            own_members(storage)
            check_manifest(storage)
            return describe_storage(storage)
    raise NotReplaceable(f"{names[0]} doesn't keep files on this disk")
