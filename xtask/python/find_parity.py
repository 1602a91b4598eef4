"""Compares `staticc find` with Django's findstatic, without staticc's marks.

usage: find_parity.py VERSION STATICC
Prints the number of answers compared, and those that differ.
"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile

import django_run

APPS = ["django.contrib.admin", "rest_framework", "debug_toolbar", "own"]
FINDERS = "django.contrib.staticfiles.finders."
FILES = [
    "a/css/site.css",
    "a/css/site.scss",
    "a/.hidden",
    "a/admin/css/base.css",
    "a/both.txt",
    "a/name with space.txt",
    "a/back\\slash.txt",
    "a/ünï.txt",
    "b/both.txt",
    "b/lib/both.txt",
    "b/only-b.txt",
    "own/__init__.py",
    "own/static/both.txt",
    "own/static/lib/both.txt",
    "own/static/own/deep/er.txt",
]
LINKS = {
    "a/link.css": "css/site.css",
    "a/broken": "nowhere",
    "own/static/broken": "../../nowhere",
    "a/elsewhere": "../b",
}
# Paths that no finder lists.
ODD = [
    "", ".", "./css/site.css", "css//site.css", "css/../css/site.css", "css", "css/", "css/site.css/",
    "nothing", "CSS/site.css", "lib", "lib/", "lib/both.txt", "lib//both.txt", "lib/./both.txt", "library/both.txt",
    ".hidden", "css/site.scss", "both.txt/x", "link.css", "broken", "circle", "elsewhere/only-b.txt",
    "back/slash.txt", "back\\slash.txt", "../b/both.txt", "../../x", "/", "/etc/passwd", "lib/../both.txt",
    "lib/../../x", "own/../both.txt", "admin/../both.txt", "x" * 300, "both.txt?x", "both.txt#x", "%2e",
]
# Not one directory under two prefixes: Django's collectstatic and findstatic differ.
SETTINGS = [
    {"STATICFILES_DIRS": ["a", ["lib", "b"]]},
    {"STATICFILES_DIRS": [["lib", "b"], "none", "a", "a/css"]},
    {"STATICFILES_DIRS": ["a"], "STATICFILES_FINDERS": [FINDERS + "AppDirectoriesFinder", FINDERS + "FileSystemFinder"]},
]
FLAGS = [[], ["--first"], ["-v0"], ["-v2"], ["-v2", "--first"]]
MARK = re.compile(r" \((collected|not collected[^\n]*|a directory)\)$", re.M)


def make(base):
    for name in FILES:
        path = os.path.join(base, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write("" if name.endswith(".py") else name)
    for name, target in LINKS.items():
        os.symlink(target, os.path.join(base, name))


def listed():
    """All paths that Django's finders list."""
    from django.contrib.staticfiles import finders

    paths = [
        os.path.join(getattr(storage, "prefix", None) or "", path)
        for finder in finders.get_finders()
        for path, storage in finder.list([])
    ]
    return sorted(set(paths))


def django(paths, flags):
    """Django's output for these paths; None if it finds nothing."""
    from django.core.exceptions import SuspiciousFileOperation
    from django.core.management import call_command

    out = io.StringIO()
    try:
        call_command("findstatic", *paths, stdout=out, stderr=io.StringIO(), **flags)
    except SuspiciousFileOperation:
        return None
    return out.getvalue() or None


def options(flags):
    named = {"-v0": {"verbosity": 0}, "-v2": {"verbosity": 2}, "--first": {"all": False}}
    return {key: value for flag in flags for key, value in named[flag].items()}


def compare(settings, base, binary):
    """The number of answers, and those that differ."""
    toml = {"STATIC_URL": "/static/", "STATIC_ROOT": "out", "INSTALLED_APPS": APPS, **settings}
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in toml.items())
    text += f"[staticc]\npython_path = [{json.dumps(base)}, {json.dumps(sys.prefix)}]\n"
    with open(os.path.join(base, "settings.toml"), "w") as file:
        file.write(text)
    django_run.configure(toml, base)
    everything = listed()
    # Added now, because Django cannot list a directory with it.
    os.symlink("circle", os.path.join(base, "a/circle"))
    different = []
    for flags in FLAGS:
        for paths in [everything, *([path] for path in ODD)]:
            theirs = django(paths, options(flags))
            command = [binary, "find", *flags, "--", *paths]
            result = subprocess.run(command, cwd=base, capture_output=True, text=True)
            ours = MARK.sub("", result.stdout) or None
            status = 0 if theirs else 1
            message = f"No matching file found for '{paths[0]}'. [not-found]"
            said = bool(theirs) or message in result.stderr
            if ours != theirs or result.returncode != status or not said:
                different.append(f"{settings} {flags} {paths[:3]}:\n{theirs}\n{ours}\n{result.stderr}")
    return [(len(everything) + len(ODD)) * len(FLAGS), different]


def main():
    version, binary = sys.argv[1:]
    compared, different = 0, []
    for settings in SETTINGS:
        with tempfile.TemporaryDirectory() as base:
            base = os.path.realpath(base)
            make(base)
            count, differing = django_run.in_child(lambda: compare(settings, base, binary))
            compared += count
            different += differing
    print(f"{'FAILED' if different else 'ok    '} Django {version}, find: {compared} answers", flush=True)
    for difference in different[:10]:
        print(difference)
    sys.exit(bool(different))


main()
