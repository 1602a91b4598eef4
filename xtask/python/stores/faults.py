"""Ends publishing at its request 1, 2, 3, … in many ways.

Whatever happened, the current release must be whole, and the next publishing must finish.
"""

import itertools
import signal

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
    for project in (old, new):
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
        if not end_at(stores, project, store, fault, number):
            stores.check(number > 6, f"{fault}: only {number} requests")
            return ended
        ended += 1
        current = stores.check_current(prefix, expected)
        numbers = (1, 2) if earlier else (0, 1)
        stores.check(current in numbers, f"{prefix}: release {current}")
        stores.run(project, "publish", store)
        # Without a pointer, the next release has the number after that of any document.
        last = (2,) if earlier else (1, 2)
        current = stores.check_current(prefix, {})
        stores.check(current in last, f"{prefix}: release {current} after the next run")
        objects = stores.release(prefix)["objects"]
        stores.check(objects == expected, f"{prefix}: the next release has other objects")


def end_at(stores, project, store, fault, number):
    """Publishes with a fault at this request; returns whether there was one."""
    name, effect, is_done = fault
    stores.proxy.requests.clear()
    process = stores.start(project, "publish", store, "-j1")

    def happen(request):
        if name == "403 always":
            return effect if request >= number else None
        if effect == "kill" and request >= number:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return RESET
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
    elif name == "403 always":
        stores.check(process.returncode == 1, f"{name} {number}: exit {process.returncode}")
    else:
        # A fault that passes may end the run, if staticc cannot know what the server did.
        stores.check(process.returncode in (0, 1), f"{name} {number}: {error}")
    return happened
