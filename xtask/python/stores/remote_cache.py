"""The remote cache: machines that share it, entries that somebody replaced, stores that fail.

A machine is a directory with a STATIC_ROOT and a local cache of its own. Whatever the store
does, every machine must make the same tree.
"""

import gzip
import json
import random
import time

import brotli

from faults import projects_of
from memory_server import MemoryServer
from projects import BUCKET, write
from servers import free_port

MACHINES = 8
QUICK_MACHINES = 3
COPIES = "cache/copies/"
# As long as a run may wait for a store that saves nothing, and some more.
SLOW = 4
# Files that are worth asking for, and files that are not.
FILES = 40
SMALL_FILES = 5


def machines_share_compressed_copies(stores):
    server = MemoryServer()
    team = Team(projects_of(stores.staticc, stores.directory / "machines", server))
    check = team.projects.check
    alone = team.collect(team.machine("alone", ""))
    check(alone["made"] > 2 * FILES, f"only {alone['made']} copies are made")
    machines = QUICK_MACHINES if stores.is_quick else MACHINES
    made = [team.collect(team.machine(f"turn{turn}"))["made"] for turn in range(machines)]
    expected = [alone["made"]] + [SMALL_FILES] * (machines - 1)
    check(made == expected, f"the machines make {made} copies, one after the other")

    good = dict(server.objects)
    for name, damage in DAMAGES.items():
        server.objects = {key: (damage(good, key), headers) for key, (_, headers) in good.items()}
        counts = team.collect(team.machine(name.replace(" ", "-")))
        check((counts["hits"], counts["misses"]) == (0, len(good)), f"{name}: {counts}")

    server.objects = {f"{COPIES}other/{key}": (b"other", {}) for key in range(10_000)}
    counts = team.collect(team.machine("among-others"))
    check(counts["written"] == FILES, f"among others: {counts}")
    server.objects.clear()
    server.requests.clear()
    server.before = lambda number: 403 if server.requests[number - 1][0] == "PUT" else None
    team.collect(team.machine("read-only"), warnings=(1,))
    # It returns None, so that the requests pass.
    server.before = lambda number: time.sleep(SLOW)
    start = time.monotonic()
    team.collect(team.machine("slow"), warnings=(1,))
    print(f"  with a slow store: {time.monotonic() - start:.1f} s")
    unreachable = remote(f"http://127.0.0.1:{free_port()}")
    team.collect(team.machine("unreachable", unreachable), warnings=(1,))
    machines_collect_at_once(stores, team, machines, alone["made"])
    stores.checks += team.projects.checks


def machines_collect_at_once(stores, team, count, made_alone):
    stores.empty_bucket()
    address = remote(stores.moto)
    machines = [team.machine(f"at-once{number}", address) for number in range(count)]
    runs = [team.start(machine) for machine in machines]
    # With so many at once, moto may answer later than compressing takes.
    counts = [team.end(*run, warnings=(0, 1)) for run in zip(machines, runs)]
    made = sum(count["made"] for count in counts)
    print(f"  {count} machines at once make {made} copies, one alone {made_alone}")
    found = [key for key in stores.keys() if key.startswith(COPIES)]
    team.projects.check(0 < len(found) <= FILES, f"{len(found)} entries for {FILES} files")


def remote(endpoint):
    return f'remote = "s3://{BUCKET}/cache"\nremote_endpoint = "{endpoint}"\n'


class Team:
    def __init__(self, projects):
        self.projects = projects
        self.expected = None

    def machine(self, name, settings=None):
        """Makes a machine that has collected nothing, with these settings of its cache."""
        machine = self.projects.directory / name
        chosen = random.Random(1)
        words = [f"word{number}" for number in range(400)]
        for number in range(FILES):
            rules = [f".{' '.join(chosen.choices(words, k=9))} {{ top: 0 }}" for _ in range(60)]
            write(machine / f"static/{number}.css", "\n".join(rules))
        for number in range(SMALL_FILES):
            write(machine / f"static/small{number}.js", f"let a = {number};\n")
        if settings is None:
            settings = remote(self.projects.proxy.url)
        write(
            machine / "settings.toml",
            'STATIC_URL = "/static/"\nSTATIC_ROOT = "out"\nSTATICFILES_DIRS = ["static"]\n'
            f'[staticc]\npython_path = []\n[staticc.cache]\ndir = "cache"\n{settings}',
        )
        return machine

    def start(self, machine):
        return self.projects.start(machine, "collect", "--noinput", "--format", "json")

    def collect(self, machine, warnings=(0,)):
        return self.end(machine, self.start(machine), warnings)

    def end(self, machine, process, warnings=(0,)):
        """Checks the tree, and how many warnings there are; returns the counts of the caches."""
        check, name = self.projects.check, machine.name
        out, error = process.communicate(timeout=120)
        check(process.returncode == 0, f"{name}: exit {process.returncode}: {out}{error}")
        events = [json.loads(line) for line in out.splitlines()]
        found = [event for event in events if event["event"] == "problem"]
        check(len(found) in warnings, f"{name}: {found}")
        check(all(problem["severity"] == "warning" for problem in found), f"{name}: {found}")
        tree = decoded(machine / "out")
        self.expected = self.expected or tree
        check(tree == self.expected, f"{name} has another tree")
        counts = {event["event"]: event for event in events}
        remote = counts.get("remote-cache", {"hits": 0, "misses": 0, "written": 0})
        return {**remote, "made": counts["cache"]["made"]}


def poisoned(entries, key):
    body, _ = entries[key]
    at = len(body) // 2
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def truncated(entries, key):
    return entries[key][0][:-1]


def swapped(entries, key):
    keys = list(entries)
    return entries[keys[keys.index(key) - 1]][0]


DAMAGES = {
    "every entry poisoned": poisoned,
    "every entry truncated": truncated,
    "every entry swapped": swapped,
}


def decoded(root):
    """Returns all files, by path. A compressed copy counts as what it decodes to."""
    tree = {}
    for path in root.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            if path.suffix == ".gz":
                body = gzip.decompress(body)
            elif path.suffix == ".br":
                body = brotli.decompress(body)
            tree[str(path.relative_to(root))] = body
    return tree
