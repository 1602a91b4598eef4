"""Collects one whole project in all ways that a team can choose, and compares what
they leave with what Django leaves.

usage: adopt.py SOURCE STATICC WORK REPORT.json
SOURCE is a directory of xtask/adopt. WORK/made gets the project, and WORK/differ the
trees that differ.
"""

import json
import pathlib
import re
import sys
import tomllib

import django
import made_projects
import project_runs
from project_runs import Report, changed, differences, keep, look, remove

SOURCE, STATICC, WORK, REPORT = sys.argv[1:]
SOURCE, WORK = pathlib.Path(SOURCE), pathlib.Path(WORK)
DJANGO = ".".join(map(str, django.VERSION[:2]))
PROBLEM = re.compile(r"^(error|warning): (.*) \[([a-z0-9-]+)\]$", re.MULTILINE)


class Adoption:
    """One project, and what is known of it."""

    def __init__(self, report):
        with open(SOURCE / "project.toml", "rb") as file:
            known = tomllib.load(file)
        self.report = report
        self.left_to_django = known.get("left_to_django", False)
        self.problems = known.get("problem", [])
        self.project = made_projects.Project(
            SOURCE.name, known.get("package", "mysite"), ["files"], sources=SOURCE, start=known.get("start", ()),
            at=known.get("at", "."), root=known.get("static_root", "staticfiles"),
            settings=known.get("settings", "mysite.settings").partition(".")[2],
        )  # fmt: skip

    def run(self, *words, settings=None):
        return project_runs.run(self.project, WORK / "cache", *words, settings=settings)

    def manage(self, settings):
        command = [sys.executable, "manage.py", "collectstatic", "--noinput"]
        found = self.run(*command, settings=settings)
        return {**found, **look(self.project, DJANGO)}

    def staticc(self, *words, settings=None):
        found = self.run(STATICC, *words, settings=settings)
        return {**found, **look(self.project, DJANGO)}

    def live(self, *words):
        return self.staticc(*words, "--settings", self.project.settings)

    def tell(self, what, problems, found):
        if problems:
            problems = [*problems, (found["out"] + found["err"])[-1500:]]
        self.report.tell(what, problems, f"{len(found['tree'])} files")

    def compare(self, what, found, wanted, sentence=True):
        """Compares a tree with Django's, and what was said with Django's closing sentence."""
        problems = status_problems(found, 0) + differences(found, wanted)
        if sentence and closing(found) != closing(wanted):
            problems.append(f"says {closing(found)!r}, Django: {closing(wanted)!r}")
        problems += self.untrue("collect", found)
        if differences(found, wanted):
            kept = WORK / "differ" / f"{self.project.name}-{what.replace(' ', '-')}"
            keep(self.project, kept)
            problems.insert(0, f"kept: {kept}; Django's: {self.djangos()}")
        self.tell(what, problems, found)

    def djangos(self):
        return WORK / "django" / self.project.name

    def untrue(self, verb, found):
        """What a verb says that project.toml does not know to be true."""
        return [
            f"says what isn't known to be true: {kind}: {text} [{code}]"
            for kind, text, code in PROBLEM.findall(found["err"])
            if not any(is_known(problem, verb, text, code) for problem in self.problems)
        ]

    def verify(self, what, *settings):
        found = self.staticc("verify", *settings)
        problems = status_problems(found, 0) + self.untrue("verify", found)
        self.tell(f"verify after {what}", problems, found)

    def check(self, what, *settings):
        """`check` says what is true, all of it, and fails only if an error is among it."""
        found = self.staticc("check", *settings)
        said = PROBLEM.findall(found["err"])
        is_error = any(kind == "error" for kind, _, _ in said)
        problems = status_problems(found, 1 if is_error else 0) + self.untrue("check", found)
        for problem in self.problems:
            if "check" in problem["verbs"] and not any(is_known(problem, "check", *rest) for _, *rest in said):
                problems.append(f"does not say: {problem['text']} [{problem['code']}]")
        self.tell(f"check, {what}", problems, found)


def is_known(problem, verb, text, code):
    return verb in problem["verbs"] and code == problem["code"] and problem["text"] in text


def status_problems(found, status):
    return [] if found["status"] == status else [f"exit status {found['status']}, not {status}"]


def closing(found):
    """The last line; apps print more before it."""
    return (found["out"].strip().splitlines() or [""])[-1]


def main():
    report = Report(SOURCE.name)
    adoption = Adoption(report)
    adoption.project.make(WORK / "made")
    wanted = by_django(adoption)
    if adoption.left_to_django:
        refused(adoption)
    else:
        live(adoption, wanted)
    drop_in(adoption, wanted)
    by_settings_file(adoption, wanted)
    pathlib.Path(REPORT).write_text(json.dumps({"passed": report.passed, "failed": report.failed}))


def by_django(adoption):
    """Django alone. Nothing here fails by staticc, but what `verify` says."""
    project = adoption.project
    remove(project)
    wanted = adoption.manage(project.settings)
    adoption.tell("Django", status_problems(wanted, 0), wanted)
    if project.static_root.exists():
        keep(project, adoption.djangos())
    if not adoption.left_to_django:
        adoption.verify("Django", "--settings", project.settings)
    return wanted


def live(adoption, wanted):
    """`--settings`, over Django's tree, in an empty STATIC_ROOT, and back to Django."""
    project = adoption.project
    adoption.compare("live over Django's tree", adoption.live("collect", "--noinput"), wanted, sentence=False)
    adoption.verify("live over Django's tree", "--settings", project.settings)
    remove(project)
    before = project.listing()
    found = adoption.live("collect", "--noinput")
    adoption.report.tell("live changes nothing else", changed(project, before))
    adoption.compare("live", found, wanted)
    adoption.verify("live", "--settings", project.settings)
    adoption.check("live", "--settings", project.settings)
    adoption.compare("Django over staticc's tree", adoption.manage(project.settings), wanted, sentence=False)
    adoption.verify("Django over staticc's tree", "--settings", project.settings)


def refused(adoption):
    """Live mode refuses a storage that only Python can run, and names it."""
    remove(adoption.project)
    found = adoption.live("collect", "--noinput")
    problems = status_problems(found, 2)
    if adoption.project.static_root.exists():
        problems.append("STATIC_ROOT is made")
    adoption.tell("live is refused", problems, found)


def drop_in(adoption, wanted):
    """The app "staticc" in INSTALLED_APPS."""
    project = adoption.project
    remove(project)
    found = adoption.manage(project.drop_in)
    adoption.compare("drop-in", found, wanted)
    is_left = re.search(r"^staticc: ", found["err"], re.MULTILINE) is not None
    problems = [] if is_left == adoption.left_to_django else [f"left to Django: {is_left}"]
    adoption.tell("drop-in is staticc's command or says why not", problems, found)
    if not adoption.left_to_django:
        adoption.verify("drop-in", "--settings", project.settings)


def by_settings_file(adoption, wanted):
    """`init`, then `collect` with what it wrote."""
    project = adoption.project
    written = adoption.staticc("init", settings=project.settings)
    adoption.tell("init", status_problems(written, 0) + adoption.untrue("init", written), written)
    if not adoption.left_to_django:
        remove(project)
        adoption.compare("init and collect", adoption.staticc("collect", "--noinput"), wanted)
        adoption.verify("init and collect")
        adoption.check("init")
    again = adoption.staticc("init", "--check", settings=project.settings)
    adoption.tell("init --check", status_problems(again, 0) + adoption.untrue("init", again), again)


main()
