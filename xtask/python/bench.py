"""staticc against real Django and WhiteNoise on the same files, as ratios.

usage: bench.py STATICC ENCODERS NODE_MODULES WORK REPORT quick|usual|full PART
Prints a table in Markdown, and stores it unless PART names one part. Every row is measured in one go, both
sides in turn. ENCODERS is our encoders alone (`benches/encoders.rs`).
"""

import os
import re
import shutil
import statistics
import sys

import brotli  # noqa: F401  (WhiteNoise makes no .br without)

import bench_check
from measure import ENCODERS, EXTENT, HERE, MEMORY, NODE_MODULES, ONLY, REPORT, ROWS, WORK, Measured, Project, median, row

MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
APPS = ["django.contrib.admin", "django.contrib.messages", "rest_framework", "debug_toolbar"]
# Packages whose trees Django collects, each under a prefix of its own.
NODE = ["bootstrap/dist", "leaflet/dist", "swagger-ui-dist", "pdfjs-dist/build", "katex/dist"]


def size(root, suffix):
    """Bytes of all compressed copies of a kind."""
    total = 0
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            if name.endswith(suffix) and os.path.exists(path[: -len(suffix)]):
                total += os.path.getsize(path)
    return total


def files(roots):
    return sum(len(names) for root in roots for _, _, names in os.walk(root))


def check_same(project):
    """Fails if the trees differ. The bytes of .gz (and of huge .br) may differ,
    because another encoder writes them."""
    roots = [os.path.join(project.base, side) for side in ("django", "staticc")]
    trees = [{os.path.relpath(e.path, root): e.path for e in walk(root)} for root in roots]
    differ = trees[0].keys() ^ trees[1].keys()
    for name in trees[0].keys() & trees[1].keys():
        if name.endswith((".gz", ".br")):
            continue
        contents = []
        for tree in trees:
            with open(tree[name], "rb") as file:
                contents.append(file.read())
        if contents[0] != contents[1]:
            differ.add(name)
    if differ:
        raise SystemExit(f"{len(differ)} files differ: {sorted(differ)[:10]}")


def small_tree():
    """Few apps, found through INSTALLED_APPS."""
    project = Project("small", apps=APPS)
    theirs, ours = project.django(), project.staticc()
    check_same(project)
    name = f"admin, DRF, debug-toolbar ({files([project.base + '/staticc'])} files out), cold"
    row(f"{name}: CPU", "Django + WhiteNoise", ours.cpu, theirs.cpu, 0.55, "s")
    row(f"{name}: wall", "Django + WhiteNoise", ours.wall, theirs.wall, 0.55, "s")
    row(f"{name}: peak memory", "Django + WhiteNoise", ours.peak, theirs.peak, None, "MB")
    again = median(lambda: project.staticc().wall)
    row("the same, nothing changed: wall", "Django + WhiteNoise again", again, project.django().wall, None, "s")


def big_tree(dirs):
    project = Project("big", dirs)
    count = files(path for _, path in dirs)
    name = f"{len(dirs)} packages, {count:,} files"
    theirs, ours = project.django(), project.staticc()
    check_same(project)
    row(f"{name}, cold: CPU", "Django + WhiteNoise", ours.cpu, theirs.cpu, 0.55, "s")
    row("cold: wall", "Django + WhiteNoise", ours.wall, theirs.wall, 0.55, "s")
    row("cold: peak memory", "Django + WhiteNoise", ours.peak, theirs.peak, None, "MB")
    roots = [os.path.join(project.base, side) for side in ("staticc", "django")]
    for suffix, target in (".br", 1.001), (".gz", 0.96):
        row(f"all {suffix}", "WhiteNoise", *(size(root, suffix) for root in roots), target, "bytes")
    alone = Measured([ENCODERS, "--ours", roots[0]], project.base)
    row("cold: CPU", "our encoders alone, each distinct content once", ours.cpu, alone.cpu, 1.05, "s")
    unchanged(project, project.django())
    one_css(project)
    fresh_clone(project)
    faster = Project("faster", dirs, extra="[staticc.compression]\nbrotli_quality = 10\n")
    quick = faster.staticc()
    row("cold, `brotli_quality = 10`: CPU", "Django + WhiteNoise", quick.cpu, theirs.cpu, 0.25, "s")
    small = size(os.path.join(faster.base, "staticc"), ".br")
    row("its .br", "WhiteNoise", small, size(roots[1], ".br"), 1.03, "bytes")


