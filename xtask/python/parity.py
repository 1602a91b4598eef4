"""Compares staticc with Django on real packages, scenario by scenario.

usage: parity.py VERSION STATICC NODE_MODULES WORK REPORT.json
Django's trees are cached in WORK, because compression takes WhiteNoise long.
`staticc verify` must accept each tree of Django that is made.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys

import django_run
import static_tree
from real_packages import UNFOLD, FEW, NODE, SWAGGER

STORAGES = {
    "plain": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "manifest": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "compressed": "whitenoise.storage.CompressedStaticFilesStorage",
    "default": "whitenoise.storage.CompressedManifestStaticFilesStorage",
}
CHANGED = "own/site.css"


def scenario(name, storage, apps, node=(), steps=1, **settings):
    return {
        "name": name,
        "storage": storage,
        "apps": apps,
        "node": list(node),
        "steps": steps,
        # Whether the variants of a second run are compared too.
        "again": steps == 1,
        "settings": settings,
    }


def scenarios(version):
    """All packages are compressed with the newest Django only, because it takes
    long."""
    apps = FEW if version != "6.1" else UNFOLD
    node = NODE if version == "6.1" else []
    only_hashed = {"WHITENOISE_KEEP_ONLY_HASHED_FILES": True}
    return [
        scenario("plain", "plain", UNFOLD, [*NODE, SWAGGER]),
        scenario("manifest", "manifest", UNFOLD, NODE),
        scenario("manifest, twice", "manifest", UNFOLD, NODE, steps=2),
        scenario("manifest, a change", "manifest", UNFOLD, NODE, steps=3),
        scenario("manifest, aggregation", "manifest", FEW, aggregation=True),
        scenario("manifest, all, aggregation", "manifest", UNFOLD, NODE, aggregation=True),
        scenario("manifest, swagger-ui", "manifest", FEW, [SWAGGER]),
        scenario("compressed", "compressed", FEW),
        scenario("default", "default", apps, node),
        scenario("default, a change", "default", FEW, steps=3),
        scenario("default, only hashed", "default", FEW, **only_hashed),
        scenario("default, only hashed, twice", "default", FEW, steps=2, **only_hashed),
    ]


def toml_of(case, version, base, node, root):
    """The scenario as a settings file, and as the oracle reads it."""
    aggregation = case["settings"].get("aggregation", False)
    settings = {
        "STATIC_URL": "/static/",
        "STATIC_ROOT": root,
        "STATICFILES_DIRS": [os.path.join(base, "own-files")]
        + [[prefix, os.path.join(node, path)] for prefix, path in case["node"]],
        "INSTALLED_APPS": case["apps"],
        **{k: v for k, v in case["settings"].items() if k != "aggregation"},
    }
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    text += f'[STORAGES.staticfiles]\nBACKEND = "{STORAGES[case["storage"]]}"\n'
    options = {}
    if case["storage"] in ("manifest", "default"):
        options["support_js_module_import_aggregation"] = aggregation
        text += f"[STORAGES.staticfiles.OPTIONS]\nsupport_js_module_import_aggregation = {json.dumps(aggregation)}\n"
    text += f'[staticc]\npython_path = ["{sys.prefix}"]\nmissing_references = "error"\n'
    settings["STORAGES"] = {
        "staticfiles": {"BACKEND": STORAGES[case["storage"]], "OPTIONS": options}
    }
    return text, settings


def prepare(base):
    own = os.path.join(base, "own-files", "own")
    shutil.rmtree(base, ignore_errors=True)
    os.makedirs(own)
    for name, text in {
        "site.css": "@import 'more.css';\n" + "body { background: url(dot.svg) }\n" * 40,
        "more.css": "b { background: url('dot.svg#x') }\n",
        "dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "page.js": "import { a } from './part.js';\nexport default a;\n",
        "part.js": "export const a = 1;\n",
    }.items():
        with open(os.path.join(own, name), "w") as file:
            file.write(text)


def steps(case, base, collect):
    """Runs once, or again over the first run, or again after a change."""
    prepare(base)
    error = collect()
    if case["steps"] == 3:
        path = os.path.join(base, "own-files", CHANGED)
        with open(path, "a") as file:
            file.write("i { color: red }\n")
        later = os.stat(path).st_mtime + 10
        os.utime(path, (later, later))
    if case["steps"] > 1:
        error = collect()
    return error


def run_django(case, version, base, node, binary):
    root = os.path.join(base, "out")
    text, settings = toml_of(case, version, base, node, root)

    def collect():
        def work():
            django_run.configure(settings, base)
            return django_run.run(["--noinput"])

        status, _, error = django_run.in_child(work)
        return error or (status and "failed")

    error = steps(case, base, collect)
    # Without a manifest Django looks at no reference.
    checked = not error and case["storage"] in ("manifest", "default")
    verdict = verify(binary, base, text) if checked else None
    return error, static_tree.read(root, version), verdict


def verify(binary, base, text):
    """The errors of `staticc verify`, or None."""
    with open(os.path.join(base, "settings.toml"), "w") as file:
        file.write(text)
    command = [binary, "verify", "--settings", "settings.toml", "-v0"]
    result = subprocess.run(command, cwd=base, capture_output=True)
    return result.stderr.decode() if result.returncode else None


def run_staticc(case, version, base, node, binary):
    root = os.path.join(base, "out")
    text, _ = toml_of(case, version, base, node, root)

    cache = os.path.join(base, "cache")

    def collect(*flags):
        with open(os.path.join(base, "settings.toml"), "w") as file:
            file.write(text)
        result = subprocess.run(
            [binary, "collect", "--noinput", "--settings", "settings.toml", "--cache-dir", cache, *flags],
            cwd=base,
            capture_output=True,
        )
        return result.stderr.decode() if result.returncode else None

    error = steps(case, base, collect)
    first = static_tree.read(root, version)
    if case["again"] and not error:
        for what, error in variants(base, root, cache, collect):
            files = static_tree.read(root, version)
            changed = [name for name in first if files.get(name) != first[name]]
            if error or changed:
                return error or f"another tree after: {what}: {', '.join(changed[:5])}", files
    return None if case["again"] else error, first


def variants(base, root, cache, collect):
    """Runs again after changes that could mislead the cache or the record. Each run
    must leave what the first one left."""
    own = os.path.join(base, "own-files", CHANGED)
    snapshot = root + "-first"
    shutil.copytree(root, snapshot, symlinks=True)

    def everything(top):
        return [full for _, full in django_run.walk(top)]

    def overwrite(path, change):
        """Changes a file's bytes, and restores its time."""
        stat = os.stat(path)
        with open(path, "rb+") as file:
            data = change(file.read())
            file.seek(0)
            file.write(data)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def damage(data):
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else data

    yield "again", collect()
    shutil.rmtree(root)
    yield "warm cache, empty STATIC_ROOT", collect()
    for path in everything(cache):
        overwrite(path, damage)
    shutil.rmtree(root)
    yield "every entry of the cache damaged", collect()
    os.utime(own)
    yield "a source touched", collect()
    overwrite(own, lambda data: data.replace(b"background", b"dnuorgkcab"))
    collect()
    overwrite(own, lambda data: data.replace(b"dnuorgkcab", b"background"))
    yield "a source changed and changed back, size and time kept", collect()
    # Files of the earlier version of the source are not in the snapshot.
    for path in everything(snapshot)[::7]:
        overwrite(path.replace(os.fsencode(snapshot), os.fsencode(root)), damage)
    yield "every seventh file of STATIC_ROOT damaged, size and time kept", collect()
    shutil.rmtree(root)
    shutil.copytree(snapshot, root, symlinks=True)
    yield "the first tree restored", collect()
    collect("--set", "staticc.compression.brotli_quality=1", "--set", "staticc.compression.encodings=['br']")
    yield "other settings in between", collect()


