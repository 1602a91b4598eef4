"""Compares staticc with Django on random trees, many each second.

usage: random_trees.py VERSION SECONDS SEED STATICC FAILURES_DIR
Prints the number of files compared, the number of trees that both sides refuse,
and every difference that is not explained. A tree with such a difference is
reduced and saved in FAILURES_DIR.
"""

import collections
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import django_run
import explain
import tree_generator

CACHE = os.path.join(os.environ["XDG_CACHE_HOME"], f"fuzz-{os.getpid()}")
MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
def write(tree, base):
    for name, text in tree["files"].items():
        path = os.path.join(base, "src", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)


def read(root):
    files = {}
    for name, full in django_run.walk(root):
        with open(full, "rb") as file:
            files[name] = file.read()
    return files


class Django:
    """Django's collectstatic in this process; each tree changes the settings."""

    def __init__(self, base):
        os.makedirs(base, exist_ok=True)
        django_run.configure({"STATIC_URL": "/static/", "STATIC_ROOT": "x"}, base)

    def collect(self, tree, base, root):
        from django.conf import settings
        from django.contrib.staticfiles import finders, storage
        from django.contrib.staticfiles.finders import FileSystemFinder

        settings.STATIC_URL = tree["static_url"]
        # LazySettings does this once, at the first access.
        if not re.match("https?://|/", tree["static_url"]):
            settings.STATIC_URL = "/" + tree["static_url"]
        settings.STATIC_ROOT = root
        settings.STATICFILES_DIRS = [os.path.join(base, "src")]
        finders.get_finder.cache_clear()
        kind = type(
            "Storage",
            (storage.ManifestStaticFilesStorage,),
            {"support_js_module_import_aggregation": tree["aggregation"]},
        )
        fresh = kind()
        paths = {}
        for path, source in FileSystemFinder().list([]):
            paths[path] = (source, path)
            with source.open(path) as file:
                fresh.save(path, file)
        try:
            for _, _, processed in fresh.post_process(paths):
                if isinstance(processed, Exception):
                    raise processed
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None

    def refuses(self, tree, base):
        shutil.rmtree(base, ignore_errors=True)
        os.makedirs(os.path.join(base, "src"))
        write(tree, base)
        return self.collect(tree, base, os.path.join(base, "theirs"))


def staticc(binary, version, tree, base, root):
    text = (
        f'STATIC_URL = {json.dumps(tree["static_url"])}\nSTATIC_ROOT = {json.dumps(root)}\n'
        f'STATICFILES_DIRS = ["src"]\n[STORAGES.staticfiles]\nBACKEND = "{MANIFEST}"\n'
        f'[STORAGES.staticfiles.OPTIONS]\nsupport_js_module_import_aggregation = {str(tree["aggregation"]).lower()}\n'
        f'[staticc]\ndjango = "{version}"\npython_path = []\nmissing_references = "error"\n'
    )
    with open(os.path.join(base, "settings.toml"), "w") as file:
        file.write(text)
    result = subprocess.run(
        [binary, "collect", "--settings", "settings.toml", "--noinput", "-v0", "-j1", "--no-default-ignore", "--cache-dir", CACHE],
        cwd=base,
        capture_output=True,
    )
    error = result.stderr.decode(errors="replace")
    if result.returncode not in (0, 1):
        return f"CRASH {result.returncode}: {error}"
    return error if result.returncode else None


class Verdict:
    """The result for one tree: its kind, the number of equal files, the files that
    differ by reason, and a difference without a reason."""

    def __init__(self, kind, equal=0, reasons=None, wrong=None):
        self.kind, self.equal, self.reasons, self.wrong = kind, equal, reasons or {}, wrong


def happen(rnd, base, ours):
    """Changes the sources, STATIC_ROOT or the record at random, so that the next run
    must still leave the same tree. Yields the name of each change."""

    def pick(root):
        return rnd.choice(sorted(full for _, full in django_run.walk(root)))

    def forge(path, data):
        stat = os.stat(path)
        with open(path, "wb") as file:
            file.write(data)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def read_bytes(path):
        with open(path, "rb") as file:
            return file.read()

    def flipped(data):
        return bytes(byte ^ 1 for byte in data)

    what = rnd.choice(["nothing", "touch", "forge", "lose", "poison", "swap"])
    if what == "touch":
        os.utime(pick(os.path.join(base, "src")))
    elif what == "forge":
        path = pick(ours)
        forge(path, flipped(read_bytes(path)))
    elif what == "lose":
        os.remove(pick(ours))
    elif what == "poison":
        for _, path in django_run.walk(CACHE):
            data = bytearray(read_bytes(path))
            data[rnd.randrange(len(data))] ^= 4
            forge(path, bytes(data))
    elif what == "swap":
        # Changed and changed back, size and time as before.
        path = pick(os.path.join(base, "src"))
        data = read_bytes(path)
        forge(path, data.replace(b"a", b"b"))
        yield what
        forge(path, data)
    yield what