def unchanged(project, theirs):
    ours = median(lambda: project.staticc().wall)
    if theirs:
        row("nothing changed: wall", "Django + WhiteNoise again", ours, theirs.wall, 0.001, "s")
    find = ["find", *project.dirs, os.path.join(project.base, "staticc"), "-printf", "%s %T@\n"]
    looked = median(lambda: Measured(find, project.base).wall)
    row("nothing changed: wall", "`find -printf '%s %T@'` over both sides", ours, looked, 3, "s")


def one_css(project):
    """Changes a css of the admin, and measures the encoding of the new files
    alone."""
    path = next(p for p in (f"{d}/admin/css/base.css" for d in project.dirs) if os.path.exists(p))
    with open(path, "rb") as file:
        before = file.read()
    root = os.path.join(project.base, "staticc")
    changed, alone = [], []
    try:
        for number in range(5):
            known = {entry.path for entry in walk(root)}
            with open(path, "wb") as file:
                file.write(before + b"/* %d */\n" % number)
            changed.append(project.staticc().wall)
            new = [e.path for e in walk(root) if e.path not in known and not e.path.endswith((".br", ".gz"))]
            new.append(path)
            alone.append(sum(encode_alone(new)))
            again = median(lambda: project.staticc().wall, 3)
    finally:
        with open(path, "wb") as file:
            file.write(before)
    project.staticc()
    reference = again + statistics.median(alone)
    row("one css of the admin changed: wall", "nothing changed + encoding that", statistics.median(changed), reference, 1.5, "s")


def encode_alone(paths):
    output = Measured([ENCODERS, "--ours", *paths], WORK).output
    return [float(line.split("|")[4]) for line in output.splitlines() if line.startswith("| staticc")]


def walk(root):
    for entry in os.scandir(root):
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path)
        else:
            yield entry


def fresh_clone(project):
    """New files with new times, an empty STATIC_ROOT, the cache restored."""
    clone = os.path.join(project.base, "clone")
    dirs = []
    for number, path in enumerate(project.dirs):
        shutil.copytree(path, f"{clone}/{number}", copy_function=shutil.copy)
        dirs.append((f"p{number:02}", f"{clone}/{number}"))
    fresh = Project("fresh", dirs)
    fresh.cache = project.cache
    walls, copies = [], []
    for number in range(3):
        walls.append(fresh.staticc(f"root-{number}").wall)
        copy = ["cp", "-r", f"root-{number}", f"copy-{number}"]
        copies.append(Measured(copy, fresh.base).wall)
    row("fresh clone, warm cache: wall", "`cp -r` of the resulting STATIC_ROOT", statistics.median(walls), statistics.median(copies), 2, "s")


def uncompressed(dirs):
    project = Project("uncompressed", dirs, backend=MANIFEST)
    theirs, ours = project.django(), project.staticc()
    check_same(project)
    row("ManifestStaticFilesStorage, cold: wall", "Django", ours.wall, theirs.wall, 0.10, "s")
    row("ManifestStaticFilesStorage, cold: CPU", "Django", ours.cpu, theirs.cpu, None, "s")


def generate(base, count, content):
    """A tree of small files, 1,000 a directory."""
    for number in range(count):
        directory = f"{base}/d{number // 1000}"
        if number % 1000 == 0:
            os.makedirs(directory)
        name, text = content(number)
        with open(f"{directory}/{name}", "w") as file:
            file.write(text)


def mixed(number):
    suffix = ["png", "png", "jpg", "svg", "css", "js", "txt", "json"][number % 8]
    texts = {
        "css": f".c{number} {{ background: url(file{number - 4}.png) }}\n" * 3,
        "js": f"export const a{number} = {number};\n" * 4,
    }
    return f"file{number}.{suffix}", texts.get(suffix, f"content of {number}\n" * 4)


def fits(count):
    """Whether this many small files, collected, fit in memory. On a disk, the time
    for each file grows with their number."""
    with open("/proc/meminfo") as file:
        available = int(re.search(r"MemAvailable:\s*(\d+)", file.read()).group(1)) * 1024
    needed = count * (3 * 4096 + 2048)
    return needed < min(available, shutil.disk_usage(MEMORY).free)


def scale(counts):
    """Measures the time for each file as the number of files grows tenfold."""
    before, place = None, MEMORY if fits(counts[-1]) else WORK
    for count in counts:
        base = os.path.join(place, f"files-{count}")
        generate(base, count, mixed)
        project = Project(f"scale-{count}", [("", base)], backend=MANIFEST)
        root = os.path.join(place, f"root-{count}")
        run = project.staticc(root)
        again = project.staticc(root)
        each = run.wall / count
        if before:
            row(f"{count:,} small files: wall a file", "a tenth of the files", each, before, 1.3, "s")
        before = each
        row(f"{count:,} small files: peak memory", "1.2 KiB a file + 150 MB", run.peak, 1.2 * 1024 * count + 150e6, 1, "MB")
        row(f"{count:,} small files, second run: peak memory", "the same", again.peak, 1.2 * 1024 * count + 150e6, 1, "MB")
        if place == MEMORY:
            shutil.rmtree(base)
            shutil.rmtree(root)


