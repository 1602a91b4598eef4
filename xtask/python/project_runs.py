"""Runs programs in a project, reads the STATIC_ROOT that they leave, and reports
what is wrong.

Shared by projects.py and adopt.py. Does not know in which ways they collect.
"""

import os
import shutil
import subprocess

import static_tree

SHOWN = 6


class Report:
    """Prints the outcome of each comparison, and counts them."""

    def __init__(self, title):
        self.title = title
        self.passed = self.failed = 0

    def tell(self, what, problems, fine="the same"):
        where = f"{self.title}, {what}"
        if not problems:
            self.passed += 1
            print(f"ok     {where}: {fine}", flush=True)
            return
        self.failed += 1
        more = [f"… {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        lines = "".join(f"\n  {line}" for problem in problems[:SHOWN] + more for line in problem.splitlines())
        print(f"FAILED {where}{lines}", flush=True)


def run(project, cache, *words, settings=None):
    """Runs a program where the project's manage.py is, with a cache directory that
    is kept from run to run."""
    environ = project.environ()
    environ["XDG_CACHE_HOME"] = str(cache)
    if settings:
        environ["DJANGO_SETTINGS_MODULE"] = settings
    result = subprocess.run(
        list(map(str, words)), cwd=project.directory, env=environ, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, umask=project.umask,
    )  # fmt: skip
    return {"status": result.returncode, "out": result.stdout, "err": result.stderr}


def look(project, django):
    """The files of STATIC_ROOT and their modes."""
    if not project.static_root.exists():
        return {"tree": {}, "modes": {}}
    tree = static_tree.read(project.static_root, django, project.manifest)
    return {"tree": static_tree.digests(tree), "modes": static_tree.modes(project.static_root)}


def remove(project):
    shutil.rmtree(project.static_root, ignore_errors=True)


def keep(project, kept):
    """Copies STATIC_ROOT."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(project.static_root, kept, symlinks=True)


def differences(found, wanted):
    """How the files and modes of two trees differ."""
    problems = []
    for what in ("tree", "modes"):
        paths = static_tree.differing(found[what], wanted[what])
        name = {"tree": "", "modes": "mode of "}[what]
        for path in paths:
            ours, theirs = found[what].get(path), wanted[what].get(path)
            verb = "too much" if theirs is None else "lacking" if ours is None else "another"
            values = f" ({ours}, Django: {theirs})" if what == "modes" and verb == "another" else ""
            problems.append(f"{verb}: {name}{path}{values}")
    return problems


def changed(project, before):
    """Returns the paths of a project that a run has changed outside STATIC_ROOT."""
    paths = static_tree.differing(project.listing(), before)
    return [f"changed: {os.path.relpath(path, project.base)}" for path in paths]
