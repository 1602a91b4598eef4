"""Ends publishing and pruning at their requests 1, 2, 3, … in many ways.

Whatever happened, the current release must be whole, and the next run must finish.
"""

import itertools
import json
import signal
import time

from proxy import RESET, TRUNCATED, no_fault
from servers import BUCKET, write

# More requests than any publishing here takes.
MANY = 100
# Of these requests, --quick takes every one, and then each third.
FIRST = 3

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


def errors_are_retried(stores):
    stores.empty_bucket()
    project = stores.directory / "claimed"
    stores.proxy.before = lambda number: 503 if number in (1, 3, 8) else None
    stores.run(project, "publish")
    stores.proxy.before = no_fault
    stores.check_whole(project)


def every_end_leaves_a_release(stores):
    """Ends a first and a second release at each of their requests."""
    stores.empty_bucket()
    old = stores.project("old")
    new = stores.project("new")
    write(new / "src/css/base.css", "a { color: blue }\n" * 50)
    third = stores.project("third")
    write(third / "src/css/base.css", "a { color: green }\n" * 50)
    for project in (old, new, third):
        stores.collect(project)
        stores.run(project, "publish", f"s3://{BUCKET}/complete/{project.name}", "-j1")
    for earlier in [old] if stores.is_quick else [None, old]:
        for fault in FAULTS:
            count = ends_at_each_request(stores, earlier, new, fault)
            which = "second" if earlier else "first"
            print(f"  {which} release, {fault[0]}: at {count} requests", flush=True)


def ends_at_each_request(stores, earlier, project, fault):
    expected = stores.release("complete/new/")["objects"]
    ended = 0
    for number in itertools.count(1):
        stores.check(number < MANY, f"{fault}: publishing has no end")
        if stores.is_quick and number > FIRST and number % 3:
            continue
        prefix = f"{'second' if earlier else 'first'}-{fault[0]}-{number}/".replace(" ", "-").replace(",", "")
        store = f"s3://{BUCKET}/{prefix}"
        if earlier:
            stores.run(earlier, "publish", store, "-j1")
        run = (project, "publish", store, "-j1")
        if not end_at(stores, run, fault, number):
            stores.check(number > 6, f"{fault}: only {number} requests")
            return ended
        ended += 1
        current = stores.check_current(prefix, expected)
        numbers = (1, 2) if earlier else (0, 1)
        stores.check(current in numbers, f"{prefix}: release {current}")
        last = (2,) if earlier else (1, 2)
        if fault[1] == "terminate" and earlier:
            # It has given its claim up, so that others need not wait.
            stores.run(stores.directory / "third", "publish", store)
            last = (3, 4)
        stores.run(project, "publish", store)
        # Without a pointer, the next release has the number after that of any document.
        current = stores.check_current(prefix, {})
        stores.check(current in last, f"{prefix}: release {current} after the next run")
        objects = stores.release(prefix)["objects"]
        stores.check(objects == expected, f"{prefix}: the next release has other objects")


def every_end_of_pruning_loses_nothing(stores):
    """Ends pruning at each of its requests."""
    stores.empty_bucket()
    project = stores.project("long-lived")
    for number in range(3):
        write(project / "src/css/base.css", f"a {{ order: {number} }}\n" * 50)
        stores.collect(project)
        stores.run(project, "publish", f"s3://{BUCKET}/unpruned")
        if number == 0:
            first = stores.release("unpruned/")["objects"]
    release = stores.release("unpruned/")["objects"]
    copy_objects(stores, "unpruned/", "pruned/")
    stores.run(project, "prune", "--store", f"s3://{BUCKET}/pruned", "--keep", "1")
    expected = objects_below(stores, "pruned/")
    stores.check(len(expected) < len(objects_below(stores, "unpruned/")), "nothing is pruned")
    for fault in FAULTS:
        count = prunes_end_at_each_request(stores, project, fault, expected, release, first)
        print(f"  pruning, {fault[0]}: at {count} requests", flush=True)


def prunes_end_at_each_request(stores, project, fault, expected, release, first):
    ended = 0
    for number in itertools.count(1):
        stores.check(number < MANY, f"{fault}: pruning has no end")
        if stores.is_quick and number > FIRST and number % 3:
            continue
        prefix = f"prune-{fault[0]}-{number}/".replace(" ", "-").replace(",", "")
        store = f"s3://{BUCKET}/{prefix}"
        copy_objects(stores, "unpruned/", prefix)
        run = (project, "prune", "--store", store, "--keep", "1")
        if not end_at(stores, run, fault, number):
            stores.check(number > 10, f"{fault}: only {number} requests")
            return ended
        ended += 1
        what = f"{prefix}: a release is current that was not"
        stores.check(stores.check_current(prefix, {}) == 3, what)
        stores.check(stores.release(prefix)["objects"] == release, what)
        if fault[1] != "terminate":
            an_hour_passes(stores, prefix)
        stores.run(project, "prune", "--store", store, "--keep", "1")
        stores.run(project, "verify", "--store", store)
        left = objects_below(stores, prefix)
        stores.check(left == expected, f"{prefix}: {left ^ expected} after the next run")
        # Content of a release that is gone comes back whole.
        write(project / "src/css/base.css", "a { order: 0 }\n" * 50)
        stores.collect(project)
        stores.run(project, "publish", store)
        stores.check_current(prefix, {})
        stores.check(stores.release(prefix)["objects"] == first, f"{prefix}: another release")


def objects_below(stores, prefix):
    """Returns the keys below a prefix, without those of claims."""
    keys = [key.removeprefix(prefix) for key in stores.keys() if key.startswith(prefix)]
    return {key for key in keys if not key.startswith(".staticc/claims/")}


def copy_objects(stores, source, target):
    for key in stores.keys():
        if key.startswith(source):
            copy = {"Bucket": BUCKET, "Key": key}
            stores.s3.copy_object(Bucket=BUCKET, Key=target + key.removeprefix(source), CopySource=copy)


def an_hour_passes(stores, prefix):
    """Lets all claims be taken over."""
    for key in stores.keys():
        if key.startswith(prefix + ".staticc/claims/"):
            claim = json.load(stores.s3.get_object(Bucket=BUCKET, Key=key)["Body"])
            body = json.dumps({**claim, "abandoned": True})
            stores.s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def end_at(stores, run, fault, number):
    """Runs staticc with a fault at this request; returns whether there was one."""
    name, effect, is_done = fault
    stores.proxy.requests.clear()
    process = stores.start(*run)

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
        stores.proxy.after = happen
    else:
        stores.proxy.before = happen
    _, error = process.communicate(timeout=120)
    stores.proxy.before = stores.proxy.after = no_fault
    stores.check("panicked" not in error, error)
    stores.check("hunter2" not in error, "the secret is in the output")
    happened = len(stores.proxy.requests) >= number
    if not happened:
        stores.check(process.returncode == 0, f"{name} {number}: {error}")
    elif effect == "kill":
        stores.check(process.returncode == -signal.SIGKILL, f"{name} {number}: not killed")
    elif effect == "terminate":
        # The last request may have been answered.
        codes = (128 + signal.SIGTERM, 0)
        stores.check(process.returncode in codes, f"{name} {number}: exit {process.returncode}")
    elif name == "403 always":
        stores.check(process.returncode == 1, f"{name} {number}: exit {process.returncode}")
    else:
        # A fault that passes may end the run, if staticc cannot know what the server did.
        stores.check(process.returncode in (0, 1), f"{name} {number}: {error}")
    return happened
