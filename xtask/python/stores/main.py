"""Publishes a project to servers of S3, Azure and Google Cloud Storage, and reads back what is
there with libraries of others.

Usage: main.py [--quick] STATICC DIRECTORY AZURITE

A proxy between them counts requests, lets some fail, or kills staticc at one. With --quick,
fewer requests fail. Everything listens on 127.0.0.1.
"""

import argparse
import time
from pathlib import Path

from clouds import azure_has_the_same_objects, google_has_the_same_objects
from django_storages import django_storages_has_the_same_objects
from faults import (
    every_end_leaves_a_release,
    memory_server_does_what_moto_does,
    silent_servers_are_given_up,
)
from releases import (
    changed_headers_are_sent,
    claims_hold,
    errors_are_retried,
    publishers_at_once_do_not_mix,
    publishes_and_counts,
    rollback_restores_names,
)
from servers import Stores

CHECKS = [
    publishes_and_counts,
    changed_headers_are_sent,
    claims_hold,
    rollback_restores_names,
    errors_are_retried,
    publishers_at_once_do_not_mix,
    azure_has_the_same_objects,
    google_has_the_same_objects,
    django_storages_has_the_same_objects,
    memory_server_does_what_moto_does,
    every_end_leaves_a_release,
    silent_servers_are_given_up,
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


if __name__ == "__main__":
    main()
