"""Asks a Django project for what staticc needs to know, in the project's own Python.

    python ask.py [--settings mysite.settings] [--manage PATH/manage.py]
                  [--files [--ignore PATTERN]... [--no-default-ignore]]

The script owns the questions and the JSON form of the answers. It decides
nothing about staticc. It writes no files (no bytecode, no logs), opens no
database (connecting fails), and prints one JSON object on standard output; what
the project prints goes to standard error. manage.py runs until it executes its
command. The exit status is 0, or 1 if the project cannot be loaded: then
"error" says why, and the other keys have the answers so far. Relative paths
start at the current directory, as for Django. Only with --files does the script
instantiate finders other than Django's two and list their files; the patterns
are those of collectstatic. A process that has loaded the project already calls
`describe` alone. The script needs the standard library, Python 3.9 and Django
4.2, or later versions. It is one file because staticc runs it by `python -c`,
in environments without this package.
"""

import argparse
import ast
import contextlib
import importlib.machinery
import importlib.metadata
import importlib.util
import inspect
import json
import math
import os
import pathlib
import platform
import re
import runpy
import sys
import traceback
import warnings

NOT_ASKED = []
UNNAMED = LookupError("DJANGO_SETTINGS_MODULE is not set, and no manage.py names it")
TEXT_LIMIT = 300
DJANGO_FINDERS = re.compile(r"django\.contrib\.staticfiles\.finders\.(FileSystem|AppDirectories)Finder")
PLAIN_SETTINGS = (
    "STATICFILES_FINDERS FILE_UPLOAD_PERMISSIONS FILE_UPLOAD_DIRECTORY_PERMISSIONS FORCE_SCRIPT_NAME"
    " STATICFILES_STORAGE WHITENOISE_SKIP_COMPRESS_EXTENSIONS WHITENOISE_MANIFEST_STRICT STATICC"
).split()
# Of these, Django looks only at the truth value.
FLAGS = ("DEBUG", "WHITENOISE_KEEP_ONLY_HASHED_FILES")
NAMED_SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["']([\w.]+)["']""")
STANDARD_LIBRARY = os.path.dirname(os.path.abspath(os.__file__))
# The number of modules that are read because manage.py leads to them.
MODULE_LIMIT = 100
STORAGE_ATTRIBUTES = "manifest_name location base_url file_permissions_mode directory_permissions_mode".split()
STORAGE_FLAGS = "manifest_strict support_js_module_import_aggregation keep_only_hashed_files".split()
# collectstatic calls these on any storage that has them. FileSystemStorage does not define them.
CALLED_IF_DEFINED = {"post_process"}


class Prepared(BaseException):
    """manage.py executes its command. No `except Exception` of the project catches this."""


def refuse(error, *arguments):
    def refused(*_, **__):
        raise error(*arguments)

    return refused


def not_asked(what, why):
    if isinstance(why, BaseException):
        why = f"{type(why).__name__}: {short(why)}"
    NOT_ASKED.append({"what": what, "why": text(why)})


def attempt(what, ask, *arguments):
    """Returns what `ask` returns, or None if it fails; records the reason."""
    try:
        return ask(*arguments)
    except Exception as error:
        return not_asked(what, error)


def short(error):
    lines = str(error).strip().splitlines()
    return lines[0][:TEXT_LIMIT] if lines else ""


def text(value):
    """Returns text for people, in UTF-8; file names may be in no encoding."""
    return str(value).encode("utf-8", "backslashreplace").decode()


def utf_8(value):
    """Returns text for programs, which JSON must be able to hold."""
    value = str.__str__(value) if isinstance(value, str) else str(value)  # str() of an Enum is its name
    if text(value) != value:
        raise ValueError(f"{text(value)} is not UTF-8")
    return value


def plain(value, what, depth=8):
    """Returns a value as JSON; what JSON cannot express becomes text, and is recorded."""
    from django.utils.functional import Promise

    if value is None or isinstance(value, (bool, int)) or isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (str, Promise)):
        return utf_8(value)
    if isinstance(value, (bytes, os.PathLike, re.Pattern)):
        return utf_8(os.fsdecode(getattr(value, "pattern", value)))
    if depth and isinstance(value, dict):
        return {utf_8(key): plain(item, what, depth - 1) for key, item in value.items()}
    if depth and isinstance(value, (list, tuple, set, frozenset)):
        items = [plain(item, what, depth - 1) for item in value]
        return sorted(items, key=str) if isinstance(value, (set, frozenset)) else items
    not_asked(what, f"its value is no JSON but {type(value).__name__}; it is converted to text")
    return dotted(value) if callable(value) and hasattr(value, "__qualname__") else text(repr(value))[:TEXT_LIMIT]


