"""Publishes a project to servers of S3, Azure and Google Cloud Storage, and reads back what is
there with libraries of others.

Usage: main.py [--quick] STATICC DIRECTORY AZURITE

A proxy between them counts requests, lets some fail, or kills staticc at one. With --quick,
fewer requests fail. Everything listens on 127.0.0.1.
"""

import argparse
import time
from pathlib import Path

from cdn import django_links_to_the_cdn
from django_storages import app_leaves_what_django_storages_leaves
from faults import (
    errors_are_retried,
    every_end_leaves_a_release,
    every_end_of_pruning_loses_nothing,
)
from releases import (
    changed_headers_are_sent,
    claims_hold,
    publishers_at_once_do_not_mix,
    prunes_what_only_old_releases_name,
    publishes_and_counts,
    rollback_restores_names,
    verifies_and_mends,
)
from same_objects import azure_has_the_same_objects, google_has_the_same_objects
from servers import Stores

CHECKS = [
    publishes_and_counts,
    changed_headers_are_sent,
    claims_hold,
    rollback_restores_names,
    prunes_what_only_old_releases_name,
    verifies_and_mends,
    errors_are_retried,
    publishers_at_once_do_not_mix,
    azure_has_the_same_objects,
    google_has_the_same_objects,
    django_links_to_the_cdn,
    app_leaves_what_django_storages_leaves,
    every_end_leaves_a_release,
    every_end_of_pruning_loses_nothing,
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", help="the name of one check")
    parser.add_argument("staticc")
    parser.add_argument("directory", type=Path)
    parser.add_argument("azurite")
    arguments = parser.parse_args()
    stores = Stores(arguments)
    try:
        for check in CHECKS:
            if arguments.only in (None, check.__name__):
                start = time.monotonic()
                check(stores)
                seconds = time.monotonic() - start
                print(f"{check.__name__}: ok, {seconds:.1f} s", flush=True)
        print(f"{stores.checks} checks")
    finally:
        for server in stores.servers:
            server.terminate()
            server.wait()


main()
