"""Compares four ways to collect real projects: Django, the settings.toml of init,
`--settings MODULE` (live), and the app "staticc". All must leave the same tree.

usage: projects.py VERSION STATICC WORK REPORT.json
WORK/made holds the projects, WORK/django the cached results of Django, and
WORK/differ the trees that differ.
"""

import hashlib
import importlib.metadata
import json
import pathlib
import shutil
import sys

import made_projects
import project_runs
import static_tree
from project_runs import Report, changed, differences, keep, look, remove

VERSION, STATICC, WORK, REPORT = sys.argv[1:]
MADE, DJANGO, DIFFER = (pathlib.Path(WORK, part, VERSION) for part in ("made", "django", "differ"))
LEFT_OVER = "left/over.css"
# Flags, and what is done to STATIC_ROOT before.
STEPS = [
    (["-n"], None),
    ([], None),
    (["-v", "2"], None),
    (["-n", "--clear", "-v", "2"], "leave"),
    (["--clear"], None),
    (["-v", "0"], None),
    (["-v", "2"], "remove"),
]
FRESH = 1


def run(project, *words, settings=None):
    return project_runs.run(project, pathlib.Path(WORK, "cache"), *words, settings=settings)


def staticc(project, *words):
    python = ["--python", sys.executable] if project.python == "flag" else []
    return run(project, STATICC, *words, *python)


def manage(project, settings, judge):
    """`manage.py collectstatic`, step by step."""
    remove(project)
    for number, (flags, before) in enumerate(STEPS):
        if before == "remove":
            remove(project)
        elif before == "leave" and project.static_root.exists():
            left = project.static_root / LEFT_OVER
            left.parent.mkdir()
            left.write_text("")
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", *flags]
        judge(number, {**run(project, *command, settings=settings), **look(project, VERSION)})


def oracle(project, variant=""):
    """The results of Django at each step, from the cache if possible."""
    kept = DJANGO / f"{project.name}{variant}"
    written = kept / "outcomes.json"
    if written.exists():
        said = json.loads(written.read_text())
        if said["of"] == ingredients(project):
            return said["outcomes"]
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    outcomes = []

    def judge(number, outcome):
        outcomes.append(outcome)
        if number == FRESH and project.static_root.exists():
            shutil.copytree(project.static_root, kept / "tree", symlinks=True)

    manage(project, project.settings, judge)
    written.write_text(json.dumps({"of": ingredients(project), "outcomes": outcomes}))
    return outcomes


def ingredients(project):
    """The versions and files on which Django's trees depend."""
    digest = hashlib.sha256(f"{project.static_root} {STEPS}".encode())
    sources = [path for path in made_projects.SOURCES.rglob("*") if path.is_file()]
    scripts = [made_projects.__file__, static_tree.__file__]
    for path in sorted(map(str, sources + scripts)):
        with open(path, "rb") as file:
            digest.update(path.encode() + file.read())
    packages = (f"{d.metadata['Name']}=={d.version}" for d in importlib.metadata.distributions())
    theirs = sorted(package for package in packages if not package.startswith("staticc=="))
    return [*theirs, digest.hexdigest()]


def tree_problems(project, way, found, wanted):
    """How the trees differ; if they do, staticc's tree is copied."""
    problems = differences(found, wanted)
    if problems and project.static_root.exists():
        kept = DIFFER / f"{project.name}-{way}"
        keep(project, kept)
        problems.insert(0, f"kept: {kept}; Django's: {DJANGO / project.name / 'tree'}")
    return problems


def told(text, flags):
    """Returns the output without what may differ: Django lists files in the order of the disk."""
    return sorted(text.splitlines()) if {"2", "-n", "--clear"} & set(flags) else text


def said_problems(found, wanted, flags=()):
    problems = []
    if found["status"] != wanted["status"]:
        problems.append(f"exit status {found['status']}, Django: {wanted['status']}")
        problems.append(found["err"][-600:])
    ours, theirs = told(found["out"], flags), told(wanted["out"], flags)
    if isinstance(ours, str) and ours != theirs:
        problems.append(f"tells {ours!r}, Django: {theirs!r}")
    elif ours != theirs:
        problems += [f"tells: {line!r}" for line in sorted(set(ours) - set(theirs))[:3]]
        problems += [f"doesn't tell: {line!r}" for line in sorted(set(theirs) - set(ours))[:3]]
        problems.append(f"{len(ours)} lines, Django: {len(theirs)}")
    return problems


def drop_in(report, project, wanted, falls_back):
    def judge(number, found):
        flags = STEPS[number][0]
        way = " ".join(["drop-in", *flags]) + (" again" if 0 < number < len(STEPS) - 1 and flags else "")
        problems = said_problems(found, wanted[number], flags)
        err = found["err"].removesuffix("\n") if falls_back else found["err"]
        if falls_back and (not err.startswith("staticc: ") or "\n" in err):
            problems.append(f"standard error is not one line of staticc's: {err!r}")
        elif not falls_back and err != wanted[number]["err"]:
            problems.append(f"standard error: {err!r}")
        problems += tree_problems(project, way.replace(" ", ""), found, wanted[number])
        report.tell(f"{project.name}, {way}", problems, f"{len(found['tree'])} files")

    manage(project, project.drop_in, judge)
    asked = "import django; django.setup(); print(django.core.management.get_commands()['collectstatic'])"
    found = run(project, sys.executable, "-c", asked, settings=project.drop_in)
    report.tell(f"{project.name}, drop-in", expect(found, 0, "staticc"), "it is staticc's command")


