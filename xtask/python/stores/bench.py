"""Measures `staticc publish` against `aws s3 sync` and django-storages, and the remote cache.

Usage: bench.py STATICC S3S_FS AWS DIRECTORY REPORT FILES [PART]

The server is s3s-fs. A proxy adds a delay to each request. The tables go to REPORT, in
Markdown. Each program starts with an empty bucket. Everything listens on 127.0.0.1.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from projects import write
from servers import free_port, wait_for_port

HERE = Path(__file__).parent
BUCKET = "bucket"
# Milliseconds that are added to each request.
DELAY = 30
MACHINES = 8
# Contents that are not worth asking for, in bytes: docs/cache.md.
SMALL = 900
KEYS = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_REGION": "us-east-1"}


class Server:
    """s3s-fs behind a proxy that delays requests."""

    def __init__(self, program, root, delay):
        self.root = root
        port = free_port()
        keys = ["--access-key", "demo", "--secret-key", "demo"]
        (root / BUCKET).mkdir(parents=True)
        command = [program, "--host", "127.0.0.1", "--port", str(port), *keys, root]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for_port(port)
        self.proxy = subprocess.Popen(
            [sys.executable, HERE / "delaying_proxy.py", str(port), str(delay)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = f"http://127.0.0.1:{self.proxy.stdout.readline().strip()}"

    def counts(self):
        """Returns what passed since the last call."""
        self.proxy.stdin.write("\n")
        self.proxy.stdin.flush()
        return json.loads(self.proxy.stdout.readline())

    def empty(self):
        for path in self.root.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        (self.root / BUCKET).mkdir()

    def stop(self):
        for process in (self.proxy, self.server):
            process.terminate()
            process.wait()
        shutil.rmtree(self.root)


class Run:
    """One run of a program: seconds of wall time and of CPU, peak memory in bytes."""

    def __init__(self, command, directory, **environment):
        log = directory / "log.txt"
        cache = {"XDG_CACHE_HOME": str(directory / "cache")}
        with open(log, "w") as output:
            start = time.perf_counter()
            child = subprocess.Popen(
                command,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.environ["PATH"], **KEYS, **cache, **environment},
            )
            _, status, usage = os.wait4(child.pid, 0)
            self.wall = time.perf_counter() - start
        if status != 0:
            raise SystemExit(f"failed: {command}\n{log.read_text()[-3000:]}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024


def css(chosen, size):
    """Returns CSS of about this size, which compresses as CSS does."""
    lines = []
    while sum(map(len, lines)) < size:
        name = "".join(chosen.choices("abcdefghijklmnoprstuvw", k=7))
        color, number = chosen.randrange(1 << 24), chosen.randrange(400)
        lines.append(f".{name} > .item {{ color: #{color:06x}; padding: {number}px; }}\n")
    return "".join(lines)


def make_project(directory, files):
    chosen = random.Random(2026)
    for number in range(files):
        size = int(chosen.lognormvariate(8.5, 1))
        path = directory / f"src/{number % 50}/{number}"
        if number % 10 < 4:
            write(path.with_suffix(".css"), css(chosen, size))
        elif number % 10 < 7:
            write(path.with_suffix(".js"), css(chosen, size))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".png").write_bytes(chosen.randbytes(size))


def settings(directory, apps="", more=""):
    write(
        directory / "settings.toml",
        'STATIC_URL = "/static/"\nSTATIC_ROOT = "out"\nSTATICFILES_DIRS = ["src"]\n'
        f'INSTALLED_APPS = [{apps}]\n[staticc]\npython_path = ["{sys.prefix}"]\n{more}',
    )


def measure_publishing(staticc, s3s, aws, directory, files):
    """Yields the lines of a table."""
    project = directory / "project"
    make_project(project, files)
    # As collect_to_store.py has them.
    settings(project, '"django.contrib.admin", "django.contrib.staticfiles"')
    Run([staticc, "collect", "--noinput"], project)
    server = Server(s3s, directory / "objects", DELAY)
    endpoint = {"AWS_ENDPOINT_URL": server.url}
    copies = ["--exclude", "*.br", "--exclude", "*.gz"]
    sync = ["s3", "sync", "out", f"s3://{BUCKET}/static", *copies, "--endpoint-url", server.url]
    options = {"bucket_name": BUCKET, "location": "static", "endpoint_url": server.url, "gzip": True}
    described = {
        "sources": "src",
        "backend": "storages.backends.s3.S3ManifestStaticStorage",
        "options": options,
        "app": False,
        "admin": True,
        "names": [],
    }
    write(project / "collect.json", json.dumps(described))
    programs = [
        ("`staticc publish`", [staticc, "publish", f"s3://{BUCKET}/static"]),
        ("`staticc publish` again", [staticc, "publish", f"s3://{BUCKET}/static"]),
        ("`aws s3 sync`", [aws, *sync]),
        ("django-storages", [sys.executable, HERE / "collect_to_store.py", "collect.json"]),
    ]
    yield f"## Publishing, with {DELAY} ms added to each request"
    yield "| program | wall | CPU | requests | bytes sent | peak memory |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, command in programs:
        if not name.endswith("again"):
            server.empty()
        server.counts()
        run = Run(command, project, **endpoint)
        counts = server.counts()
        yield (
            f"| {name} | {run.wall:.1f} s | {run.cpu:.1f} s | {counts['requests']:,} "
            f"| {counts['sent'] / 1e6:.1f} MB | {run.peak / 1e6:.0f} MB |"
        )
        if name == "`staticc publish`":
            objects = sum(len(names) for _, _, names in os.walk(server.root / BUCKET))
    server.stop()
    yield ""
    yield f"It is {objects:,} objects, `.staticc/` counted."


def measure_machines(staticc, s3s, directory, files):
    """Yields lines on machines that collect one project, one after the other."""
    yield "## The remote cache: machines that collect one after the other"
    server = Server(s3s, directory / "copies", 0)
    remote = remote_cache(server)
    machines = []
    for number in range(MACHINES):
        machine = directory / f"machine{number}"
        make_project(machine, files)
        machines.append(collect_anew(staticc, machine, remote).cpu)
    # What is smaller is not worth asking for, so that each machine compresses it.
    small = directory / "small"
    for number, path in enumerate((machine / "out").rglob("*")):
        if path.is_file() and path.stat().st_size < SMALL and path.suffix not in (".br", ".gz"):
            (small / "src").mkdir(parents=True, exist_ok=True)
            shutil.copy(path, small / f"src/{number}{path.suffix}")
    server.stop()
    alone, more = (encoding_time(staticc, project) for project in (machine, small))
    whole = alone + (MACHINES - 1) * more
    yield f"- Encoders of one machine: {alone:.2f} s of CPU; of a later one {more:.2f} s."
    yield f"- Encoders of {MACHINES} machines: {whole:.2f} s, {whole / alone:.3f} times that of one."
    yield (
        f"- Whole run: {machines[0]:.2f} s of CPU on the first machine, {min(machines[1:]):.2f} "
        f"to {max(machines[1:]):.2f} s on later ones."
    )


def encoding_time(staticc, project):
    """Returns how much CPU a run takes to make all copies, in seconds."""
    cold = collect_anew(staticc, project, "").cpu
    # All copies are in the local cache.
    shutil.rmtree(project / "out")
    return cold - Run([staticc, "collect", "--noinput"], project).cpu


def measure_threshold(staticc, s3s, directory):
    """Yields the lines of a table: contents of one size, compressed and fetched."""
    yield "## The remote cache: 1,000 contents of one size, wall time (and CPU)"
    yield "| size | compressed here | fetched, 0 ms | 10 ms | 30 ms |"
    yield "| --- | --- | --- | --- | --- |"
    for size in (950, 2000, 4000, 8000):
        project = directory / f"threshold{size}"
        chosen = random.Random(size)
        for number in range(1000):
            write(project / f"src/{number}.css", css(chosen, size))
        cells = [collect_anew(staticc, project, "")]
        for delay in (0, 10, 30):
            server = Server(s3s, directory / "entries", delay)
            remote = remote_cache(server)
            collect_anew(staticc, project, remote)
            cells.append(collect_anew(staticc, project, remote))
            server.stop()
        shown = " | ".join(f"{run.wall:.2f} s ({run.cpu:.2f} s)" for run in cells)
        yield f"| {size:,} B | {shown} |"


def remote_cache(server):
    remote = f'remote = "s3://{BUCKET}/cache"\nremote_endpoint = "{server.url}"\n'
    return f"[staticc.cache]\n{remote}"


def collect_anew(staticc, project, more):
    settings(project, more=more)
    for name in ("out", "cache"):
        shutil.rmtree(project / name, ignore_errors=True)
    return Run([staticc, "collect", "--noinput"], project)


def main():
    staticc, s3s, aws, directory, report, files, *part = sys.argv[1:]
    directory = Path(directory).resolve()
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    parts = {
        "publishing": lambda: measure_publishing(staticc, s3s, aws, directory, int(files)),
        "machines": lambda: measure_machines(staticc, s3s, directory, int(files) // 8),
        "threshold": lambda: measure_threshold(staticc, s3s, directory),
    }
    lines = []
    for name in part or parts:
        for line in parts[name]():
            print(line, flush=True)
            lines.append(line)
        lines.append("")
    shutil.rmtree(directory)
    if not part:
        Path(report).write_text("\n".join([*head(), *lines]).rstrip() + "\n")


def head():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    load = os.getloadavg()[2]
    return [
        "# Benchmarks of stores",
        "`cargo xtask bench-stores` measured this. [How](performance.md#stores) says what it means.",
        "",
        f"Measured on {len(models)} cores ({models[0]}); the load was {load:.1f} at the end.",
        "",
    ]


main()
