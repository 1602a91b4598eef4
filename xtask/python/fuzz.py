"""Random trees: staticc against Django, many a second, one process a version.

usage: fuzz.py VERSION SECONDS SEED STATICC FAILURES_DIR
Prints what was tried and every difference that is not explained; a failing
tree is made as small as it gets and saved.
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

MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
STATIC_URLS = ["/static/", "/s/", "static/", "https://cdn.example/s/", "/static", "//cdn/s/"]
NAMES = ["a", "b", "c", "x.min", "é", "sp ace", "A", "un_der", "d-e", "1"]
ODD_NAMES = ["q?x", "h#x", "100%", "p%41", "a;b", "qu'ote", "co:lon", "~t", "a,b", "(p)", "&amp"]
SPACES = ["", "", "", " ", "\n", "\t", "  ", "\r\n", "\u00a0", "\x1f", "\x0c"]
CSS = [
    "url({u})", 'url("{u}")', "url('{u}')", "URL({u})", "url({s}{u}{s})", 'url({s}"{u}"{s})',
    'url("{s}{u}")', "url('{u}\")", 'url("{u})', "url({u}')", '@import "{u}";', "@import '{u}' screen;",
    "@import{s}\"{u}\"", '@import url("{u}") layer(x);', "@import '{s}{u}\";", "/*# sourceMappingURL={u} */\n",
    "\n/*# sourceMappingURL={u} */\n", "\n/*#\tsourceMappingURL={u}*/", "\n/*# sourceMappingURL={u} */ \n",
    "a{{src:url({u}) format('x'),url('{u}')}}", "/* url({u}) */", "/* {u}", "*/", "'url({u})'", '"url({u})"',
    "\\'", "'", '"', "\\", "\n", "\r\n", ";", "a{{}}", "url(", ")", "url()", 'url("")', "@import", "url(#x)",
    "url(data:image/png;base64,AA==)", "url(data:image/svg+xml,<svg a='b'>)", "url(http://x/y.png)",
    "url(//cdn/x.png)", "content:'\\'';", "url(?x)", "é", "\U0001f600", "/*", "@\u0131mport '{u}';",
]  # fmt: skip
FATAL = ['url({s}"{u}"{s})', "url('{u}\")", 'url("{u})', "url({u}')", "import('react')"]
JS = [
    'import x from "{u}";', "import x from '{u}'\n", 'import{s}{{a}}{s}from{s}"{u}"{s};', 'import * as n from "{u}";',
    'import*as n from"{u}"', 'import "{u}";', "import'{u}'\n", 'export {{a}} from "{u}";', "export * from '{u}'\n",
    "export*from'{u}';", 'export * as m from "{u}";', 'import("{u}")', "import('{u}').then()", 'import( "{u}" )',
    "\n//# sourceMappingURL={u}\n", "\n//# sourceMappingURL={u}  \r\n", "//@ sourceMappingURL={u}\n",
    "\n//# sourceMappingURL=data:x\n", "// import '{u}';\n", "/* import '{u}'; */", "`import '{u}';`",
    "'import(\\'{u}\\')'", '"', "'", "`", "/*", "*/", "//", "\n", ";", "\\", "/\"/", "let a = 1;", "import",
    "export", "from", "export default x;", 'import y from "react";', "import z\n, {{q}} from '{u}';", "é",
    "IMPORT x FROM '{u}';", "import {{\n  a,\n  b\n}} from '{u}';", "x.import('{u}')", "import type x from '{u}'",
]  # fmt: skip


class Generator:
    """Random trees from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def name(self, odd):
        pick = self.random.choice
        base = pick(ODD_NAMES if odd and self.random.random() < 0.3 else NAMES)
        return base + pick([".css", ".css", ".css", ".js", ".js", ".png", ".svg", ".map", ".css.map", ".js.map", ".txt", "", ".CSS", ".mjs"])

    def tree(self):
        rnd = self.random
        odd = rnd.random() < 0.2
        aggregation = rnd.random() < 0.6
        static_url = rnd.choice(STATIC_URLS) if rnd.random() < 0.4 else "/static/"
        directories = [""]
        for _ in range(rnd.randrange(5)):
            directories.append(rnd.choice(directories) + rnd.choice(["d/", "e/", "sub/", "ü/"]))
        files = {}
        for _ in range(rnd.randrange(4, 30)):
            files[rnd.choice(directories) + self.name(odd)] = ""
        # A file must not be where a directory is.
        names = [n for n in files if not any(o.startswith(n + "/") for o in files)]
        # References lead to earlier files: cycles are a rarity.
        acyclic = rnd.random() < 0.9
        valid = rnd.random() < 0.85
        for index, name in enumerate(names):
            known = names[:index] if acyclic else names
            files[name] = self.content(name, known, static_url, valid)
        files = {name: files[name] for name in names}
        return {
            "static_url": static_url,
            "aggregation": aggregation,
            "files": files,
        }

    def content(self, name, known, static_url, valid):
        rnd = self.random
        fragments = CSS if name.endswith(".css") else JS if name.endswith(".js") else None
        if fragments is None:
            return "".join(rnd.choice("abc") for _ in range(rnd.randrange(4)))
        text = rnd.choice(["", "", "", "\ufeff"])
        for _ in range(rnd.choice([0, 1, 2, 3, 5, 8])):
            url = self.url(name, known, static_url, valid)
            # Most fragments hold a reference that is well formed.
            # Noise makes most trees fail on both sides, which proves little.
            fragment = rnd.choice(fragments[: len(fragments) // 2] if rnd.random() < 0.85 else fragments)
            if not valid and rnd.random() < 0.1:
                fragment = rnd.choice(FATAL)
            text += fragment.replace("{s}", rnd.choice(SPACES)).replace("{{", "{").replace("}}", "}").replace("{u}", url)
            text += rnd.choice(["", "\n", " ", ";", "}\n"])
        return text

    def url(self, name, known, static_url, valid):
        rnd = self.random
        if not known or (not valid and rnd.random() < 0.1):
            if valid:
                return rnd.choice(["", "#x", "http://x/y", "data:,x", "//cdn/x", "?x"])
            return rnd.choice(["", "#x", "nothing.png", "../../../x.png", ".", "..", "d", "d/", "/other/x", "HTTP://x", "a b", "\\x", "%00", "x:y"])
        target = rnd.choice(known)
        relative = os.path.relpath(target, os.path.dirname(name) or ".")
        if name.endswith(".js") and not relative.startswith("."):
            relative = "./" + relative
        if rnd.random() < 0.15:
            relative = static_url + target if re.match("/.*/$", static_url) else relative
        if rnd.random() < 0.1:
            relative = rnd.choice(["./", "d/../", ".//", "././"]) + relative if not relative.startswith("/") else relative
        if any(c in relative for c in "?#%") or rnd.random() < 0.1:
            relative = "".join("%%%02X" % b if chr(b) in "?#% éü" or rnd.random() < 0.03 else chr(b) if b < 128 else "%%%02x" % b for b in relative.encode())
        return relative + rnd.choice([""] * 12 + ["#x", "?v=1", "?#iefix", "#", "?", "?a#b", "?a/b", ";#x"])


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
    """Django's collectstatic in this process, settings changed in place."""

    def __init__(self, base):
        os.makedirs(base, exist_ok=True)
        django_run.configure({"STATIC_URL": "/static/", "STATIC_ROOT": "x"}, base)

    def collect(self, tree, base, root):
        from django.conf import settings
        from django.contrib.staticfiles import finders, storage
        from django.contrib.staticfiles.finders import FileSystemFinder

        settings.STATIC_URL = tree["static_url"]
        # As LazySettings makes it once, when it is first asked.
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


def staticc(binary, version, tree, base, root):
    text = (
        f'STATIC_URL = {json.dumps(tree["static_url"])}\nSTATIC_ROOT = {json.dumps(root)}\n'
        f'STATICFILES_DIRS = ["src"]\n[STORAGES.staticfiles]\nBACKEND = "{MANIFEST}"\n'
        f'[STORAGES.staticfiles.OPTIONS]\nsupport_js_module_import_aggregation = {str(tree["aggregation"]).lower()}\n'
        f'[staticc]\ndjango = "{version}"\npython_path = []\n'
    )
    with open(os.path.join(base, "settings.toml"), "w") as file:
        file.write(text)
    result = subprocess.run(
        [binary, "collect", "--settings", "settings.toml", "--noinput", "-v0", "-j1", "--no-default-ignore"],
        cwd=base,
        capture_output=True,
    )
    error = result.stderr.decode(errors="replace")
    if result.returncode not in (0, 1):
        return f"CRASH {result.returncode}: {error}"
    return error if result.returncode else None


FINGERPRINT = re.compile(r"\.[0-9a-f]{12}(?![0-9a-f])")


def dangling(files, static_url):
    """Fingerprinted names in the texts that are the name of no file."""
    from urllib.parse import unquote

    if not re.match("https?://|/", static_url):
        static_url = "/" + static_url
    names = {}
    for name in files:
        base = os.path.basename(os.fsdecode(name))
        for match in FINGERPRINT.finditer(base):
            names.setdefault(match.group(), []).append((match.start(), os.fsdecode(name)))

    def unknown(text, match, name):
        here = os.path.dirname(os.fsdecode(name))
        for before, path in names.get(match.group(), []):
            start = match.start() - before
            base = os.path.basename(path)
            spoken = base.replace("?", "%3F").replace("#", "%23")
            if spoken != base:
                # Raw, these characters end a URL's path.
                if spoken in text:
                    return False
                continue
            if text[max(start, 0) : start + len(base)] == base:
                directory = text[max(start - 100, 0) : start]
                # The URL may begin anywhere behind a quote or the like.
                starts = [0] + [m.end() for m in re.finditer(r"[\s\"'(=]", directory)]
                for url in (directory[at:] + base for at in starts):
                    if url.startswith(static_url):
                        url = os.path.relpath(url.removeprefix(static_url), here or ".")
                    if os.path.normpath(os.path.join(here, url)) == path:
                        return False
        return True

    found = []
    for name, data in files.items():
        if not FINGERPRINT.search(os.fsdecode(name)) or not name.endswith((b".css", b".js")):
            continue
        texts = data.decode("utf-8"), unquote(data.decode("utf-8"))
        lost = [[m for m in FINGERPRINT.finditer(t) if unknown(t, m, name)] for t in texts]
        found += min(lost, key=len)
    return found


def clean(name):
    """The path that Django looks for when a name is not in its manifest."""
    from urllib.parse import unquote, urlsplit

    return urlsplit(unquote(name)).path.strip()


def explained(tree, theirs, ours, error, problem):
    """Why a difference is one of the README's table, or None."""
    if error and problem:
        return "both fail"
    if error and not problem:
        if "Max post-process passes" in error:
            return "deep chain resolved"
        match = re.search(r"The file '(.*)' could not be found", error)
        if match and re.search(r"\.[0-9a-f]{12}\b", match.group(1)):
            return "double rewriting resolved"
        readings = [n for n in tree["files"] if clean(n) != n]
        if match and any(os.path.normpath(match.group(1)) == clean(n) for n in readings):
            return "order of directory entries resolved"
        return None
    if problem and not error:
        if "circle" in problem and dangling(theirs, tree["static_url"]):
            return "cycle that Django leaves dangling"
        return None
    if dangling(theirs, tree["static_url"]):
        left = dangling(ours, tree["static_url"])
        return None if left else "dangling in Django, resolved here"
    return None


def compare(binary, version, django, tree, base):
    """None, or (verdict, explanation or None)."""
    shutil.rmtree(base, ignore_errors=True)
    os.makedirs(os.path.join(base, "src"))
    write(tree, base)
    theirs_root, ours_root = os.path.join(base, "theirs"), os.path.join(base, "ours")
    error = django.collect(tree, base, theirs_root)
    problem = staticc(binary, version, tree, base, ours_root)
    if problem and problem.startswith("CRASH"):
        return problem, None
    theirs, ours = read(theirs_root), read(ours_root)
    if problem and ours:
        return "a failed run wrote files", None
    if not error and not problem:
        if version < "6":
            key = b"staticfiles.json"
            ours[key], theirs[key] = json.loads(ours[key]), json.loads(theirs[key])
        if ours == theirs:
            return None
        if version < "6":
            del ours[key], theirs[key]
    verdict = f"django: {error}\nstaticc: {problem}\n"
    if not error and not problem:
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                verdict += f"{name}\n  django:  {theirs.get(name)}\n  staticc: {ours.get(name)}\n"
    return verdict, explained(tree, theirs, ours, error, problem)


def shrink(tree, fails):
    """The smallest tree found that still fails: fewer files, fewer lines."""
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
    counts, files, passed, failed = collections.Counter(), 0, 0, 0
    start, number = time.monotonic(), 0
    try:
        while time.monotonic() - start < float(seconds) and failed < 10:
            tree = Generator(f"{seed}/{number}").tree()
            number += 1
            files += len(tree["files"])
            result = compare(binary, version, django, tree, base)
            if result is None or result[1]:
                passed += 1
                counts["equal" if result is None else result[1]] += 1
                continue
            failed += 1

            def fails(smaller):
                result = compare(binary, version, django, smaller, base)
                return result is not None and not result[1]

            small = shrink(tree, fails)
            verdict = compare(binary, version, django, small, base)[0]
            os.makedirs(failures, exist_ok=True)
            path = os.path.join(failures, f"{version}-{seed}-{number - 1}.json")
            with open(path, "w") as file:
                json.dump({"tree": small, "verdict": verdict}, file, indent=1)
            print(f"Django {version}, seed {seed}/{number - 1}: {json.dumps(small)}\n{verdict}")
    finally:
        shutil.rmtree(top)
    took = time.monotonic() - start
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    print(
        f"Django {version}: {number} trees, {files} files, {number / took:.0f} trees a second: {kinds}\n"
        f"{passed} passed, {failed} failed",
        flush=True,
    )
    sys.exit(1 if failed else 0)


main()