def absolute(value):
    """Returns the absolute path, as Django's storages do, or None for an empty one."""
    path = os.fsdecode(value) if isinstance(value, (bytes, os.PathLike)) else utf_8(value or "")
    return utf_8(os.path.abspath(path)) if path else None


def file_of(module):
    return absolute(getattr(sys.modules.get(module), "__file__", None))


def dotted(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def library(thing):
    """Returns whether Django or WhiteNoise defines a class or function. Without a module, assumes so."""
    return (getattr(thing, "__module__", None) or "django").split(".")[0] in ("django", "whitenoise")


def own_name(name):
    """Returns whether a class has this name because somebody defines it there."""
    return name == "__init__" or not name.startswith("__")


def where(cls, name=None):
    """Returns the `file:line` of a class, or of a name in it; without its source, only the file."""
    file = file_of(cls.__module__)
    try:
        lines, line = inspect.getsourcelines(cls)
    except (OSError, SyntaxError, TypeError):
        return file
    defines = re.compile(rf"\s+((async\s+)?def\s+|class\s+)?{name}\s*[(:=]")
    return f"{file}:{line + next((at for at, code in enumerate(lines) if name and defines.match(code)), 0)}"


def versions():
    whitenoise = None
    if importlib.util.find_spec("whitenoise"):
        whitenoise = attempt("versions.whitenoise", importlib.metadata.version, "whitenoise") or "unknown"
    return {
        "python": platform.python_version(), "prefix": absolute(sys.prefix),
        "django": sys.modules["django"].get_version(), "whitenoise": whitenoise,
        "brotli": importlib.util.find_spec("brotli") is not None,
    }


def settings_texts():
    """Returns the text of the settings module, and of other modules that settings may come from."""
    module = settings_module()["name"] or ""
    package, top = re.escape(module.rpartition(".")[0] or module), re.escape(module.partition(".")[0])
    others = re.compile(rf"{package}\.\w+|{top}\..*settings.*")
    files = (file_of(name) for name in [module, *filter(others.fullmatch, list(sys.modules))])
    return {file: pathlib.Path(file).read_text("utf-8", "replace") for file in files if file}


def written_at(name, texts):
    """Returns the `file:line` of the last assignment to a setting, in the first file that has one."""
    assigns = re.compile(rf"^[ \t]*{name}[ \t]*(:[^=\n]+)?\+?=(?!=)", re.MULTILINE)
    for file, code in texts.items():
        for match in list(assigns.finditer(code))[-1:]:
            return f"{file}:{1 + code.count(chr(10), 0, match.start())}"


def settings_module():
    name = os.environ.get("DJANGO_SETTINGS_MODULE")
    return {"name": name, "file": file_of(name)}


def static_settings(settings):
    """Returns for each setting its value, whether the project sets it, and where. `written` is the value
    before Django changes it."""
    answers, texts = {}, attempt("where settings are written", settings_texts) or {}

    def answer(name, read, **more):
        value = attempt(name, read, getattr(settings, name, None))
        answers[name] = {"value": value, "set": settings.is_overridden(name), **more}
        if answers[name]["set"] and (place := written_at(name, texts)):
            answers[name]["where"] = place

    for name in PLAIN_SETTINGS:
        if hasattr(settings, name):
            answer(name, lambda value: plain(value, name))
    for name in FLAGS:
        if hasattr(settings, name):
            answer(name, bool)
    for name in ("STATIC_URL", "MEDIA_URL"):
        written = attempt(name, plain, getattr(settings._wrapped, name, None), name)
        answer(name, lambda value: plain(value, name), written=written)
    for name in ("STATIC_ROOT", "MEDIA_ROOT"):
        answer(name, absolute, written=attempt(name, plain, getattr(settings, name, None), name))

    def directory(entry):
        prefix, path = entry if isinstance(entry, (list, tuple)) else ("", entry)
        return {"prefix": utf_8(prefix or ""), "directory": absolute(path), "written": plain(path, "STATICFILES_DIRS")}

    answer("STATICFILES_DIRS", lambda entries: [directory(entry) for entry in entries])
    answer("TEMPLATES", lambda templates: [template_engine(template) for template in templates])
    # OPTIONS may hold keys. The storage says what is needed of them.
    answer("STORAGES", lambda storages: {"BACKEND": plain(storages["staticfiles"]["BACKEND"], "STORAGES")})
    answers["STORAGES.staticfiles"] = answers.pop("STORAGES")
    return answers


def template_engine(template):
    """Describes an entry of TEMPLATES: where it looks for templates, and `loaders` whose directories are unknown."""
    loaders = template.get("OPTIONS", {}).get("loaders")
    described = {
        "BACKEND": plain(template.get("BACKEND"), "TEMPLATES.BACKEND"),
        "DIRS": [absolute(path) for path in template.get("DIRS", ())],
        "APP_DIRS": bool(template.get("APP_DIRS")),
        "app_dirname": attempt("TEMPLATES.app_dirname", app_dirname, template.get("BACKEND") or ""),
        "loaders": loaders and dotted_names(loaders),
    }
    if loaders:
        described.update(attempt("loaders of templates", loader_directories, template, loaders) or {})
    return described


def dotted_names(value):
    """Returns all strings in nested lists that may be names of classes."""
    if isinstance(value, (list, tuple)):
        return [name for element in value for name in dotted_names(element)]
    return [value] if isinstance(value, str) and re.fullmatch(r"\w+(\.\w+)+", value) else []


def loader_directories(template, loaders):
    """Returns where the loaders of an engine look, as if DIRS and APP_DIRS said so."""
    from django.template import Engine
    from django.template.loaders.locmem import Loader as LocmemLoader
    from django.template.utils import get_app_template_dirs

    def single(loaders):
        for loader in loaders:
            yield from single(loader.loaders) if hasattr(loader, "loaders") else [loader]  # of the cached loader

    def ask(loader):
        return [absolute(path) for path in loader.get_dirs()]

    directories, unknown = [], []
    for loader in single(Engine(dirs=list(template.get("DIRS", ())), loaders=loaders).template_loaders):
        if isinstance(loader, LocmemLoader):
            continue
        name = dotted(type(loader))
        asked = attempt(f"the loader {name}", ask, loader)
        if asked is None:
            unknown.append(name)
        else:
            directories.extend(asked)
    of_apps = [absolute(path) for path in get_app_template_dirs("templates")]
    in_apps = bool(of_apps) and set(of_apps) <= set(directories)
    return {
        "DIRS": [path for path in directories if not (in_apps and path in of_apps)],
        "APP_DIRS": in_apps,
        "loaders": unknown or None,
    }


def app_dirname(backend):
    """Returns the directory of apps in which a template backend of the project looks."""
    from django.utils.module_loading import import_string

    if backend and not backend.startswith("django."):
        return plain(import_string(backend).app_dirname, "TEMPLATES.app_dirname")


def apps(settings, registry):
    pairs = zip(settings.INSTALLED_APPS, registry.get_app_configs())
    return [
        {"entry": utf_8(entry) if isinstance(entry, str) else dotted(type(config)), "directory": absolute(config.path)}
        for entry, config in pairs
    ]


def ignore_patterns(registry):
    """Returns what collectstatic ignores by default, if the staticfiles app is installed."""
    if not registry.is_installed("django.contrib.staticfiles"):
        return not_asked("django.contrib.staticfiles", "it is not in INSTALLED_APPS")
    return {"value": plain(list(registry.get_app_config("staticfiles").ignore_patterns), "ignore_patterns")}


def unwrapped(value):
    """Returns the object that a lazy object wraps."""
    from django.utils.functional import LazyObject

    if not isinstance(value, LazyObject):
        return value
    value.__class__  # access instantiates it
    return value._wrapped


def make_storage(settings):
    """Returns the class of the configured storage, and an instance; without one, the class twice."""
    from django.core.files.storage import FileSystemStorage
    from django.utils.module_loading import import_string

    configured = settings.STORAGES["staticfiles"]
    cls = import_string(configured["BACKEND"])
    if not issubclass(cls, FileSystemStorage):
        not_asked("storage made with its OPTIONS", f"{dotted(cls)} is not a storage on this disk")
        return cls, cls
    options = configured.get("OPTIONS", {})
    return cls, attempt("storage made with its OPTIONS", lambda: without_manifest(cls)(**options)) or cls


def without_manifest(cls, **more):
    """Returns a subclass that does not load the manifest of an earlier run, which may be broken."""
    return type(cls.__name__, (cls,), {"__module__": cls.__module__, "load_manifest": lambda self: ({}, ""), **more})


def replaced(cls):
    """Yields the attributes of a class of Django's or WhiteNoise's that other code has replaced."""
    for name, value in vars(cls).items():
        function = getattr(value, "__func__", None) or getattr(value, "fget", None) or getattr(value, "func", value)
        if own_name(name) and callable(function) and not library(function):
            yield name


def own_patterns(made, base):
    """Returns the patterns of a storage, if they differ from those of its base class in Django or WhiteNoise."""
    flag = "support_js_module_import_aggregation"
    usual = without_manifest(base, **{flag: getattr(made, flag, False)})
    patterns = getattr(made, "_patterns", None)
    return None if patterns == getattr(usual(), "_patterns", None) else plain(list(patterns or ()), "storage.patterns")


def base_of(theirs):
    """Returns the nearest of Django's and WhiteNoise's classes, or the storage that consists of just these."""
    from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

    parts = [base for base in ManifestStaticFilesStorage.__mro__[1:] if base is not object]
    return ManifestStaticFilesStorage if theirs == parts else next(iter(theirs), None)


def storage(settings, live):
    """Describes the storage in use, or a new one, and lists what the project overrides."""
    from django.core.files.storage import FileSystemStorage

    live = unwrapped(live)
    cls, made = (type(live), live) if live is not None else make_storage(settings)
    mro = [base for base in cls.__mro__ if base is not object]
    theirs = [base for base in mro if library(base)]
    base = base_of(theirs)
    looked_up = CALLED_IF_DEFINED.union(*(filter(own_name, vars(known)) for known in theirs))
    overrides = [
        {"name": name, "where": where(base, name)}
        for base in mro if not library(base) for name in vars(base) if name in looked_up
    ]
    others = [name for known in theirs for name in replaced(known)]
    if made is not cls:
        others += (name for name, value in vars(made).items() if callable(value) and name in looked_up)
    overrides += ({"name": name, "where": None} for name in others)

    def read(name):
        value = getattr(made, name, None)
        if value is None or hasattr(type(value), "__get__"):
            return None
        return bool(value) if name in STORAGE_FLAGS else plain(value, f"storage.{name}")

    answers = {
        "class": dotted(cls), "where": None if library(cls) else where(cls),
        "base": dotted(base) if base else None, "overrides": overrides, "made": made is not cls,
    }
    answers.update((name, attempt(f"storage.{name}", read, name)) for name in STORAGE_ATTRIBUTES + STORAGE_FLAGS)
    location = getattr(getattr(made, "manifest_storage", None), "location", None)
    answers["manifest_location"] = attempt("storage.manifest_location", absolute, location)
    compared = made is not cls and base and issubclass(base, FileSystemStorage)
    answers["patterns"] = attempt("storage.patterns", own_patterns, made, base) if compared else None
    return answers


def other_finders(settings, patterns):
    """Describes the finders other than Django's two, with their files unless `patterns` is None.

    As in collectstatic, all finders are given one list of patterns: a finder that changes it changes
    it for those after it. "ignore_patterns" then has the patterns that apply from there on.
    """
    from django.contrib.staticfiles.finders import get_finder
    from django.core.files.storage import FileSystemStorage, Storage
    from django.utils.module_loading import import_string

    def opens_paths(kept):
        cls = type(kept)
        if not isinstance(kept, FileSystemStorage) or {"open", "_open"} & vars(kept).keys():
            return False
        return (cls.open, cls._open) == (Storage.open, FileSystemStorage._open)

    def find(entry):
        before = list(patterns)
        found = {"files": [file(os.fsdecode(path), kept) for path, kept in get_finder(entry).list(patterns)]}
        if patterns != before:
            found["ignore_patterns"] = [utf_8(pattern) for pattern in patterns]
        return found

    def file(path, kept):
        kept = unwrapped(kept)
        if not opens_paths(kept):  # Django copies what the storage opens
            raise TypeError(f"{dotted(type(kept))} opens files in its own way")
        prefix, source = getattr(kept, "prefix", None) or "", absolute(kept.path(path))
        if not os.path.lexists(source):  # a storage in memory, for example
            raise FileNotFoundError(f"{source} is not on this disk")
        return {"path": utf_8(path), "prefix": utf_8(prefix), "source": source}

    answers, patterns = [], patterns if patterns is None else list(patterns)
    for entry in (entry for entry in settings.STATICFILES_FINDERS if not DJANGO_FINDERS.fullmatch(entry)):
        place = attempt(f"finders.{entry}", lambda: where(import_string(entry)))
        answers.append({"entry": text(entry), "where": place})
        if patterns is not None:
            answers[-1].update(attempt(f"files of {entry}", find, entry) or {"files": None})
    return answers


def python_path():
    """Returns sys.path of the loaded project, without the standard library."""
    own = os.path.dirname(os.path.abspath(os.__file__))
    paths = [absolute(path or ".") for path in sys.path if os.path.isdir(path or ".")]
    return [path for path in paths if path not in (own, os.path.join(own, "lib-dynload"))]


def management(manage):
    """Returns whether manage.py or a module that it runs executes a command of Django, and which settings it names."""
    runs = named = None
    for code in management_codes(manage):
        runs = runs or re.search("execute_from_command_line|ManagementUtility", code)
        named = named or NAMED_SETTINGS.search(code)
        if runs and named:
            break
    return runs is not None, named and named[1]


def management_codes(manage):
    """Yields the text of manage.py, then of the modules that it runs or imports, then of those that these do."""
    known, files = set(), [("", manage)]
    while files and len(known) < MODULE_LIMIT:
        package, file = files.pop(0)
        code = pathlib.Path(file).read_text("utf-8", "replace")
        yield code
        for name in sorted(modules_of(code, package) - known):
            known.add(name)
            file = None if name.split(".")[0] == "django" else source_of(name)
            if file and not (file.startswith(STANDARD_LIBRARY) and "-packages" not in file):
                is_package = os.path.basename(file) == "__init__.py"
                files.append((name if is_package else name.rpartition(".")[0], file))


def modules_of(code, package):
    """Returns the names of the modules that the code of a package runs, imports, or imports from."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            parents = parents[: len(parents) - node.level + 1] if node.level else []
            origin = ".".join(filter(None, [*parents, node.module]))
            names.update([origin, *(f"{origin}.{alias.name}" for alias in node.names)])
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            if getattr(node.func, "attr", getattr(node.func, "id", None)) == "run_module":
                names.update([node.args[0].value, f"{node.args[0].value}.__main__"])
    return {name for name in names if isinstance(name, str) and name.strip(".")}


def source_of(name):
    """Returns the file of a module, without importing it, or None if it has no source."""
    top, *others = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for part in others:
            if spec is None or spec.submodule_search_locations is None:
                return None
            spec = importlib.machinery.PathFinder.find_spec(f"{spec.name}.{part}", spec.submodule_search_locations)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec and spec.origin and spec.origin.endswith(".py") else None


def prepare(manage, module):
    """Makes the project importable as manage.py does."""
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]  # the directory of this script
    sys.path.insert(0, os.path.dirname(os.path.abspath(manage)) if manage else os.getcwd())
    if module:
        os.environ["DJANGO_SETTINGS_MODULE"] = module
    if manage:
        runs, named = management(manage)
        if runs:
            # Running it also sets up .env files, sys.path and django-configurations.
            from django.core.management import ManagementUtility

            ManagementUtility.execute = refuse(Prepared)
            with contextlib.suppress(Prepared):
                runpy.run_path(manage, run_name="__main__")
        if named:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", named)
    if module:
        os.environ["DJANGO_SETTINGS_MODULE"] = module


def ask(options, answers):
    """Adds the answers one by one, so that an error keeps the earlier ones."""
    import django
    from django.conf import settings
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.utils import OperationalError

    BaseDatabaseWrapper.connect = refuse(OperationalError, "staticc opens no database")
    answers["versions"] = versions()
    if django.VERSION < (4, 2):
        raise RuntimeError(f"Django {django.get_version()} is older than 4.2")
    manage = options.manage or ("manage.py" if os.path.isfile("manage.py") else None)
    sys.argv = [manage or "manage.py", "collectstatic", "--noinput"]
    prepare(manage, options.settings)
    answers["settings_module"] = settings_module()
    if not answers["settings_module"]["name"]:
        raise UNNAMED
    settings.LOGGING_CONFIG = None  # staticc creates no log files
    answers["settings_module"] = settings_module()
    django.setup()
    from django.apps import apps as registry

    ignored = options.ignore_patterns
    if options.use_default_ignore_patterns and registry.is_installed("django.contrib.staticfiles"):
        ignored = ignored + registry.get_app_config("staticfiles").ignore_patterns
    patterns = list(dict.fromkeys(os.path.normpath(pattern) for pattern in ignored))
    answers.update(describe(patterns=patterns if options.files else None))


def describe(live_storage=None, patterns=None):
    """Describes a loaded project, with its storage in use or a new one; files of finders only with `patterns`."""
    from django.apps import apps as registry
    from django.conf import settings

    NOT_ASKED.clear()
    answers = {"versions": versions(), "settings_module": settings_module()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers["python_path"] = python_path()
        answers["settings"] = static_settings(settings)
        answers["apps"] = attempt("apps", apps, settings, registry)
        answers["ignore_patterns"] = attempt("ignore_patterns", ignore_patterns, registry)
        answers["storage"] = attempt("storage", storage, settings, live_storage)
        answers["finders"] = attempt("finders", other_finders, settings, patterns)
    answers["not_asked"] = list(NOT_ASKED)
    return answers


def failure(error):
    """Describes why the project cannot be loaded, and where in its own files."""
    chain = [error]
    while len(chain) < 16 and (before := chain[-1].__cause__ or chain[-1].__context__):
        chain.append(before)
    missing, missing_is = next(filter(None, map(missing_of, chain)), (None, None))
    imports = [cause for cause in chain[1:] if isinstance(cause, ImportError)]
    cause = imports[0] if imports and missing_is in (None, "module") else None
    return {
        "kind": type(error).__name__, "message": text(short(error)), "hint": hint_of(error),
        "cause": cause and text(f"{type(cause).__name__}: {short(cause)}"),
        "where": next(filter(None, map(place_of, chain)), None),
        "missing": missing and text(missing), "missing_is": missing_is,
    }


def hint_of(error):
    """Returns the last line of a message of several lines, which Python prints last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return text(lines[-1][:TEXT_LIMIT]) if len(lines) > 1 else None


def missing_of(error):
    frames = traceback.extract_tb(error.__traceback__)
    if error is UNNAMED:
        return None, "settings"
    if isinstance(error, ModuleNotFoundError):
        return error.name and (error.name, "module")
    if isinstance(error, KeyError) and frames and frames[-1].filename in (os.__file__, "<frozen os>"):
        return error.args[0], "variable"
    message = str(error)
    if empty := re.match(r"The (\w+) setting must not be empty", message):
        return empty[1], "empty-setting"
    if re.search(r"environ|\benv", message, re.IGNORECASE):
        names = re.findall(r"(variable\W+)?\b(?!DJANGO_SETTINGS_MODULE)([A-Z][A-Z0-9_]{2,})\b", message)
        return names and (max(names, key=lambda name: bool(name[0]))[1], "variable")


def place_of(error):
    """Returns the `file:line` of the last frame in the project's own files."""
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    packaged = re.compile(rf"<|{re.escape(os.path.dirname(os.__file__))}[/\\]|.*[/\\](site|dist)-packages[/\\]")
    for file, line in reversed(frames):
        if file != ask.__code__.co_filename and not packaged.match(file):
            return f"{text(os.path.abspath(file))}:{line}"


def main():
    parser = argparse.ArgumentParser(prog="ask.py")
    parser.add_argument("--settings")
    parser.add_argument("--manage")
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--ignore", action="append", default=[], dest="ignore_patterns")
    parser.add_argument("--no-default-ignore", action="store_false", dest="use_default_ignore_patterns")
    options = parser.parse_args()
    answer = os.dup(1)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout = sys.stderr
    sys.dont_write_bytecode = True
    answers = {}
    try:
        ask(options, answers)
    except BaseException as error:
        answers["error"] = failure(error)
    answers["not_asked"] = NOT_ASKED
    with os.fdopen(answer, "w", encoding="ascii") as out:
        out.write(json.dumps(answers))
    sys.stderr.flush()
    os._exit(1 if "error" in answers else 0)  # does not wait for threads of the project


if __name__ == "__main__":
    main()
