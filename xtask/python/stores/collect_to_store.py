"""`manage.py collectstatic --noinput` of a project that a JSON file describes, to a store.

Usage: collect_to_store.py FILE

The file has `sources`, `backend` and `options` of the storage. `app` says whether the Django app of
staticc takes part, and `admin` whether the files of Django's admin are collected too.
"""

import json
import mimetypes
import sys
from pathlib import Path

from django.conf import settings

ADMIN = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"]

project = json.loads(Path(sys.argv[1]).read_text())
# Types of the system's own files differ from one machine to the next.
mimetypes.knownfiles.clear()
options = project["options"]
if options.pop("anonymous", False):
    from google.auth.credentials import AnonymousCredentials

    options["credentials"] = AnonymousCredentials()
settings.configure(
    STATIC_URL="/static/",
    STATICFILES_DIRS=[project["sources"]],
    INSTALLED_APPS=[
        *(["staticc"] if project["app"] else []),
        *(ADMIN if project["admin"] else []),
        "django.contrib.staticfiles",
    ],
    STORAGES={
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": project["backend"], "OPTIONS": options},
    },
)

import django  # noqa: E402
from django.core.management import call_command  # noqa: E402

django.setup()
call_command("collectstatic", interactive=False, verbosity=1)
if project["names"]:
    from django.contrib.staticfiles.storage import staticfiles_storage

    print(json.dumps({name: staticfiles_storage.url(name) for name in project["names"]}))
