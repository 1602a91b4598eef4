"""`manage.py collectstatic --noinput` to S3 by django-storages, for a directory of sources.

Usage: collect_to_s3.py SOURCES ENDPOINT BUCKET LOCATION
"""

import mimetypes
import sys

from django.conf import settings

sources, endpoint, bucket, location = sys.argv[1:]
# Types of the system's own files differ from one machine to the next.
mimetypes.knownfiles.clear()
options = {
    "endpoint_url": endpoint,
    "bucket_name": bucket,
    "location": location,
    "access_key": "demo",
    "secret_key": "demo",
    "region_name": "us-east-1",
    "gzip": True,
}
settings.configure(
    STATIC_URL="/static/",
    STATICFILES_DIRS=[sources],
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.staticfiles",
    ],
    STORAGES={
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {
            "BACKEND": "storages.backends.s3.S3ManifestStaticStorage",
            "OPTIONS": options,
        },
    },
)

import django  # noqa: E402
from django.core.management import call_command  # noqa: E402

django.setup()
call_command("collectstatic", interactive=False, verbosity=1)
