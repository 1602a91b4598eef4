"""Measures commands and prints rows of the table. Does not know the benchmarks. The
arguments are those of `bench.py`.
"""

import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STATICC, ENCODERS, NODE_MODULES, WORK, REPORT, EXTENT, ONLY = sys.argv[1:]
# Removed at the end only: ext4 makes files slowly for minutes after files were
# removed.
WORK = f"{WORK}-{os.getpid()}"
MEMORY = os.path.join("/dev/shm" if os.path.isdir("/dev/shm") else WORK, f"staticc-bench-{os.getpid()}")


class Measured:
    """One run of a command: seconds of wall time and of CPU, peak memory in
    bytes, standard output."""

    def __init__(self, argv, cwd, accepted=(0,)):
        start = time.perf_counter()
        with open(os.path.join(WORK, "output.txt"), "w+") as output:
            child = subprocess.Popen(
                argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(child.pid, 0)
            self.wall = time.perf_counter() - start
            output.seek(0)
            self.output = output.read()
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024
        if os.waitstatus_to_exitcode(status) not in accepted:
            raise SystemExit(f"failed: {argv}\n{self.output[-3000:]}")


class Project:
    """A settings file, and runs of Django and staticc, each with a STATIC_ROOT of
    its own."""

    def __init__(self, name, dirs=(), apps=(), backend=DEFAULT, extra=""):
        self.base = os.path.join(WORK, name)
        os.makedirs(self.base)
        self.cache = os.path.join(self.base, "cache")
        self.dirs = [path for _, path in dirs]
        text = 'STATIC_URL = "/static/"\nSTATIC_ROOT = "django"\n'
        text += f"STATICFILES_DIRS = {json.dumps([list(entry) for entry in dirs])}\n"
        text += f"INSTALLED_APPS = {json.dumps(list(apps))}\n"
        text += f'[STORAGES.staticfiles]\nBACKEND = "{backend}"\n'
        text += f'[staticc]\ndjango = "6.1"\npython_path = ["{sys.prefix}"]\n{extra}'
        with open(os.path.join(self.base, "settings.toml"), "w") as file:
            file.write(text)

    def django(self):
        return Measured([sys.executable, os.path.join(HERE, "collectstatic.py"), self.base], self.base)

    def staticc(self, root="staticc", *flags):
        argv = [STATICC, "collect", "--noinput", "--cache-dir", self.cache, "--static-root", root]
        return Measured([*argv, *flags], self.base)


ROWS = []


def row(work, against, ours, theirs, target, unit):
    """Adds a row: both figures, their ratio and the limit of the ratio."""
    ratio = ours / theirs if theirs else float("nan")
    if unit == "bytes":
        shown = f"{theirs:,} | {ours:,}"
    elif unit == "MB":
        shown = f"{theirs / 1e6:.0f} MB | {ours / 1e6:.0f} MB"
    elif max(theirs, ours) < 0.001:
        shown = f"{theirs * 1e6:.1f} µs | {ours * 1e6:.1f} µs"
    elif max(theirs, ours) < 1:
        shown = f"{theirs * 1000:.1f} ms | {ours * 1000:.1f} ms"
    else:
        shown = f"{theirs:.2f} s | {ours:.2f} s"
    met = "" if target is None else f"{target}" if ratio <= target else f"**{target}, missed**"
    line = f"| {work} | {against} | {shown} | {ratio:.4f} | {met} |"
    ROWS.append(line)
    print(line, flush=True)


def median(run, times=7):
    return statistics.median(run() for _ in range(times))
