"""Two publishers send releases at the same time, while readers still load pages of old ones."""

import gzip
import hashlib
import json
import posixpath
import random
import re
import threading

from projects import PREFIX, write

RELEASES = 50
QUICK_RELEASES = 4
# Of these, pruning keeps the newest.
KEPT = 3
READERS = 2
# Names without a fingerprint that differ between publishers.
MIXABLE = ["css/base.css", "app.js"]
REFERENCE = re.compile(rb'url\("?([^")#?]+)')


def overlapping_releases_lose_nothing(stores):
    """The names are always those of one release, and no page loses what it refers to."""
    stores.empty_bucket()
    projects = [stores.project(name) for name in ("one", "other")]
    pages = []
    readers = [Reader(stores, pages, seed) for seed in range(READERS)]
    published = refused = turn = 0
    releases = QUICK_RELEASES if stores.is_quick else RELEASES
    try:
        while published < releases:
            turn += 1
            for project in projects:
                change(stores, project, turn)
            runs = [stores.start(project, "publish") for project in projects]
            for run in runs:
                _, error = run.communicate(timeout=120)
                published += run.returncode == 0
                refused += "[publish-claimed]" in error
            stores.check(published + refused == 2 * turn, f"{turn}: {published}, {refused}")
            check_names(stores, turn)
            pages.append(json.loads(stores.read(PREFIX + "staticfiles.json"))["paths"])
    finally:
        loaded = sum(reader.end() for reader in readers)
    stores.check(refused > 0, "no two publishers met")
    for page in pages:
        load(stores, page)
    stores.run(projects[0], "prune", "--store", "--keep", str(KEPT))
    for page in pages[-KEPT:]:
        load(stores, page)
    keys = {key.removeprefix(PREFIX) for key in stores.keys()}
    stores.check(not set(pages[0].values()) <= keys, "pruning leaves the first page")
    # A page may have been current for too short a time to be loaded by anybody.
    stores.check(loaded > 0, "no reader has loaded a page")
    print(f"  {published} releases, {refused} refused, {loaded} pages loaded meanwhile")


def change(stores, project, turn):
    text = f"{project.name} {turn}"
    write(project / "src/css/base.css", f"a {{ content: '{text}' }}\n" * 50)
    write(project / "src/app.js", f"console.log('{text}');\n" * 50)
    write(project / "src/b.png", f"picture {text}")
    stores.collect(project)


def check_names(stores, turn):
    """Checks that all names without a fingerprint are those of the current release."""
    release = stores.release()
    for key, stored in release["objects"].items():
        size = stores.get(key)["ContentLength"]
        stores.check(size == stored["size"], f"{turn}: {key} differs")
    bodies = [gzip.decompress(stores.get(key)["Body"].read()) for key in MIXABLE]
    names = [[name for name in (b"one", b"other") if name + b" " in body] for body in bodies]
    stores.check(names[0] == names[1] and len(names[0]) == 1, f"{turn}: mixed: {names}")


def load(stores, page):
    """Loads every file of a page, and what these refer to. A page is a manifest's paths."""
    for hashed in page.values():
        body = content(stores, hashed)
        fingerprint = hashlib.md5(body).hexdigest()[:12]
        stores.check(f".{fingerprint}." in hashed, f"{hashed} has bytes of another release")
        for reference in REFERENCE.findall(body) if hashed.endswith(".css") else []:
            path = posixpath.join(posixpath.dirname(hashed), reference.decode())
            content(stores, posixpath.normpath(path))


def content(stores, path):
    body = stores.read(PREFIX + path)
    stores.check(body is not None, f"{path} of an old page is missing")
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


class Reader:
    """A thread that loads pages, of old releases too, until it is ended."""

    def __init__(self, stores, pages, seed):
        self.stores = stores
        self.pages = pages
        self.random = random.Random(seed)
        self.loaded = 0
        self.failure = None
        self.is_ended = threading.Event()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        try:
            while not self.is_ended.wait(0.01):
                if self.pages:
                    load(self.stores, self.random.choice(self.pages))
                    self.loaded += 1
        except BaseException as failure:
            self.failure = failure

    def end(self):
        """Returns how many pages were loaded. Fails if one was not whole."""
        self.is_ended.set()
        self.thread.join()
        if self.failure:
            raise self.failure
        return self.loaded
