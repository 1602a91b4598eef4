"""Publishes a project to servers of S3, Azure and Google Cloud Storage, and reads back what is
there with libraries of others.

Usage: main.py [--quick] STATICC DIRECTORY AZURITE

A proxy between them counts requests, lets some fail, or kills staticc at one. With --quick,
fewer requests fail. Everything listens on 127.0.0.1.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cdn import django_links_to_the_cdn
from django_storages import app_leaves_what_django_storages_leaves
from faults import (
    every_end_leaves_a_release,
    every_end_of_pruning_loses_nothing,
    memory_server_does_what_moto_does,
    silent_servers_are_given_up,
)
from overlap import overlapping_releases_lose_nothing
from releases import (
    changed_headers_are_sent,
    claims_hold,
    errors_are_retried,
    prunes_what_only_old_releases_name,
    publishes_and_counts,
    rollback_restores_names,
    verifies_and_mends,
)
from remote_cache import machines_share_compressed_copies
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
    overlapping_releases_lose_nothing,
    machines_share_compressed_copies,
    azure_has_the_same_objects,
    google_has_the_same_objects,
    django_links_to_the_cdn,
    app_leaves_what_django_storages_leaves,
    memory_server_does_what_moto_does,
    every_end_leaves_a_release,
    every_end_of_pruning_loses_nothing,
]

# These only wait, and run beside the others.
WAITING_CHECKS = [silent_servers_are_given_up]


def run(check, stores):
    start = time.monotonic()
    check(stores)
    print(f"{check.__name__}: ok, {time.monotonic() - start:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", help="the name of one check")
    parser.add_argument("staticc")
    parser.add_argument("directory", type=Path)
    parser.add_argument("azurite")
    arguments = parser.parse_args()

    def selected(checks):
        return [check for check in checks if arguments.only in (None, check.__name__)]

    stores = Stores(arguments)
    try:
        with ThreadPoolExecutor() as pool:
            waiting = [pool.submit(run, check, stores) for check in selected(WAITING_CHECKS)]
            for check in selected(CHECKS):
                run(check, stores)
            for one in waiting:
                one.result()
        print(f"{stores.checks} checks")
    finally:
        for server in stores.servers:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