def linear():
    """Ten times the work takes at most 13 times the time."""

    def chain(count):
        for number in range(count):
            last = number == count - 1
            yield f"c{number}.css", "a {}" if last else f'@import "c{number + 1}.css";\n'

    def references(count):
        yield "i.png", "i"
        yield "a.css", "".join(f".c{number} {{ background: url(i.png) }}\n" for number in range(count))

    def texts(count):
        yield "i.png", "i"
        for number in range(count):
            yield f"a{number}.css", f".c{number} {{ background: url(i.png) }}\n"

    kinds = [("chain of css imports", chain, 10_000), ("references in one file", references, 100_000), ("css files", texts, 100_000)]
    for what, make, most in kinds:
        walls = []
        for count in (most // 10, most):
            base = os.path.join(MEMORY, "linear")
            os.makedirs(base)
            for name, text in make(count):
                with open(f"{base}/{name}", "w") as file:
                    file.write(text)
            project = Project(f"linear-{make.__name__}-{count}", [("", base)], backend=MANIFEST)
            root = os.path.join(MEMORY, "linear-root")
            run = lambda: project.staticc(root, "--no-cache").wall  # noqa: E731
            walls.append(run())
            for _ in range(2):
                shutil.rmtree(root)
                walls[-1] = min(walls[-1], run())
            shutil.rmtree(base)
            shutil.rmtree(root)
        row(f"{what}: {most:,}", f"{most // 10:,}", walls[1], walls[0], 13, "s")


def one_huge(dirs):
    """Measures whether all cores work while one encodes a huge file."""
    base = os.path.join(WORK, "huge-files")
    os.makedirs(base)
    texts, size = [], 0
    for path in (entry.path for _, top in dirs for entry in walk(top)):
        if path.endswith(".js") and size < 20e6:
            with open(path, "rb") as file:
                texts.append(file.read())
            size += len(texts[-1])
    with open(f"{base}/huge.txt", "wb") as file:
        file.write(b"".join(texts)[: 20 * 1000 * 1000])
    for number in range(3000):
        with open(f"{base}/{number}.txt", "wb") as file:
            file.write(texts[number % len(texts)][number : number + 3000])
    run = Project("huge", [("", base)]).staticc()
    row("a 20 MB file among 3,000 small ones, cold: wall", "its CPU time divided by the cores", run.wall, run.cpu / os.cpu_count(), None, "s")


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return f"{os.cpu_count()} cores ({model.group(1).strip() if model else 'unknown'})"


def directories():
    """The packages' static directories, each with a prefix."""
    site = os.path.dirname(os.path.dirname(__import__("django").__file__))
    with open(os.path.join(HERE, "bench_packages.txt")) as file:
        names = [line.split()[1] for line in file if line.strip() and not line.startswith("#")]
    dirs = [(f"p{n:02}", os.path.join(site, name, "static")) for n, name in enumerate(names)]
    return dirs + [(f"n{n:02}", os.path.join(NODE_MODULES, name)) for n, name in enumerate(NODE)]


def main():
    dirs = directories()
    counts = [10_000, 100_000, 1_000_000] if EXTENT == "full" else [10_000, 100_000]
    parts = {
        "small": small_tree,
        "uncompressed": lambda: uncompressed(dirs),
        "scale": lambda: scale(counts),
        "linear": linear,
        "huge": lambda: one_huge(dirs),
        "check": bench_check.run,
        "big": lambda: big_tree(dirs),
    }
    if EXTENT == "quick":
        del parts["scale"], parts["huge"], parts["big"]
    head = "| work | against | theirs | staticc | ratio | at most |\n| --- | --- | --- | --- | --- | --- |"
    print(head)
    for name, part in parts.items():
        if ONLY in ("", name):
            part()
    if not ONLY:
        with open(REPORT, "w") as file:
            file.write("# Benchmarks\n[How it was measured](performance.md) says what each row means, and which goals were missed.\n\n")
            file.write(f"Measured on {machine()}; Django 6.1, WhiteNoise 6.12, Brotli 1.2, Python {sys.version.split()[0]}.\n\n")
            file.write("\n".join([head, *ROWS]) + "\n")


os.makedirs(WORK)
os.makedirs(MEMORY)
try:
    main()
finally:
    shutil.rmtree(MEMORY)
    shutil.rmtree(WORK)