def by_settings(report, project, wanted):
    """`init`, then `collect` with what it wrote."""
    remove(project)
    written = staticc(project, "init")
    problems = [] if written["status"] == 0 else [f"exit status {written['status']}", written["err"][-600:]]
    report.tell(f"{project.name}, init", problems, "written")
    found = run(project, STATICC, "collect", "--noinput")
    found.update(look(project, VERSION))
    problems = said_problems(found, wanted) + tree_problems(project, "init", found, wanted)
    report.tell(f"{project.name}, init and collect", problems, f"{len(found['tree'])} files")
    checked = staticc(project, "init", "--check")
    report.tell(f"{project.name}, init --check", expect(checked, 0), "exit status 0")
    undo = project.set(f"STATICFILES_DIRS = [*STATICFILES_DIRS, ('more', {str(project.base / 'more')!r})]")
    (project.base / "more").mkdir()
    checked = staticc(project, "init", "--check")
    report.tell(f"{project.name}, init --check after a change", expect(checked, 1, "STATICFILES_DIRS no longer says"), "exit status 1")
    undo()
    (project.base / "more").rmdir()
    (project.directory / "settings.toml").unlink(missing_ok=True)


def expect(found, status, *words):
    """Returns what is wrong with the exit status and the output of a run of staticc."""
    told = found["out"] + found["err"]
    problems = [] if found["status"] == status else [f"exit status {found['status']}, not {status}"]
    problems += [f"does not print {word!r}" for word in words if word not in told]
    if "Traceback" in told or len(told.splitlines()) > 12:
        problems.append(f"prints {len(told.splitlines())} lines")
    return problems + ([told[-1000:]] if problems else [])


def live(report, project, wanted):
    remove(project)
    # Bytecode that is written shows only where there is none.
    for directory in list(project.base.rglob("__pycache__")):
        shutil.rmtree(directory)
    before = project.listing()
    found = staticc(project, "collect", "--noinput", "--settings", project.settings)
    found.update(look(project, VERSION))
    problems = said_problems(found, wanted) + tree_problems(project, "live", found, wanted)
    report.tell(f"{project.name}, live", problems + changed(project, before), f"{len(found['tree'])} files")


def left_to_django(report, project, written):
    """Collecting from the project's settings fails; init writes the nearest settings and lists what they lack."""
    outcomes = oracle(project)
    drop_in(report, project, outcomes, falls_back=True)
    remove(project)
    before = project.listing()
    storage = f"{project.package}.storage"
    found = staticc(project, "collect", "--noinput", "--settings", project.settings)
    problems = expect(found, 2, storage) + changed(project, before)
    if project.static_root.exists():
        problems.append("STATIC_ROOT is made")
    report.tell(f"{project.name}, live", problems, "refused")
    found = staticc(project, "init")
    problems = expect(found, 0 if written else 1, storage)
    if (project.directory / "settings.toml").exists() != written:
        problems.append("no settings.toml" if written else "settings.toml is written")
    report.tell(f"{project.name}, init", problems, "written, with what it lacks" if written else "refused")


def broken(report, project, cure):
    before = project.listing()
    ways = {"init": ["init"], "live": ["collect", "--noinput", "--settings", project.settings]}
    if project.name == "no-settings":
        # Live always names some.
        del ways["live"]
    for way, words in ways.items():
        found = staticc(project, *words)
        # Live, they are settings that can't be used.
        problems = expect(found, {"init": 1, "live": 2}[way], cure)
        report.tell(f"{project.name}, {way}", problems + changed(project, before), f"names {cure}")


def main():
    report = Report(f"Django {VERSION}")
    shutil.rmtree(DIFFER, ignore_errors=True)
    MADE.mkdir(parents=True, exist_ok=True)
    for project in made_projects.collected():
        project.make(MADE)
        outcomes = oracle(project)
        problems = expect(outcomes[FRESH], 0)
        report.tell(f"{project.name}, Django", problems, f"{len(outcomes[FRESH]['tree'])} files")
        live(report, project, outcomes[FRESH])
        drop_in(report, project, outcomes, falls_back=False)
        if project.finder:
            # No settings.toml can run the project's Python. init says so, and to collect
            # live, which is compared above; init is compared without that finder.
            written = staticc(project, "init")
            problems = expect(written, 0, project.finder, f"collect --settings {project.settings}")
            report.tell(f"{project.name}, init with a finder", problems, "written, with what it lacks")
            (project.directory / "settings.toml").unlink(missing_ok=True)
            project.set(f"STATICFILES_FINDERS.remove({project.finder!r})")
            outcomes = oracle(project, "-without-finder")
        by_settings(report, project, outcomes[FRESH])
    for project, written in made_projects.left_to_django():
        project.make(MADE)
        left_to_django(report, project, written)
    for project, cure in made_projects.broken():
        project.make(MADE)
        broken(report, project, cure)
    pathlib.Path(REPORT).write_text(json.dumps({"passed": report.passed, "failed": report.failed}))


main()
