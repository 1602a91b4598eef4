"""Ends publishing and pruning at their requests 1, 2, 3, … in many ways.

Whatever happened, the current release must be whole, and the next run must finish. The server
holds its objects in memory, and several processes end staticc in different ways at the same time.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from faulty_server import RESET, SILENT, TRUNCATED, no_fault
from memory_server import MemoryServer
from projects import BUCKET, PREFIX, Projects, write

# More requests than any publishing here takes.
MANY = 100
# Of so many requests, --quick takes one, and with each fault another one.
QUICK_STEP = 4

# The name of a fault, what happens, and whether the server has done the request by then.
# `always` means that all later requests fail too. Other faults pass, and staticc tries again.
FAULTS = [
    ("killed before", "kill", False),
    ("killed after", "kill", True),
    ("terminated", "terminate", False),
    ("403 always", 403, False),
    ("500 once", 500, False),
    ("500 once, done", 500, True),
    ("reset", RESET, False),
    ("reset, done", RESET, True),
    ("truncated", TRUNCATED, True),
]

# What is published: before the fault, and with it.
RELEASES = {
    "first release": (None, "new"),
    "second release": ("old", "new"),
    "a file in parts": (None, "large"),
}
# What --quick publishes.
QUICK_RELEASES = ("second release", "a file in parts")

# Larger than a file that is sent at once.
LARGE = 17 << 20

# Which request a server does not answer, however often it is sent: the pointer, a fingerprinted
# name, the claim, and the new pointer.
SILENT_REQUESTS = [1, 3, -6, -1]
# How often one is sent, and how long that may take, in seconds: docs/publish.md.
ATTEMPTS = 2
SILENCE = 130


class Case(NamedTuple):
    """What a process of its own does."""

    staticc: str
    directory: Path
    is_quick: bool
    what: str
    fault: tuple

    def projects(self):
        name = f"{self.what}, {self.fault[0]}".replace(" ", "-")
        return projects_of(self.staticc, self.directory / name, MemoryServer())


def memory_server_does_what_moto_does(stores):
    """Publishes releases and a rollback to both, and compares requests and objects."""
    stores.empty_bucket()
    moto = stores.project("moto")
    memory = MemoryServer()
    other = projects_of(stores.staticc, stores.directory / "memory", memory)
    project = other.project("moto")
    write(moto / "src/film.mp4", "film" * (LARGE // 4))
    write(project / "src/film.mp4", "film" * (LARGE // 4))
    for turn in ("red", "blue"):
        for both, where in ((stores, moto), (other, project)):
            write(where / "src/css/base.css", f"a {{ color: {turn} }}\n" * 50)
            both.collect(where)
            both.run(where, "publish", "-j1")
        compare_with_moto(stores, memory)
    for both, where in ((stores, moto), (other, project)):
        both.run(where, "publish", "-j1", "--rollback")
    compare_with_moto(stores, memory)


def compare_with_moto(stores, memory):
    def shown(server):
        # Names of releases and ids of uploads differ.
        steps = [(method, path.split("?")[0]) for method, path in server.requests]
        return [step for step in steps if "/releases/" not in step[1]]

    stores.check(shown(stores.proxy) == shown(memory), "the memory server gets other requests")
    keys = [key for key in stores.keys() if not key.startswith(PREFIX + ".staticc/")]
    stores.check(keys, "moto has no objects")
    for key in keys:
        found = stores.s3.get_object(Bucket=BUCKET, Key=key)
        names = {"ContentType": "Content-Type", "CacheControl": "Cache-Control"}
        names["ContentEncoding"] = "Content-Encoding"
        headers = {names[name]: found[name] for name in names if found.get(name)}
        expected = (found["Body"].read(), headers)
        stores.check(memory.objects.get(key) == expected, f"the memory server's {key} differs")


def every_end_leaves_a_release(stores):
    """Ends a first and a second release, and one of a large file, at each of their requests."""
    releases = QUICK_RELEASES if stores.is_quick else RELEASES
    end_in_all_ways(stores, ends_at_each_request, releases)


def every_end_of_pruning_loses_nothing(stores):
    """Ends pruning at each of its requests."""
    end_in_all_ways(stores, prunes_end_at_each_request, ["pruning"])


def end_in_all_ways(stores, end, whats):
    """Calls `end` for each of these and each fault, in several processes."""
    cases = [
        Case(stores.staticc, stores.directory, stores.is_quick, what, fault)
        for what in whats
        for fault in FAULTS
    ]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        for case, ended, checks in pool.map(end, cases):
            stores.checks += checks
            print(f"  {case.what}, {case.fault[0]}: at {ended} requests", flush=True)


def requests_of(case):
    """Yields the numbers of the requests that a fault happens at, without an end."""
    for number in range(1, MANY):
        if not case.is_quick or (number - FAULTS.index(case.fault)) % QUICK_STEP == 0:
            yield number
    raise SystemExit(f"FAILED: {case.what}, {case.fault}: there is no end")


def projects_of(staticc, directory, server):
    def read(key):
        return server.objects[key][0] if key in server.objects else None

    return Projects(staticc, directory, server, read)


def make_project(projects, name):
    """Makes and collects the project of this name."""
    project = projects.project(name)
    if name != "old":
        write(project / "src/css/base.css", f"a {{ content: '{name}' }}\n" * 50)
    if name == "large":
        for other in ("app.js", "app.js.map", "f/ä b~.ttf", "css/site.css", "b.png"):
            (project / "src" / other).unlink()
        (project / "src/film.mp4").write_bytes(random.Random(1).randbytes(LARGE))
    projects.collect(project)
    return project


def ends_at_each_request(case):
    """Returns the case, how many requests it ended at, and how many checks were made."""
    projects = case.projects()
    server = projects.proxy
    earlier, name = RELEASES[case.what]
    project = make_project(projects, name)
    third = make_project(projects, "third")
    projects.run(project, "publish", "-j1")
    expected = projects.release()["objects"]
    server.objects.clear()
    if earlier:
        projects.run(make_project(projects, earlier), "publish", "-j1")
    before = dict(server.objects)
    for ended, number in enumerate(requests_of(case)):
        server.objects, server.uploads = dict(before), {}
        if not end_at(projects, (project, "publish", "-j1"), case.fault, number):
            projects.check(number > 6, f"{case.fault}: only {number} requests")
            return case, ended, projects.checks
        what = f"{case.what}, {case.fault[0]} at {number}"
        current = projects.check_current(PREFIX, expected)
        numbers = (1, 2) if earlier else (0, 1)
        projects.check(current in numbers, f"{what}: release {current}")
        # Without a pointer, the next release has the number after that of any document.
        last = (2,) if earlier else (1, 2)
        if case.fault[1] == "terminate" and earlier:
            # It has given its claim up, so that others need not wait.
            projects.run(third, "publish")
            last = (3, 4)
        projects.run(project, "publish")
        current = projects.check_current(PREFIX, {})
        projects.check(current in last, f"{what}: release {current} after the next run")
        objects = projects.release()["objects"]
        projects.check(objects == expected, f"{what}: the next release has other objects")


def prunes_end_at_each_request(case):
    """Returns the case, how many requests it ended at, and how many checks were made."""
    projects = case.projects()
    server = projects.proxy
    versions = [make_project(projects, f"version{number}") for number in range(3)]
    releases = []
    for project in versions:
        projects.run(project, "publish")
        releases.append(projects.release()["objects"])
    before = dict(server.objects)
    prune = (project, "prune", "--store", "--keep", "1")
    projects.run(*prune)
    expected = unclaimed(server)
    projects.check(len(expected) < len(before), "nothing is pruned")
    for ended, number in enumerate(requests_of(case)):
        server.objects = dict(before)
        if not end_at(projects, prune, case.fault, number):
            projects.check(number > 10, f"{case.fault}: only {number} requests")
            return case, ended, projects.checks
        what = f"{case.what}, {case.fault[0]} at {number}"
        current = projects.check_current(PREFIX, {})
        projects.check(current == 3, f"{what}: release {current} is current")
        objects = projects.release()["objects"]
        projects.check(objects == releases[-1], f"{what}: it has other objects")
        if case.fault[1] != "terminate":
            an_hour_passes(server)
        projects.run(*prune)
        projects.run(project, "verify", "--store")
        left = unclaimed(server)
        projects.check(left == expected, f"{what}: {left ^ expected} after the next run")
        # Content of a release that is gone comes back whole.
        projects.run(versions[0], "publish")
        projects.check(projects.check_current(PREFIX, {}) > 3, f"{what}: no other release")
        objects = projects.release()["objects"]
        projects.check(objects == releases[0], f"{what}: the next release has other objects")


def unclaimed(server):
    """Returns the keys of all objects that are no claims."""
    return {key for key in server.objects if "/.staticc/claims/" not in key}


def an_hour_passes(server):
    """Lets all claims be taken over."""
    for key, (body, headers) in server.objects.items():
        if "/.staticc/claims/" in key:
            abandoned = {**json.loads(body), "abandoned": True}
            server.objects[key] = (json.dumps(abandoned).encode(), headers)


def end_at(projects, run, fault, number):
    """Runs staticc with a fault at this request; returns whether there was one."""
    name, effect, is_done = fault
    server = projects.proxy
    server.requests.clear()
    process = projects.start(*run)

    def happen(request):
        if name == "403 always":
            return effect if request >= number else None
        if effect == "kill" and request >= number:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return RESET
        if effect == "terminate":
            if request == number:
                process.send_signal(signal.SIGTERM)
                # The request is on its way when the signal arrives.
                time.sleep(0.2)
            return None
        return effect if request == number else None

    if is_done:
        server.after = happen
    else:
        server.before = happen
    _, error = process.communicate(timeout=120)
    server.wait_for_requests()
    server.before = server.after = no_fault
    projects.check("panicked" not in error, error)
    projects.check("hunter2" not in error, "the secret is in the output")
    happened = len(server.requests) >= number
    if not happened:
        projects.check(process.returncode == 0, f"{name} {number}: {error}")
    elif effect == "kill":
        projects.check(process.returncode == -signal.SIGKILL, f"{name} {number}: not killed")
    elif effect == "terminate":
        # The last request may have been answered.
        codes = (128 + signal.SIGTERM, 0)
        projects.check(process.returncode in codes, f"{name} {number}: exit {process.returncode}")
    elif name == "403 always":
        projects.check(process.returncode == 1, f"{name} {number}: exit {process.returncode}")
    else:
        # A fault that passes may end the run, if staticc cannot know what the server did.
        projects.check(process.returncode in (0, 1), f"{name} {number}: {error}")
    return happened


def silent_servers_are_given_up(stores):
    """Lets a server not answer one request: publishing ends with an error, in time."""
    with ThreadPoolExecutor(len(SILENT_REQUESTS)) as pool:
        for number, seconds, checks in pool.map(lambda one: be_silent(stores, one), SILENT_REQUESTS):
            stores.checks += checks
            print(f"  silent at request {number}: {seconds:.0f} s", flush=True)


def be_silent(stores, number):
    server = MemoryServer()
    projects = projects_of(stores.staticc, stores.directory / f"silent{number}", server)
    project = make_project(projects, "new")
    projects.run(project, "publish", "-j1")
    first = number if number > 0 else len(server.requests) + 1 + number
    server.objects.clear()
    server.requests.clear()
    server.before = lambda request: SILENT if 0 <= request - first < ATTEMPTS else None
    start = time.monotonic()
    process = projects.start(project, "publish", "-j1")
    _, error = process.communicate(timeout=2 * SILENCE)
    seconds = time.monotonic() - start
    projects.check(process.returncode == 1, f"silent: exit {process.returncode}: {error}")
    projects.check("does not answer" in error, error)
    projects.check(seconds < SILENCE, f"a silent server holds publishing up for {seconds:.0f} s")
    server.before = no_fault
    projects.check_current(PREFIX, {})
    projects.run(project, "publish")
    projects.check(projects.check_current(PREFIX, {}) > 0, "the next run does not finish")
    return number, seconds, projects.checks