def total(files, suffix):
    copies = [v for k, v in files.items() if isinstance(v, list) and k.endswith(suffix)]
    return sum(size for _, size in copies)


def packages(node):
    """The installed versions, on which Django's trees depend."""
    found = sorted(f"{d.name}=={d.version}" for d in importlib.metadata.distributions())
    for name in ("bootstrap", "leaflet", "swagger-ui-dist"):
        with open(os.path.join(node, name, "package.json")) as file:
            found.append(f"{name}@{json.load(file)['version']}")
    return found


def main():
    version, binary, node, work, report = sys.argv[1:]
    django_run.preload()
    base = os.path.join(os.path.realpath(os.path.dirname(work)), "parity-run-" + version)
    ingredients = [packages(node)]
    for path in (__file__, static_tree.__file__):
        with open(path, "rb") as file:
            ingredients.append(hashlib.sha256(file.read()).hexdigest())
    os.makedirs(work, exist_ok=True)
    passed, failed, rows = 0, 0, []
    for case in scenarios(version):
        key = hashlib.sha256(json.dumps([version, case, ingredients]).encode()).hexdigest()
        cache = os.path.join(work, key + ".json")
        if os.path.exists(cache):
            with open(cache) as file:
                error, theirs = json.load(file)
            verdict = None
        else:
            error, theirs, verdict = run_django(case, version, base, node, binary)
            with open(cache, "w") as file:
                json.dump([error, theirs], file)
        problem, ours = run_staticc(case, version, base, node, binary)
        where = f"Django {version}, {case['name']}"
        if verdict:
            failed += 1
            print(f"FAILED {where}: verify of Django's tree\n{verdict}")
            continue
        if bool(error) != bool(problem):
            failed += 1
            print(f"FAILED {where}\n  Django: {error}\n  staticc: {problem}")
            continue
        if error:
            passed += 1
            print(f"ok     {where}: both fail: {error.splitlines()[0][:100]}")
            continue
        different = static_tree.differing(static_tree.digests(ours), static_tree.digests(theirs))
        if different:
            failed += 1
            print(f"FAILED {where}: {len(different)} differ: {', '.join(different[:8])}")
            continue
        passed += 1
        print(f"ok     {where}: {len(ours)} files", flush=True)
        br, gz = (total(theirs, ".br"), total(ours, ".br")), (total(theirs, ".gz"), total(ours, ".gz"))
        if all(br):
            rows.append(
                f"{case['name']:<24} {version:>6} {br[0]:>17,} {br[1]:>15,} {br[1] / br[0]:6.4f}"
                f" {gz[0]:>17,} {gz[1]:>15,} {gz[1] / gz[0]:6.4f}"
            )
    shutil.rmtree(base, ignore_errors=True)
    with open(report, "w") as file:
        json.dump({"passed": passed, "failed": failed, "sizes": rows}, file)


main()
