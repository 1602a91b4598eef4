"""Makes the projects of projects.py and adopt.py: by `django-admin startproject` or
a like command, and with files that are put over what it makes.

Does not know how the projects are collected.
"""

import functools
import os
import pathlib
import shutil
import subprocess
import sys

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "projects"


class Project:
    """One project in a directory of its own."""

    def __init__(
        self, name, package, overlays=(), at=".", root="staticfiles", manifest="staticfiles.json",
        settings="settings", finder=None, python="beside", umask=0o022,
        environment=(), sources=SOURCES, start=(),
    ):  # fmt: skip
        self.name = name
        self.package = package
        self.overlays = overlays or (name,)
        self.at = at  # where manage.py is
        self.root = root  # STATIC_ROOT
        self.manifest = manifest
        self.settings = f"{package}.{settings}"
        self.finder = finder  # the project's own, which no settings.toml can name
        self.python = python  # how staticc finds it: beside manage.py, on the path, by the flag
        self.umask = umask
        self.environment = dict(environment)
        self.sources = sources  # has the overlays
        self.start = start  # a program of the environment that makes the project, and its arguments

    def make(self, base):
        """Makes the project below a directory."""
        self.base = base / self.name
        self.directory = self.base / self.at
        self.static_root = pathlib.Path(os.path.normpath(self.base / self.root))
        self.environment["STATIC_ROOT"] = str(self.static_root)
        shutil.rmtree(self.base, ignore_errors=True)
        shutil.rmtree(self.static_root, ignore_errors=True)
        self.directory.mkdir(parents=True)
        program, *arguments = self.start or ["django-admin", "startproject", self.package, "."]
        beside = os.path.join(sys.prefix, "bin", program)
        subprocess.run([beside, *arguments], cwd=self.directory, check=True, stdout=subprocess.DEVNULL)
        for overlay in self.overlays:
            self.put(self.sources / overlay)
        self.put_drop_in()
        if self.python == "beside":
            (self.directory / ".venv").symlink_to(sys.prefix)

    def put(self, overlay):
        for source in (path for path in overlay.rglob("*") if path.is_file()):
            path = self.base / source.relative_to(overlay)
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix != ".append":
                shutil.copyfile(source, path)
                continue
            path = path.with_suffix("")
            if not path.exists():
                self.split(path)
            with open(path, "a") as file:
                file.write(source.read_text())

    def split(self, path):
        """Moves settings.py into a package, one directory deeper."""
        single = path.parent.with_suffix(".py")
        text = single.read_text()
        path.write_text(text.replace(".parent.parent", ".parent.parent.parent"))
        single.unlink()

    def put_drop_in(self):
        """Settings with the app "staticc" in front."""
        path = self.directory / (self.settings.replace(".", "/") + ".py")
        drop_in = path.with_name("drop_in.py")
        drop_in.write_text(
            f"from {self.settings} import *\n\nINSTALLED_APPS = ['staticc', *INSTALLED_APPS]\n"
        )
        self.drop_in = f"{self.settings.rpartition('.')[0]}.drop_in"

    def set(self, text):
        """Appends to the settings; returns a function that restores them."""
        path = self.directory / (self.settings.replace(".", "/") + ".py")
        before = path.read_text()
        path.write_text(f"{before}\n{text}\n")
        return lambda: path.write_text(before)

    def environ(self):
        """The environment variables of its developer."""
        names = ("VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE")
        environ = {k: v for k, v in os.environ.items() if k not in names}
        environ.update(self.environment)
        if self.python == "path":
            environ["PATH"] = os.path.join(sys.prefix, "bin") + os.pathsep + environ["PATH"]
        return environ

    def listing(self):
        """All paths outside of STATIC_ROOT, with size and time stamp of files."""
        found = {}
        for directory, names, files in os.walk(self.base):
            path_of = functools.partial(os.path.join, directory)
            names[:] = [name for name in names if path_of(name) != str(self.static_root)]
            found.update((path_of(name), None) for name in names)
            for path in map(path_of, files):
                stat = os.lstat(path)
                found[path] = stat.st_size, stat.st_mtime_ns
        return found


def collected():
    """Projects that all four ways collect alike."""
    return [
        Project("plain", "mysite"),
        Project(
            "real", "shop", root="../deployed/static", manifest="manifest.json", settings="settings.production",
            finder="shop.finders.GeneratedFinder", python="flag",
            environment={
                "DJANGO_SETTINGS_MODULE": "shop.settings.production",
                "SECRET_KEY": "not in the repository",
                "DATABASE_URL": "sqlite3:///shop.sqlite3",
            },
        ),
        # Its modes are by umask: so that this shows, not by everybody's.
        Project("older", "portal", at="src", root="public/assets", python="path", umask=0o027),
    ]  # fmt: skip


def left_to_django():
    """Projects with a storage that only Python can run, and whether init writes a
    settings.toml for them."""
    return [
        (Project("traced", "mysite", ["small", "traced"]), True),
        (Project("listed", "mysite", ["small", "listed"]), True),
        (Project("memory", "mysite", ["small", "memory"]), False),
    ]


def broken():
    """Projects whose settings cannot be imported, and a text that the error holds."""
    return [
        (Project("no-variable", "mysite", ["small", "no-variable"]), "MYSITE_SECRET_KEY"),
        (Project("no-variable-environ", "mysite", ["small", "no-variable-environ"]), "MYSITE_SECRET_KEY"),
        (Project("no-variable-decouple", "mysite", ["small", "no-variable-decouple"]), "MYSITE_SECRET_KEY"),
        (Project("no-package", "mysite", ["small", "no-package"]), "acme_missing"),
        (Project("no-syntax", "mysite", ["small", "no-syntax"]), "settings.py:"),
        (Project("no-settings", "mysite", ["small", "no-settings"]), "DJANGO_SETTINGS_MODULE"),
    ]