def run_again(rnd, binary, version, tree, base, root, ours):
    """Runs staticc again after a change; returns an error, or None."""
    for what in happen(rnd, base, root):
        problem = staticc(binary, version, tree, base, root)
    if problem:
        return f"after {what}, staticc fails: {problem}"
    again = read(root)
    wrong = {name for name in ours if ours[name] != again.get(name)}
    return f"after {what}, staticc leaves other files: {wrong}" if wrong else None


def compare(binary, version, django, tree, base):
    """Collects the tree on both sides."""
    shutil.rmtree(base, ignore_errors=True)
    os.makedirs(os.path.join(base, "src"))
    write(tree, base)
    theirs_root, ours_root = os.path.join(base, "theirs"), os.path.join(base, "ours")
    error = django.collect(tree, base, theirs_root)
    problem = staticc(binary, version, tree, base, ours_root)
    if problem and problem.startswith("CRASH"):
        return Verdict("crash", wrong=problem)
    theirs, ours = read(theirs_root), read(ours_root)
    if problem and ours:
        return Verdict("wrong", wrong="a failed run wrote files")
    left = explain.dangling(ours, tree["static_url"])
    if left:
        return Verdict("wrong", wrong=f"staticc leaves a dangling reference in {left}")
    if error and problem:
        return Verdict("both fail")
    if error or problem:
        kind = explain.of_failures(tree, theirs, error, problem)
        if kind:
            return Verdict(kind)
        return Verdict("wrong", wrong=f"django: {error}\nstaticc: {problem}\n")
    manifests = [json.loads(files[explain.MANIFEST]) for files in (theirs, ours)]
    count = len(manifests[1]["paths"])
    same = manifests[0] == manifests[1]
    if version >= "6" and theirs[explain.MANIFEST] != ours[explain.MANIFEST] and same:
        return Verdict("wrong", wrong="the manifests differ in their bytes alone")
    again = run_again(random.Random(len(ours)), binary, version, tree, base, ours_root, ours)
    if again:
        return Verdict("wrong", wrong=again)
    reasons, wrong = explain.of_trees(tree, theirs, ours, *(m["paths"] for m in manifests))
    if not wrong:
        differ = sum(reasons.values())
        return Verdict("differ for a reason" if differ else "equal", count - differ, reasons)
    text = ""
    for key in wrong:
        for side, files, manifest in ("django", theirs, manifests[0]), ("staticc", ours, manifests[1]):
            name = manifest["paths"].get(key, key)
            text += f"{key}\n  {side}: {name}: {files.get(os.fsencode(name))}\n"
    return Verdict("wrong", wrong=text)


def shrink(tree, fails):
    """Reduces a tree by files and text while it still fails."""
    changed = True
    while changed:
        changed = False
        for name in list(tree["files"]):
            smaller = dict(tree, files={n: t for n, t in tree["files"].items() if n != name})
            if fails(smaller):
                tree, changed = smaller, True
        for name, text in list(tree["files"].items()):
            size = max(1, len(text) // 2)
            while size:
                start = 0
                while start < len(text):
                    shorter = text[:start] + text[start + size :]
                    smaller = dict(tree, files=dict(tree["files"], **{name: shorter}))
                    if fails(smaller):
                        tree, text, changed = smaller, shorter, True
                    else:
                        start += size
                size //= 2
    return tree


def main():
    version, seconds, seed, binary, failures = sys.argv[1:]
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    top = tempfile.mkdtemp(prefix="staticc-fuzz-", dir=memory)
    base = os.path.join(top, "run")
    django = Django(os.path.join(top, "django"))
    refused = {sample for sample, tree in tree_generator.samples() if django.refuses(tree, base)}
    kinds, reasons, equal, failed = collections.Counter(), collections.Counter(), 0, 0
    start, number = time.monotonic(), 0
    try:
        while time.monotonic() - start < float(seconds) and failed < 10:
            tree = tree_generator.Generator(f"{seed}/{number}", refused).tree()
            number += 1
            verdict = compare(binary, version, django, tree, base)
            kinds[verdict.kind] += 1
            equal += verdict.equal
            reasons.update(verdict.reasons)
            if not verdict.wrong:
                continue
            failed += 1
            small = shrink(tree, lambda smaller: compare(binary, version, django, smaller, base).wrong)
            wrong = compare(binary, version, django, small, base).wrong
            os.makedirs(failures, exist_ok=True)
            path = os.path.join(failures, f"{version}-{seed}-{number - 1}.json")
            with open(path, "w") as file:
                json.dump({"tree": small, "wrong": wrong}, file, indent=1)
            print(f"Django {version}, seed {seed}/{number - 1}: {json.dumps(small)}\n{wrong}")
    finally:
        shutil.rmtree(top)
        shutil.rmtree(CACHE, ignore_errors=True)
    took = time.monotonic() - start

    def listed(counter):
        return ", ".join(f"{count} {what}" for what, count in counter.most_common()) or "none"

    print(
        f"Django {version}: {number} trees, {number / took:.0f} a second: {listed(kinds)}\n"
        f"  where both succeed: {equal} files compared and equal; files that differ for a reason: {listed(reasons)}; "
        f"{failed} trees failed",
        flush=True,
    )
    sys.exit(1 if failed else 0)


main()
