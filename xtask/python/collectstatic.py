"""`manage.py collectstatic --noinput` for a directory's settings.toml.

usage: collectstatic.py DIRECTORY
"""

import sys
import tomllib

import django_run

base = sys.argv[1]
with open(f"{base}/settings.toml", "rb") as file:
    django_run.configure(tomllib.load(file), base)

from django.core.management import call_command  # noqa: E402

call_command("collectstatic", interactive=False, verbosity=1)
