"""Measures `staticc check` against an import of Django, and many problems
against none."""

import os
import statistics
import sys

from measure import MEMORY, NODE_MODULES, STATICC, Measured, Project, median, row
from real_packages import NODE, SWAGGER, UNFOLD


def run():
    real()
    broken()


def real():
    """Static files and templates of the packages of the parity run, against an
    interpreter that imports Django and nothing of the project."""
    dirs = [(name, os.path.join(NODE_MODULES, path)) for name, path in [*NODE, SWAGGER]]
    project = Project("check", dirs, UNFOLD)
    check = [STATICC, "check", "--cache-dir", project.cache]
    first = Measured(check, project.base, accepted=(0, 1))
    counts = first.output.strip().splitlines()[-1].split(".")[0]
    imports = [sys.executable, "-c", "import django"]
    for name, ours, target in [
        (f"check, nothing changed ({counts})", lambda: Measured(check, project.base, accepted=(0, 1)).wall, 1),
        ("check, nothing known", lambda: Measured([*check, "--no-cache"], project.base, accepted=(0, 1)).wall, 1),
    ]:
        theirs = lambda: Measured(imports, project.base).wall  # noqa: E731
        pairs = [(ours(), theirs()) for _ in range(15)]
        ours, theirs = (statistics.median(side) for side in zip(*pairs))
        row(f"{name}: wall", '`python -c "import django"`', ours, theirs, target, "s")
    cold(check, imports, project)


def cold(check, imports, project):
    """Also empties the kernel's page cache, if permitted."""
    drop = "/proc/sys/vm/drop_caches"
    if not os.access(drop, os.W_OK):
        return

    def run(argv):
        os.sync()
        with open(drop, "w") as file:
            file.write("3")
        return Measured(argv, project.base, accepted=(0, 1)).wall

    pairs = [(run(check), run(imports)) for _ in range(5)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs))
    row("the same, nothing changed, disk not read yet: wall", '`python -c "import django"`', ours, theirs, 1, "s")


def broken():
    """500 broken references in 50 of 200 files."""
    walls = []
    for suffix in ("png", "pgn"):
        base = os.path.join(MEMORY, f"check-{suffix}")
        os.makedirs(f"{base}/img")
        for number in range(1000):
            with open(f"{base}/img/i{number:04}.png", "w") as file:
                file.write(str(number))
        for number in range(200):
            used = suffix if number < 50 else "png"
            rules = [f".a{n} {{ background: url(img/i{(number * 10 + n) % 1000:04}.{used}) }}\n" for n in range(10)]
            with open(f"{base}/c{number:03}.css", "w") as file:
                file.writelines(rules)
        project = Project(f"check-{suffix}", [("", base)])
        argv = [STATICC, "check", "--no-cache"]
        walls.append(median(lambda: Measured(argv, project.base, accepted=(0, 1)).wall, 15))
    row("check that finds 500 broken references in 50 files: wall", "finds none", walls[1], walls[0], 2, "s")
