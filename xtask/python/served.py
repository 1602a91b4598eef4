"""Asks a running server for all fingerprinted files while they are collected again.

WhiteNoise and ServeStatic read the sizes of all files when they start. The server starts
on a tree that Django has made. Then staticc and Django collect into it in turn, with other
settings too. No answer may be wrong or cut off, until `--recompress` changes the copies.

usage: served.py STATICC WORK
"""

import contextlib
import gzip
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

import brotli

STATICC, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
ROOT = WORK / "root"
SERVERS = {
    "WhiteNoise": "whitenoise.middleware.WhiteNoiseMiddleware",
    "ServeStatic": "servestatic.middleware.ServeStaticMiddleware",
}
DJANGO = "Django"
# Who collects: Django, or staticc with these flags.
STEPS = [
    [],
    DJANGO,
    ["--no-cache"],
    ["--set", "staticc.compression.brotli_quality=5"],
    ["--set", 'staticc.compression.encodings=["gz"]'],
    ["--set", 'WHITENOISE_SKIP_COMPRESS_EXTENSIONS=["css", "js"]'],
    ["--set", 'staticc.compression.encodings=["br", "gz", "zst"]'],
    DJANGO,
    [],
]
# Shows that the client would notice.
CONTROL = ["--recompress", "--set", "staticc.compression.brotli_quality=5"]
DECODE = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
CLIENTS = 4
TIMEOUT = 5
SHOWN = 5

APPS = ["admin", "auth", "contenttypes", "sessions", "messages", "staticfiles"]
INSTALLED_APPS = [f"django.contrib.{app}" for app in APPS]
SETTINGS = f"""\
import os
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = {INSTALLED_APPS!r}
MIDDLEWARE = [os.environ["SERVED_BY"]]
ROOT_URLCONF = "urls"
SECRET_KEY = "secret"
STATIC_ROOT = {str(ROOT)!r}
STATIC_URL = "/static/"
STATICFILES_DIRS = [{str(WORK / "src")!r}]
STORAGES = {{"staticfiles": {{"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}}}
"""
TOML = f"""\
STATIC_URL = "/static/"
STATIC_ROOT = {json.dumps(str(ROOT))}
STATICFILES_DIRS = ["src"]
INSTALLED_APPS = {json.dumps(INSTALLED_APPS)}
[staticc]
python_path = [{json.dumps(sys.prefix)}]
"""
WSGI = """\
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""


def make_project():
    shutil.rmtree(WORK, ignore_errors=True)
    files = {
        "settings.py": SETTINGS,
        "settings.toml": TOML,
        "urls.py": "urlpatterns = []\n",
        "wsgi.py": WSGI,
        # Large enough to be sent in several parts.
        "src/large.js": "".join(f"var v{n} = {n * n} + v{n // 7};\n" for n in range(20_000)),
        "src/large.css": "".join(f".c{n} {{ margin: {n % 97}px }}\n" for n in range(20_000)),
    }
    for name, text in files.items():
        path = WORK / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def environ(server="WhiteNoise"):
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "SERVED_BY": SERVERS[server]}


def collect(step):
    if step == DJANGO:
        words = [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v0", "--pythonpath", "."]
    else:
        words = [STATICC, "collect", "--noinput", "-v0", "--cache-dir", "cache", *step]
    subprocess.run(words, cwd=WORK, env=environ(), check=True, stdin=subprocess.DEVNULL)


@contextlib.contextmanager
def serving(server):
    """The port of a running gunicorn."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    words += ["--worker-class", "gthread", "--threads", "4", "--log-level", "critical", "wsgi:application"]
    process = subprocess.Popen(words, cwd=WORK, env=environ(server))
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def get(port, url, encoding):
    """The decoded body of an answer, and its encoding."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    with contextlib.closing(connection):
        connection.request("GET", url, headers={"Accept-Encoding": encoding})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        encoding = response.headers.get("Content-Encoding", "identity")
        return DECODE[encoding](body), encoding


class Client:
    """Asks for every fingerprinted file in every encoding."""

    def __init__(self, port):
        self.port = port
        paths = json.loads((ROOT / "staticfiles.json").read_text())["paths"].values()
        self.contents = {path: (ROOT / path).read_bytes() for path in paths}
        self.encodings = {}
        self.stop = threading.Event()
        self.answers, self.faults = 0, []

    def ask(self, path, encoding):
        self.answers += 1
        try:
            body, used = get(self.port, f"/static/{path}", encoding)
        except TimeoutError:
            fault = "hangs"
        except (http.client.HTTPException, OSError, EOFError, gzip.BadGzipFile, brotli.error) as error:
            fault = f"is cut off ({type(error).__name__})"
        except ValueError as error:
            fault = str(error)
        else:
            expected = self.encodings.setdefault((path, encoding), used)
            if body == self.contents[path] and used == expected:
                return
            fault = f"is wrong, in the encoding {used}"
        self.faults.append(f"{path} as {encoding} {fault}")

    def sweep(self, number):
        """Asks for the share of one client in all files."""
        asked = [(path, encoding) for path in self.contents for encoding in DECODE]
        for path, encoding in asked[number::CLIENTS]:
            if len(self.faults) < 100:
                self.ask(path, encoding)

    def run_during(self, work):
        """Asks while work runs, then once more for everything. Returns the numbers of the
        answers and the faults."""
        self.stop.clear()
        self.answers, self.faults = 0, []

        def loop(number):
            while not self.stop.is_set():
                self.sweep(number)
            self.sweep(number)

        threads = [threading.Thread(target=loop, args=[number]) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            work()
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        return self.answers, self.faults


def run_step(client, step):
    if step != DJANGO:
        return client.run_during(lambda: collect(step))
    # WhiteNoise writes copies in place, so that a client may see half of one meanwhile.
    collect(step)
    return client.run_during(lambda: None)


def check(server):
    """Returns the number of steps that failed."""
    failed = 0
    shutil.rmtree(ROOT)
    shutil.copytree(WORK / "made-by-django", ROOT)
    shutil.rmtree(WORK / "cache", ignore_errors=True)
    with serving(server) as port:
        client = Client(port)
        _, faults = client.run_during(lambda: None)
        used = {encoding: 0 for encoding in DECODE}
        for encoding in client.encodings.values():
            used[encoding] += 1
        if faults or not all(used.values()):
            print(f"FAILED {server} before all steps: {used}, {faults[:SHOWN]}", flush=True)
            return 1
        for step in STEPS:
            answers, faults = run_step(client, step)
            name = step if step == DJANGO else " ".join(["staticc", *step])
            print(f"{'FAILED' if faults else 'ok    '} {server}, {name}: {answers} answers, {len(faults)} faults")
            for fault in faults[:SHOWN]:
                print(f"  {fault}")
            sys.stdout.flush()
            failed += bool(faults)
        _, faults = run_step(client, CONTROL)
        if not faults:
            print(f"FAILED {server}: the client did not notice {' '.join(CONTROL)}", flush=True)
            failed += 1
    return failed


def main():
    make_project()
    collect(DJANGO)
    shutil.copytree(ROOT, WORK / "made-by-django")
    if sum(check(server) for server in SERVERS):
        sys.exit("a running server sent wrong answers")


main()
