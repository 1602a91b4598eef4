"""Expected outcomes of fixture cases, made by real Django and WhiteNoise.

usage: oracle.py VERSION OUTPUT.json CASE_DIR...
Writes {case: outcome}. fixtures/README.md describes both formats.
"""

import base64
import gzip
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import tomllib

import django_run

LARGE = 4096


def unescape(text):
    """The bytes of a path that is written with \\xHH."""
    return text.encode("utf-8").decode("unicode_escape").encode("latin-1") if (
        "\\" in text
    ) else text.encode()


def make(base, spec):
    """Makes, changes or removes one thing of a case's tree."""
    path = os.path.join(os.fsencode(base), unescape(spec["path"]))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    kind = spec.get("kind", "file")
    if kind == "remove":
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    elif kind == "link":
        os.symlink(unescape(spec["target"]), path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        os.makedirs(path, exist_ok=True)
    else:
        data = (
            base64.b64decode(spec["base64"])
            if "base64" in spec
            else spec.get("text", "").encode() * spec.get("repeat", 1)
        )
        with open(path, "wb") as file:
            file.write(data)
        if "age" in spec:
            # Django compares time stamps; a change must be seen as newer.
            when = os.stat(path).st_mtime - spec["age"]
            os.utime(path, (when, when))
    if "mode" in spec:
        os.chmod(path, spec["mode"])


def describe(full):
    """What a file is, as the fixtures say it."""
    mode = os.lstat(full)
    if stat.S_ISLNK(mode.st_mode):
        return {"link": django_run.escape(os.readlink(full))}
    with open(full, "rb") as file:
        data = file.read()
    entry = {"mode": oct(stat.S_IMODE(mode.st_mode))}
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    if len(data) > LARGE:
        entry |= {"size": len(data), "md5": hashlib.md5(data).hexdigest()}
    elif text is not None:
        entry["text"] = text
    else:
        entry["base64"] = base64.b64encode(data).decode()
    return entry


def decoded(full):
    import brotli

    with open(full, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if full.endswith(b".gz") else brotli.decompress(data)


def outcome(version, case):
    with open(os.path.join(case, "settings.toml"), "rb") as file:
        toml = tomllib.load(file)
    spec = {}
    if os.path.exists(os.path.join(case, "case.toml")):
        with open(os.path.join(case, "case.toml"), "rb") as file:
            spec = tomllib.load(file)
    base = os.path.realpath(tempfile.mkdtemp(prefix="oracle-"))
    try:
        if os.path.isdir(os.path.join(case, "tree")):
            shutil.copytree(os.path.join(case, "tree"), base, symlinks=True, dirs_exist_ok=True)
        os.umask(spec.get("umask", 0o022))
        steps = []
        for number, flags in enumerate(spec.get("steps", [["--noinput"]])):
            for item in spec.get("make", []):
                if item.get("before", 0) == number:
                    make(base, item)

            def work():
                try:
                    django_run.configure(toml, base)
                except Exception as error:
                    return [1, "", f"{type(error).__name__}: {error}"]
                patterns = toml.get("staticc", {}).get("ignore_patterns", [])
                return django_run.run(flags, patterns)

            status, out, error = django_run.in_child(work)
            step = {"exit": status, "stdout": out.replace(base, "{base}").split("\n")}
            if error:
                step["error"] = error.replace(base, "{base}").split(" object at 0x")[0]
            steps.append(step)
        files, encoded = {}, {}
        root = os.path.join(base, toml.get("STATIC_ROOT", "out"))
        for name, full in sorted(django_run.walk(root)):
            original = full[:-3]
            if (
                full.endswith((b".br", b".gz"))
                and os.path.exists(original)
                and is_copy(full, original)
            ):
                mode = stat.S_IMODE(os.stat(full).st_mode)
                encoded[django_run.escape(name)] = oct(mode)
                continue
            entry = describe(full)
            if "link" in entry:
                entry["link"] = entry["link"].replace(base, "{base}")
            if name == os.fsencode(toml_manifest(toml)):
                sort_keys(entry)
            files[django_run.escape(name)] = entry
        return {"steps": steps, "files": files, "encoded": encoded}
    finally:
        shutil.rmtree(base)


def toml_manifest(toml):
    storage = toml.get("STORAGES", {}).get("staticfiles", {})
    return storage.get("OPTIONS", {}).get("manifest_name", "staticfiles.json")


def sort_keys(entry):
    """Before 6.0 the order of a manifest's keys is the file system's."""
    try:
        manifest = json.loads(entry["text"])
        manifest["paths"] = dict(sorted(manifest["paths"].items()))
    except (KeyError, ValueError, TypeError):
        return
    entry["text"] = json.dumps(manifest)


def is_copy(full, original):
    try:
        data = decoded(full)
    except Exception:
        return False
    with open(original, "rb") as file:
        return file.read() == data


def main():
    version, output, *cases = sys.argv[1:]
    django_run.preload()
    outcomes = {}
    for case in cases:
        outcomes[os.path.basename(case)] = outcome(version, case)
    with open(output, "w") as file:
        json.dump(outcomes, file, indent=1, sort_keys=True)


main()
