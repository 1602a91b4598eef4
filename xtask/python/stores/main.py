"""Publishes a project to servers of S3, Azure and Google Cloud Storage, and reads back what is
there with libraries of others.

Usage: main.py [--quick] STATICC DIRECTORY AZURITE

A proxy between them counts requests, lets some fail, or kills staticc at one. With --quick,
fewer requests fail, and there are fewer files, releases and machines. Everything listens on 127.0.0.1.
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
]

# These have servers of their own, and run beside the others.
CHECKS_BESIDE = [every_end_leaves_a_release, every_end_of_pruning_loses_nothing]

# This takes two minutes, in which it only waits. The quick run leaves it out.
WAITING_CHECKS = [silent_servers_are_given_up]


def run_all(checks, stores):
    for check in checks:
        run(check, stores)


def run(check, stores):
    start = time.monotonic()
    check(stores)
    print(f"{check.__name__}: ok, {time.monotonic() - start:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", help="the name of a check")
    parser.add_argument("staticc")
    parser.add_argument("directory", type=Path)
    parser.add_argument("azurite")
    arguments = parser.parse_args()

    only = arguments.only

    def selected(checks):
        return [check for check in checks if not only or check.__name__ in only]

    stores = Stores(arguments)
    try:
        with ThreadPoolExecutor() as pool:
            waiting = [] if arguments.quick else WAITING_CHECKS
            started = [
                *(pool.submit(run, check, stores) for check in selected(waiting)),
                pool.submit(run_all, selected(CHECKS_BESIDE), stores),
            ]
            run_all(selected(CHECKS), stores)
            for one in started:
                one.result()
        print(f"{stores.checks} checks")
    finally:
        for server in stores.servers:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
