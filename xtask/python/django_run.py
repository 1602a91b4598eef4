"""Real Django's collectstatic for a staticc settings file, in a forked child.

Owns the translation of a settings.toml into Django's settings. Does not know
staticc.
"""

import io
import json
import os
import sys
import traceback
import types


DEFAULT_BACKEND = "whitenoise.storage.CompressedManifestStaticFilesStorage"
CLASS_ATTRIBUTES = (
    "manifest_name",
    "manifest_strict",
    "max_post_process_passes",
    "support_js_module_import_aggregation",
)
DJANGO_KEYS = (
    "STATIC_URL",
    "FORCE_SCRIPT_NAME",
    "STATICFILES_FINDERS",
    "FILE_UPLOAD_PERMISSIONS",
    "FILE_UPLOAD_DIRECTORY_PERMISSIONS",
    "MEDIA_URL",
    "DEBUG",
    "WHITENOISE_KEEP_ONLY_HASHED_FILES",
    "WHITENOISE_SKIP_COMPRESS_EXTENSIONS",
    "WHITENOISE_MANIFEST_STRICT",
)


def configure(toml, base):
    """Configures Django by the settings. Paths are relative to base."""
    from django.utils.module_loading import import_string

    def path(text):
        return os.path.normpath(os.path.join(base, text))

    values = {key: toml[key] for key in DJANGO_KEYS if key in toml}
    for key in ("FILE_UPLOAD_PERMISSIONS", "FILE_UPLOAD_DIRECTORY_PERMISSIONS"):
        if values.get(key) == "umask":
            values[key] = None
    for key in ("STATIC_ROOT", "MEDIA_ROOT"):
        if key in toml:
            values[key] = path(toml[key])
    values["STATICFILES_DIRS"] = [
        path(entry) if isinstance(entry, str) else (entry[0], path(entry[1]))
        for entry in toml.get("STATICFILES_DIRS", [])
    ]
    storage = toml.get("STORAGES", {}).get("staticfiles", {})
    options = dict(storage.get("OPTIONS", {}))
    attributes = {key: options.pop(key) for key in CLASS_ATTRIBUTES if key in options}
    if "location" in options:
        options["location"] = path(options["location"])
    backend = toml.get("STATICFILES_STORAGE") or storage.get("BACKEND", DEFAULT_BACKEND)
    module = types.ModuleType("oracle_storage")
    sys.modules["oracle_storage"] = module

    def make(name):
        """Makes the storage class on first access, which some apps do early."""
        module.Storage = type("Storage", (import_string(backend),), attributes)
        return module.Storage

    module.__getattr__ = make
    values["STORAGES"] = {
        "staticfiles": {"BACKEND": "oracle_storage.Storage", "OPTIONS": options}
    }
    apps = list(toml.get("INSTALLED_APPS", []))
    for needed in (
        "django.contrib.staticfiles",
        "django.contrib.contenttypes",
        "django.contrib.auth",
    ):
        if needed not in apps:
            apps.append(needed)
    values["INSTALLED_APPS"] = apps
    # staticc takes -i from the settings as well.
    for extra in toml.get("staticc", {}).get("python_path", []):
        sys.path.insert(0, path(extra))
    sys.path.insert(0, base)
    # A settings module, as projects have it: Django 4.2 drops OPTIONS after
    # settings.configure().
    project = types.ModuleType("oracle_settings")
    project.__dict__.update(SECRET_KEY="x", USE_TZ=True, **values)
    sys.modules["oracle_settings"] = project
    os.environ["DJANGO_SETTINGS_MODULE"] = "oracle_settings"
    import django

    django.setup()


def run(flags, patterns=()):
    """One collectstatic. Returns exit status, standard output, error."""
    from django.core.management import CommandError, call_command

    out, err = io.StringIO(), io.StringIO()
    flags = list(flags) + [f"--ignore={pattern}" for pattern in patterns]
    try:
        call_command(
            "collectstatic", *flags, stdout=out, stderr=err, skip_checks=False
        )
    except CommandError as error:
        return 1, out.getvalue(), f"CommandError: {error}"
    except Exception as error:
        kind = type(error)
        return 1, out.getvalue(), f"{kind.__name__}: {error}"
    return 0, out.getvalue(), None


def in_child(work):
    """Runs work() in a forked child; its result must be JSON."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(read)
            with os.fdopen(write, "w", errors="surrogateescape") as pipe:
                json.dump(work(), pipe)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError("the child failed")
    return json.loads(text)


def escape(path):
    """A path as ASCII-safe text: bytes that are not UTF-8 as \\xHH."""
    raw = os.fsencode(path)
    text = raw.replace(b"\\", b"\\\\")
    return text.decode("utf-8", "backslashreplace")


def walk(root):
    """Yields files and links below root, as (relative path in bytes, path)."""
    root = os.fsencode(root)
    for directory, names, files in os.walk(root):
        links = [name for name in names if os.path.islink(os.path.join(directory, name))]
        for name in files + links:
            full = os.path.join(directory, name)
            yield os.path.relpath(full, root), full


def preload():
    """Imports what every child needs, once."""
    import django.core.management.commands.check  # noqa: F401
    import django.contrib.staticfiles.management.commands.collectstatic  # noqa: F401
    import whitenoise.storage  # noqa: F401
    import brotli  # noqa: F401


