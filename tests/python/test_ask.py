"""Tests the answers of src/python/staticc/ask.py for small Django projects.

    python tests/python/test_ask.py      # by a Python that has Django

Needs only the standard library. Skips its tests if Django is not installed.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ASK = pathlib.Path(__file__).resolve().parents[2] / "src/python/staticc/ask.py"
HAS_WHITENOISE = importlib.util.find_spec("whitenoise") is not None
MANAGE = """
import os, sys
def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
if __name__ == "__main__":
    main()
"""
SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.staticfiles"]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "out"
"""
STORAGE = 'STORAGES = {"staticfiles": {"BACKEND": "%s"}}\n'
MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"


@unittest.skipUnless(importlib.util.find_spec("django"), "Django isn't installed")
class Ask(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.root = pathlib.Path(made.name).resolve()
        self.write("manage.py", MANAGE)
        self.write("mysite/__init__.py", "")

    def write(self, path, code):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)

    def files(self):
        return sorted(str(path) for path in self.root.rglob("*"))

    def ask(self, *flags, status=0, **environment):
        """Returns the answer. Asserts that it is one JSON object, and that no file was written."""
        before = self.files()
        kept = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        run = subprocess.run(
            [sys.executable, str(ASK), *flags],
            cwd=self.root, env={**kept, **environment}, capture_output=True, text=True, timeout=60,
        )
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertEqual(self.files(), before)
        self.stderr = run.stderr
        return json.loads(run.stdout)

    def test_startproject(self):
        subprocess.run([sys.executable, "-m", "django", "startproject", "other"], cwd=self.root, check=True)
        self.root /= "other"
        answer = self.ask()
        self.assertEqual(answer["settings_module"]["name"], "other.settings")
        self.assertEqual(answer["settings_module"]["file"], str(self.root / "other/settings.py"))
        static_url = answer["settings"]["STATIC_URL"]
        place = static_url.pop("where")
        self.assertEqual(static_url, {"value": "/static/", "set": True, "written": "static/"})
        file, _, line = place.rpartition(":")
        self.assertEqual(pathlib.Path(file).read_text().splitlines()[int(line) - 1], "STATIC_URL = 'static/'")
        self.assertEqual(answer["settings"]["STATIC_ROOT"], {"value": None, "set": False, "written": None})
        self.assertEqual(answer["settings"]["FILE_UPLOAD_PERMISSIONS"], {"value": 0o644, "set": False})
        entries = [app["entry"] for app in answer["apps"]]
        self.assertEqual(entries[::5], ["django.contrib.admin", "django.contrib.staticfiles"])
        self.assertEqual(answer["ignore_patterns"]["value"], ["CVS", ".*", "*~"])
        self.assertTrue(answer["storage"]["class"].endswith(".StaticFilesStorage"))
        self.assertEqual((answer["finders"], answer["not_asked"]), ([], []))
        self.assertEqual(answer["python_path"][0], str(self.root))

    @unittest.skipUnless(HAS_WHITENOISE, "WhiteNoise isn't installed")
    def test_whitenoise(self):
        backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
        self.write("mysite/settings.py", SETTINGS + STORAGE % backend + (
            'STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", "node")]\n'
            "WHITENOISE_KEEP_ONLY_HASHED_FILES = True\n"
            "WHITENOISE_MANIFEST_STRICT = False\n"
        ))
        self.write("out/staticfiles.json", "broken by an earlier run")
        answer = self.ask()
        storage = answer["storage"]
        self.assertEqual((storage["class"], storage["base"]), (backend, backend))
        self.assertEqual((storage["manifest_strict"], storage["keep_only_hashed_files"]), (False, True))
        self.assertEqual((storage["patterns"], storage["overrides"]), (None, []))
        self.assertEqual(storage["location"], str(self.root / "out"))
        self.assertEqual(storage["manifest_location"], str(self.root / "out"))
        self.assertEqual(answer["settings"]["STORAGES.staticfiles"]["value"], {"BACKEND": backend})
        self.assertTrue(answer["settings"]["WHITENOISE_KEEP_ONLY_HASHED_FILES"]["set"])
        self.assertNotIn("WHITENOISE_SKIP_COMPRESS_EXTENSIONS", answer["settings"])
        static = str(self.root / "static")
        self.assertEqual(answer["settings"]["STATICFILES_DIRS"]["value"], [
            {"prefix": "", "directory": static, "written": static},
            {"prefix": "vendor", "directory": str(self.root / "node"), "written": "node"},
        ])
        self.assertEqual(answer["not_asked"], [])

    def test_manage_py_that_runs_a_module(self):
        self.write("mysite/settings.py", SETTINGS)
        runner = MANAGE.replace('if __name__ == "__main__":', "def other():")
        self.write("mysite/runner.py", runner)
        self.write("mysite/__main__.py", "from .runner import main\nmain()\n")
        for manage in (
            "from mysite.runner import main\nif __name__ == '__main__':\n    main()\n",
            "import runpy\nrunpy.run_module('mysite', run_name='__main__', alter_sys=True)\n",
            "import runpy\nrunpy.run_module('mysite.__main__', run_name='__main__')\n",
            "def run():\n    import mysite.runner as module\n    module.main()\nrun()\n",
        ):
            self.write("manage.py", manage)
            self.assertEqual(self.ask()["settings_module"]["name"], "mysite.settings", manage)

    def test_manage_py_that_is_not_djangos_is_not_run(self):
        self.write("mysite/settings.py", SETTINGS)
        self.write("tool.py", "import json, manage\ndef main(): raise SystemExit(3)\n")
        self.write("manage.py", "import os, tool, no_such_module\nfrom . import mysite\ntool.main()\n")
        self.assertEqual(self.ask("--settings", "mysite.settings")["settings_module"]["name"], "mysite.settings")
        self.assertEqual(self.ask(status=1)["error"]["missing_is"], "settings")
        self.write("manage.py", "no Python\n")
        self.assertEqual(self.ask(status=1)["error"]["missing_is"], "settings")

    def test_staticfiles_storage_before_5_1(self):
        self.write("mysite/settings.py", SETTINGS + f"STATICFILES_STORAGE = {MANIFEST!r}\n")
        answer = self.ask()
        self.assertEqual(answer["settings"]["STATICFILES_STORAGE"]["value"], MANIFEST)
        old = answer["versions"]["django"] < "5.1"
        self.assertEqual(answer["storage"]["class"] == MANIFEST, old)

    def split(self):
        self.write("mysite/settings/__init__.py", "")
        self.write("mysite/settings/base.py", "import os\n" + SETTINGS)
        self.write("mysite/settings/production.py", "from .base import *\nSECRET_KEY = os.environ['SITE_SECRET']\n")

    def test_split_settings(self):
        self.split()
        module, base = "mysite.settings.production", "mysite.settings.base"
        answer = self.ask("--settings", module, DJANGO_SETTINGS_MODULE=base, SITE_SECRET="x")
        self.assertEqual(answer["settings_module"]["name"], module)
        answer = self.ask(DJANGO_SETTINGS_MODULE=module, SITE_SECRET="x")
        self.assertEqual(answer["settings_module"]["name"], module)

    def test_where_settings_are_written(self):
        self.split()
        self.write("mysite/settings/production.py", (
            "from .base import *\nfrom mysite.settings_of_storage import *\n"
            "if SECRET_KEY == 'x':\n    STATIC_URL: str = '/a/'\n    STATIC_URL = '/b/'\nSTATICFILES_DIRS = []\n"
            "STATICFILES_DIRS += ['static']\nSTATICC = {'missing_references': 'warn'}\nglobals()['DEBUG'] = True\n"
        ))
        self.write("mysite/settings_of_storage.py", STORAGE % MANIFEST)
        settings = self.ask("--settings", "mysite.settings.production")["settings"]
        places = {name: answer["where"] for name, answer in settings.items() if "where" in answer}
        self.assertEqual(places, {
            "STATIC_URL": f"{self.root}/mysite/settings/production.py:5",
            "STATICFILES_DIRS": f"{self.root}/mysite/settings/production.py:7",
            "STATICC": f"{self.root}/mysite/settings/production.py:8",
            "STATIC_ROOT": f"{self.root}/mysite/settings/base.py:8",
            "STORAGES.staticfiles": f"{self.root}/mysite/settings_of_storage.py:1",
        })
        self.assertEqual(settings["STATICC"]["value"], {"missing_references": "warn"})
        self.assertTrue(settings["DEBUG"]["set"])

    def test_environment_variable_is_missing(self):
        self.split()
        error = self.ask("--settings", "mysite.settings.production", status=1)["error"]
        self.assertEqual((error["missing"], error["missing_is"]), ("SITE_SECRET", "variable"))
        self.assertEqual(error["kind"], "KeyError")
        self.assertEqual(error["where"], f"{self.root}/mysite/settings/production.py:2")

    def test_said_by_the_project(self):
        self.write("mysite/settings.py", (
            "from django.core.exceptions import ImproperlyConfigured\n"
            'raise ImproperlyConfigured("Set the SECRET_KEY environment variable\\nor else")\n'
        ))
        error = self.ask(status=1)["error"]
        self.assertEqual((error["kind"], error["missing"]), ("ImproperlyConfigured", "SECRET_KEY"))
        self.assertEqual(error["message"], "Set the SECRET_KEY environment variable")
        self.assertEqual(error["where"], f"{self.root}/mysite/settings.py:2")

    def test_variable_named_in_a_message(self):
        for said, missing in (
            ("SITE_KEY not found. Declare it as envvar or define a default value.", "SITE_KEY"),
            ("Value 'KEY' is required to be set as the environment variable 'DJANGO_KEY'", "DJANGO_KEY"),
            ('Environment variable "SITE_KEY" not set', "SITE_KEY"),
            ("No such FILE", None),
        ):
            self.write("mysite/settings.py", f"raise ValueError({said!r})\n")
            self.assertEqual(self.ask(status=1)["error"]["missing"], missing)

    def test_empty_setting(self):
        """An environment variable of that name would change nothing."""
        self.write("mysite/settings.py", SETTINGS.replace('SECRET_KEY = "x"', "") + "INSTALLED_APPS += ['mysite.keyed']\n")
        self.write("mysite/keyed/__init__.py", "from django.conf import settings\nsettings.SECRET_KEY\n")
        error = self.ask(status=1)["error"]
        self.assertEqual((error["missing"], error["missing_is"]), ("SECRET_KEY", "empty-setting"))

    def test_package_is_missing(self):
        self.write("mysite/settings.py", SETTINGS + 'INSTALLED_APPS += ["no_such_app"]\n')
        error = self.ask(status=1)["error"]
        self.assertEqual((error["missing"], error["missing_is"]), ("no_such_app", "module"))
        self.write("mysite/settings.py", "import no_such_package\n")
        error = self.ask(status=1)["error"]
        self.assertEqual((error["kind"], error["missing"]), ("ModuleNotFoundError", "no_such_package"))
        self.assertEqual(error["where"], f"{self.root}/mysite/settings.py:1")

    def test_what_cannot_be_imported(self):
        """Python's own last line, and the hint of Django, beside the name of the import."""
        self.write("mysite/settings.py", SETTINGS + (
            "from django.core.exceptions import ImproperlyConfigured\n"
            "try:\n"
            "    import no_such_driver\n"
            "except ImportError as error:\n"
            "    raise ImproperlyConfigured('Error loading no_such_driver.\\n\\nDid you install it?\\n') from error\n"
        ))
        error = self.ask(status=1)["error"]
        self.assertEqual((error["kind"], error["message"]), ("ImproperlyConfigured", "Error loading no_such_driver."))
        self.assertEqual(error["hint"], "Did you install it?")
        self.assertEqual(error["cause"], "ModuleNotFoundError: No module named 'no_such_driver'")
        self.assertEqual((error["missing"], error["missing_is"]), ("no_such_driver", "module"))
        self.write("mysite/settings.py", "import no_such_driver\n")
        error = self.ask(status=1)["error"]
        self.assertEqual((error["hint"], error["cause"]), (None, None))

    def test_settings_module_is_missing(self):
        error = self.ask("--settings", "mysite.nowhere", status=1)["error"]
        self.assertEqual((error["missing"], error["where"]), ("mysite.nowhere", None))
        (self.root / "manage.py").unlink()
        answer = self.ask(status=1)
        self.assertEqual((answer["error"]["missing"], answer["error"]["missing_is"]), (None, "settings"))
        self.assertIn("python", answer["versions"])

    def test_settings_raise(self):
        for code, kind in (("x = (\n", "SyntaxError"), ("exit('no')\n", "SystemExit"), ("1/0\n", "ZeroDivisionError")):
            self.write("mysite/settings.py", code)
            error = self.ask(status=1)["error"]
            self.assertEqual((error["kind"], error["where"]), (kind, f"{self.root}/mysite/settings.py:1"))

    def test_prints(self):
        self.write("mysite/settings.py", SETTINGS + (
            "import atexit, os, subprocess, sys, threading, time\n"
            "print('printed'); os.write(1, b'written'); subprocess.run(['echo', 'child'])\n"
            "sys.__stdout__.write('original')\n"
            "atexit.register(print, 'late')\n"
            "threading.Thread(target=time.sleep, args=[300]).start()\n"
            "assert sys.stdin.read() == ''\n"
            "LOGGING = {'version': 1, 'handlers': {\n"
            "    'f': {'class': 'logging.FileHandler', 'filename': BASE_DIR / 'log'}}}\n"
        ))
        self.ask()
        for said in ("printed", "written", "child"):
            self.assertIn(said, self.stderr)

    def test_opens_no_database(self):
        self.write("mysite/settings.py", SETTINGS + (
            'INSTALLED_APPS += ["polls"]\n'
            'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db"}}\n'
        ))
        self.write("polls/__init__.py", "")
        self.write("polls/apps.py", (
            "from django.apps import AppConfig\n"
            "from django.db import connection\n"
            "class Polls(AppConfig):\n"
            "    name = 'polls'\n"
            "    def ready(self):\n"
            "        connection.cursor()\n"
        ))
        error = self.ask(status=1)["error"]
        self.assertEqual(error["message"], "staticc opens no database")
        self.assertEqual(error["where"], f"{self.root}/polls/apps.py:6")

    def test_app_paths(self):
        self.write("mysite/settings.py", SETTINGS + (
            'INSTALLED_APPS = ["polls.apps.Polls", "mysite.apps.Static", "shop.apps.Shop"]\n'
        ))
        for app in ("polls", "shop"):
            self.write(f"{app}/__init__.py", "")
        config = "from django.apps import AppConfig\n"
        self.write("polls/apps.py", config + "class Polls(AppConfig):\n    name = 'polls'\n    path = 'elsewhere'\n")
        self.write("shop/apps.py", config + (
            "class Shop(AppConfig):\n    name = 'shop'\n    label = 'store'\n"
            "    def __init__(self, *of):\n        super().__init__(*of)\n        self.path = '/srv/shop'\n"
        ))
        self.write("mysite/apps.py", (
            "from django.contrib.staticfiles.apps import StaticFilesConfig\n"
            "class Static(StaticFilesConfig):\n    ignore_patterns = ['CVS', '*.scss']\n"
        ))
        answer = self.ask()
        polls, static, shop = answer["apps"]
        self.assertEqual(polls, {"entry": "polls.apps.Polls", "directory": str(self.root / "elsewhere")})
        self.assertEqual(pathlib.Path(static["directory"]).parts[-2:], ("contrib", "staticfiles"))
        self.assertEqual(shop["directory"], "/srv/shop")
        self.assertEqual(answer["ignore_patterns"], {"value": ["CVS", "*.scss"]})

    def test_storage_of_the_project(self):
        self.write("mysite/settings.py", SETTINGS + STORAGE % "mysite.storage.Ours")
        self.write("mysite/storage.py", (
            "from django.contrib.staticfiles.storage import ManifestStaticFilesStorage as Base\n"
            "from django.contrib.staticfiles.storage import StaticFilesStorage\n"
            "class Mixin:\n"
            "    def url(self, name, force=False):\n"
            "        return super().url(name, force)\n"
            "    def helper(self):\n"
            "        pass\n"
            "class Ours(Mixin, Base):\n"
            "    manifest_strict = False\n"
            "    support_js_module_import_aggregation = True\n"
            "    patterns = Base.patterns + (('*.svg', (r'href=\"(?P<url>.*?)\"',)),)\n"
            "    def __init__(self, *of, **options):\n"
            "        super().__init__(*of, manifest_storage=StaticFilesStorage('/srv'), **options)\n"
        ))
        storage = self.ask()["storage"]
        file = f"{self.root}/mysite/storage.py"
        self.assertEqual((storage["base"], storage["where"], storage["made"]), (MANIFEST, f"{file}:8", True))
        self.assertEqual(sorted((over["name"], over["where"]) for over in storage["overrides"]), [
            ("__init__", f"{file}:12"),
            ("manifest_strict", f"{file}:9"),
            ("patterns", f"{file}:11"),
            ("support_js_module_import_aggregation", f"{file}:10"),
            ("url", f"{file}:4"),
        ])
        self.assertEqual((storage["manifest_strict"], storage["manifest_location"]), (False, "/srv"))
        self.assertEqual(storage["patterns"], ["*.css", "*.js", "*.svg"])

    def test_storage_put_together_of_the_parts_of_djangos(self):
        """As in pythondotorg, which has a mixin of django-pipeline in it."""
        self.write("mysite/settings.py", SETTINGS + STORAGE % "mysite.storage.Ours")
        self.write("mysite/storage.py", (
            "from django.contrib.staticfiles.storage import ManifestFilesMixin, StaticFilesStorage\n"
            "class Pipeline:\n"
            "    def post_process(self, *of, **options):\n"
            "        yield from super().post_process(*of, **options)\n"
            "class Ours(Pipeline, ManifestFilesMixin, StaticFilesStorage):\n"
            "    def url_converter(self, *of, **options):\n"
            "        return super().url_converter(*of, **options)\n"
        ))
        answer = self.ask()
        storage, file = answer["storage"], f"{self.root}/mysite/storage.py"
        self.assertEqual((storage["base"], storage["made"], answer["not_asked"]), (MANIFEST, True, []))
        self.assertEqual(sorted((over["name"], over["where"]) for over in storage["overrides"]), [
            ("post_process", f"{file}:3"),
            ("url_converter", f"{file}:6"),
        ])
        self.write("mysite/storage.py", (
            "from django.contrib.staticfiles.storage import HashedFilesMixin, StaticFilesStorage\n"
            "class Ours(HashedFilesMixin, StaticFilesStorage):\n    hash_length = 3\n    patterns = ()\n"
        ))
        answer = self.ask()
        base = "django.contrib.staticfiles.storage.HashedFilesMixin"
        self.assertEqual((answer["storage"]["base"], answer["not_asked"]), (base, []))
        self.assertEqual([over["name"] for over in answer["storage"]["overrides"]], ["patterns"])

    def overrides(self, storage):
        """Returns the answer about a storage with this source."""
        self.write("mysite/settings.py", SETTINGS + STORAGE % "mysite.storage.Ours")
        self.write("mysite/storage.py", f"from django.contrib.staticfiles.storage import *\n{storage}")
        return [(over["name"], over["where"]) for over in self.ask()["storage"]["overrides"]]

    def test_post_process_where_django_has_none(self):
        """collectstatic calls it if a storage has it."""
        method = "class Ours(StaticFilesStorage):\n    def post_process(self, *of, **options):\n        yield from ()\n"
        self.assertEqual(self.overrides(method), [("post_process", f"{self.root}/mysite/storage.py:3")])
        imported = "class Mixin:\n    post_process = print\nclass Ours(Mixin, StaticFilesStorage):\n    def other(self):\n        pass\n"
        self.assertEqual(self.overrides(imported), [("post_process", f"{self.root}/mysite/storage.py:3")])

    def test_patterns_with_imports_are_djangos(self):
        self.write("mysite/settings.py", SETTINGS + STORAGE % "mysite.storage.Ours")
        self.write("mysite/storage.py", (
            "from django.contrib.staticfiles.storage import ManifestStaticFilesStorage as Base\n"
            "class Ours(Base):\n    support_js_module_import_aggregation = True\n"
        ))
        self.assertIsNone(self.ask()["storage"]["patterns"])

    def test_patterns_that_a_storage_makes(self):
        for changed in ("_patterns = {}", "_patterns['*.css'].pop()", "support_js_module_import_aggregation = True"):
            method = f"def __init__(self, *of):\n        super().__init__(*of)\n        self.{changed}\n"
            self.assertEqual(self.overrides(f"class Ours(ManifestStaticFilesStorage):\n    {method}")[0][0], "__init__")
            self.assertIsNotNone(self.ask()["storage"]["patterns"])
        self.overrides("class Ours(ManifestStaticFilesStorage):\n    default_template = 'url(%(url)s)'\n")
        self.assertEqual(self.ask()["storage"]["patterns"], ["*.css", "*.js"])

    def test_methods_that_a_storage_sets(self):
        for base in ("StaticFilesStorage", "ManifestStaticFilesStorage"):
            overrides = self.overrides(
                f"class Ours({base}):\n    def __init__(self, *of):\n        super().__init__(*of)\n"
                "        self.hash = self.post_process = self.get_valid_name = print\n"
            )
            names = [name for name, _ in overrides]
            self.assertEqual(names, ["__init__", "post_process", "get_valid_name"])

    def test_methods_that_are_replaced(self):
        """Code of the project replaces a method of Django's own class."""
        for code, name in (
            ("HashedFilesMixin.file_hash = lambda *_: 'a'", "file_hash"),
            ("StaticFilesStorage.url = lambda *_: 'a'", "url"),
            ("FileSystemStorage.base_location = property(lambda _: 'a')", "base_location"),
            ("HashedFilesMixin.hashed_name = print", "hashed_name"),
        ):
            with self.subTest(name=name):
                self.assertEqual(self.overrides(f"Ours = ManifestStaticFilesStorage\n{code}\n"), [(name, None)])
        self.write("mysite/storage.py", "")
        for backend in (MANIFEST, *("whitenoise.storage.CompressedManifestStaticFilesStorage",) * HAS_WHITENOISE):
            self.write("mysite/settings.py", SETTINGS + STORAGE % backend)
            self.assertEqual(self.ask()["storage"]["overrides"], [])

    def test_storage_elsewhere(self):
        self.write("mysite/settings.py", SETTINGS + STORAGE % "mysite.storage.Cloud")
        self.write("mysite/storage.py", (
            "from django.contrib.staticfiles.storage import ManifestFilesMixin\n"
            "from django.core.files.storage import Storage\n"
            "class Cloud(ManifestFilesMixin, Storage):\n"
            "    def __init__(self):\n        raise SystemError('connects')\n"
        ))
        answer = self.ask()
        self.assertFalse(answer["storage"]["made"])
        self.assertEqual(answer["storage"]["manifest_name"], "staticfiles.json")
        self.assertEqual([about["what"] for about in answer["not_asked"]], ["storage made with its OPTIONS"])
        self.write("mysite/settings.py", SETTINGS + STORAGE % "mysite.no.Such")
        answer = self.ask()
        self.assertIsNone(answer["storage"])
        self.assertIn("mysite.no", answer["not_asked"][0]["why"])

    def test_finder_of_the_project(self):
        self.write("mysite/settings.py", SETTINGS + (
            'STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "mysite.finder.Node"]\n'
        ))
        self.write("node/a/b.css", "")
        self.write("node/.hidden", "")
        self.write("mysite/finder.py", (
            "from django.contrib.staticfiles.finders import BaseFinder\n"
            "from django.contrib.staticfiles.utils import get_files\n"
            "from django.core.files.storage import FileSystemStorage\n"
            "class Node(BaseFinder):\n"
            "    def list(self, ignore_patterns):\n"
            "        kept = FileSystemStorage('node')\n"
            "        kept.prefix = 'vendor'\n"
            "        for path in get_files(kept, ignore_patterns):\n"
            "            yield path, kept\n"
        ))
        finder, = self.ask()["finders"]
        self.assertEqual((finder["entry"], finder["where"]), ("mysite.finder.Node", f"{self.root}/mysite/finder.py:4"))
        self.assertNotIn("files", finder)
        finder, = self.ask("--files")["finders"]
        source = str(self.root / "node/a/b.css")
        self.assertEqual(finder["files"], [{"path": "a/b.css", "prefix": "vendor", "source": source}])
        finder, = self.ask("--files", "--ignore", "./a/")["finders"]
        self.assertEqual(finder["files"], [])
        finder, = self.ask("--files", "--no-default-ignore", "--ignore", "a")["finders"]
        self.assertEqual([file["path"] for file in finder["files"]], [".hidden"])

    def test_finders_that_change_the_ignore_patterns(self):
        names = ["Adds", "Sees", "Removes", "Breaks"]
        finders = [f"mysite.finder.{name}" for name in names]
        self.write("mysite/settings.py", SETTINGS + f"STATICFILES_FINDERS = {finders}\n")
        self.write("mysite/finder.py", (
            "from django.contrib.staticfiles.finders import FileSystemFinder\n"
            "class Adds(FileSystemFinder):\n"
            "    def list(self, ignore_patterns):\n"
            "        ignore_patterns.extend(['*.scss', 'css/'])\n"
            "        return super().list(ignore_patterns)\n"
            "class Sees(FileSystemFinder):\n"
            "    def list(self, ignore_patterns):\n"
            "        assert '*.scss' in ignore_patterns\n"
            "        return super().list(ignore_patterns)\n"
            "class Removes(FileSystemFinder):\n"
            "    def list(self, ignore_patterns):\n"
            "        yield from super().list(ignore_patterns)\n"
            "        ignore_patterns.remove('CVS')\n"
            "class Breaks(FileSystemFinder):\n"
            "    def list(self, ignore_patterns):\n"
            "        ignore_patterns.append('\\udcff')\n"
            "        return []\n"
        ))
        finders = self.ask()["finders"]
        self.assertFalse(any("ignore_patterns" in finder for finder in finders))
        adds, sees, removes, breaks = self.ask("--files", "--ignore", "x")["finders"]
        self.assertEqual(adds["ignore_patterns"], ["x", "CVS", ".*", "*~", "*.scss", "css/"])
        self.assertEqual((sees["files"], "ignore_patterns" in sees), ([], False))
        self.assertEqual(removes["ignore_patterns"], ["x", ".*", "*~", "*.scss", "css/"])
        self.assertIsNone(breaks["files"])

    def test_template_backends_of_the_project(self):
        backends = ["django.template.backends.jinja2.Jinja2", "mysite.backends.Own", "mysite.backends.NoSuch"]
        engines = [{"BACKEND": backend} for backend in backends]
        self.write("mysite/settings.py", SETTINGS + f"TEMPLATES = {engines}\n")
        self.write("mysite/backends.py", (
            "from django.template.backends.base import BaseEngine\n"
            "class Base(BaseEngine):\n    app_dirname = 'jinja2'\n"
            "class Own(Base):\n    pass\n"
        ))
        answer = self.ask()
        engines = answer["settings"]["TEMPLATES"]["value"]
        self.assertEqual([engine["app_dirname"] for engine in engines], [None, "jinja2", None])
        self.assertEqual([about["what"] for about in answer["not_asked"]], ["TEMPLATES.app_dirname"])

    def test_name_that_is_not_utf_8(self):
        self.write("mysite/settings.py", SETTINGS + "STATIC_ROOT = b'/srv/\\xff'\n")
        answer = self.ask()
        self.assertIsNone(answer["settings"]["STATIC_ROOT"]["value"])
        self.assertIn({"what": "STATIC_ROOT", "why": r"ValueError: /srv/\udcff is not UTF-8"}, answer["not_asked"])

    def test_what_is_used_is_not_altered(self):
        """Changed text would be another pattern, name or directory."""
        self.write("mysite/settings.py", SETTINGS + (
            "import enum\n"
            "class Word(str, enum.Enum):\n    FORCE = '/script'\n"
            "FORCE_SCRIPT_NAME = Word.FORCE\n"
            "INSTALLED_APPS = ['mysite.apps.Static']\n"
            "STATICFILES_DIRS = [('a\\udcff', 'a')]\n"
            "STATICC = {'compression': {'exclude': ['b\\udcff']}}\n"
            "WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ['c\\udcff']\n"
            "STORAGES = {'staticfiles': {'BACKEND': 'mysite.storage.Ours', 'OPTIONS': {\n"
            "    'location': 'e\\udcff', 'base_url': '/f\\udcff/'}}}\n"
        ))
        self.write("mysite/apps.py", (
            "from django.contrib.staticfiles.apps import StaticFilesConfig\n"
            "class Static(StaticFilesConfig):\n    ignore_patterns = ['g\\udcff']\n"
        ))
        self.write("mysite/storage.py", (
            "from django.contrib.staticfiles.storage import ManifestStaticFilesStorage as Base\n"
            "class Ours(Base):\n    manifest_name = 'h\\udcff'\n"
        ))
        answer = self.ask()
        self.assertEqual(sorted(about["what"] for about in answer["not_asked"]), sorted([
            "STATICC", "STATICFILES_DIRS", "WHITENOISE_SKIP_COMPRESS_EXTENSIONS", "ignore_patterns",
            "storage.base_url", "storage.location", "storage.manifest_location", "storage.manifest_name",
        ]))
        for about in answer["not_asked"]:
            self.assertRegex(about["why"], r"^ValueError: \S*\\udcff\S* is not UTF-8$")
        self.assertEqual(answer["settings"]["FORCE_SCRIPT_NAME"]["value"], "/script")
        self.assertIsNone(answer["settings"]["STATICC"]["value"])
        self.assertIsNone(answer["storage"]["location"])

    def test_options_of_a_storage_stay_in_the_process(self):
        self.write("mysite/settings.py", SETTINGS + (
            "STORAGES = {'staticfiles': {'BACKEND': 'django.core.files.storage.InMemoryStorage',\n"
            "    'OPTIONS': {'secret_key': 'hunter2'}}}\n"
        ))
        self.assertNotIn("hunter2", json.dumps(self.ask()))

    def test_prefix_that_is_none(self):
        self.write("mysite/settings.py", SETTINGS + "STATICFILES_DIRS = [(None, 'a')]\n")
        self.assertEqual(self.ask()["settings"]["STATICFILES_DIRS"]["value"][0]["prefix"], "")

    def test_described_by_a_process(self):
        """A process describes the storage in use, and nothing else happens."""
        self.write("mysite/settings.py", SETTINGS + STORAGE % MANIFEST)
        self.write("process.py", (
            "import json, logging, os, sys\n"
            "sys.dont_write_bytecode = True\n"
            f"sys.path.append({str(ASK.parent)!r})\n"
            "os.environ['DJANGO_SETTINGS_MODULE'] = 'mysite.settings'\n"
            "import ask, django\n"
            "django.setup()\n"
            "from django.contrib.staticfiles.storage import staticfiles_storage\n"
            "from django.test import override_settings\n"
            "with override_settings(STATIC_URL='/live/', STATIC_ROOT='/srv/live'):\n"
            "    staticfiles_storage.url = lambda name: name\n"
            "    staticfiles_storage.manifest_strict = False\n"
            "    ask.describe()\n"
            "    print(json.dumps(ask.describe(staticfiles_storage, patterns=[])))\n"
        ))
        run = subprocess.run([sys.executable, "process.py"], cwd=self.root, capture_output=True, text=True, check=True)
        answer = json.loads(run.stdout)
        self.assertEqual(answer["settings_module"], {
            "name": "mysite.settings", "file": str(self.root / "mysite/settings.py"),
        })
        storage = answer["storage"]
        self.assertEqual((storage["class"], storage["location"], storage["manifest_strict"]), (MANIFEST, "/srv/live", False))
        self.assertEqual(storage["overrides"], [{"name": "url", "where": None}])
        self.assertEqual((answer["settings"]["STATIC_URL"]["value"], answer["not_asked"]), ("/live/", []))

    def test_finder_with_a_file_that_is_not_on_disk(self):
        """The answer has all files or none: without one of them the site would be incomplete."""
        self.write("mysite/settings.py", SETTINGS + (
            'STATICFILES_FINDERS = ["mysite.finder.Memory", "mysite.finder.Gone"]\n'
        ))
        self.write("there.css", "")
        self.write("mysite/finder.py", (
            "from django.contrib.staticfiles.finders import BaseFinder\n"
            "from django.core.files.storage import FileSystemStorage, Storage\n"
            "class Memory(BaseFinder):\n"
            "    def list(self, ignore_patterns):\n"
            "        yield 'there.css', FileSystemStorage('.')\n"
            "        yield 'made.css', Storage()\n"
            "class Gone(BaseFinder):\n"
            "    def list(self, ignore_patterns):\n"
            "        yield 'there.css', FileSystemStorage('.')\n"
            "        yield 'gone.css', FileSystemStorage('.')\n"
        ))
        answer = self.ask("--files")
        self.assertEqual([finder["files"] for finder in answer["finders"]], [None, None])
        asked = [not_asked["what"] for not_asked in answer["not_asked"]]
        self.assertEqual(asked, ["files of mysite.finder.Memory", "files of mysite.finder.Gone"])

    def test_finder_whose_storage_opens_in_its_own_way(self):
        """Django copies what the storage opens, whatever is at the path."""
        names = ("Opens", "OpensPrivately", "OpensOnce", "Default")
        finders = [f"mysite.finder.{name}" for name in names]
        self.write("mysite/settings.py", SETTINGS + f"MEDIA_ROOT = BASE_DIR\nSTATICFILES_FINDERS = {finders}\n")
        self.write("there.css", "")
        self.write("mysite/finder.py", (
            "from django.contrib.staticfiles.finders import BaseFinder, DefaultStorageFinder\n"
            "from django.core.files.base import ContentFile\n"
            "from django.core.files.storage import FileSystemStorage\n"
            "class Public(FileSystemStorage):\n"
            "    def open(self, name, mode='rb'):\n        return ContentFile(b'other')\n"
            "class Private(FileSystemStorage):\n"
            "    def _open(self, name, mode='rb'):\n        return ContentFile(b'other')\n"
            "class Base(BaseFinder):\n"
            "    def list(self, ignore_patterns):\n        yield 'there.css', self.kept\n"
            "class Opens(Base):\n    kept = Public('.')\n"
            "class OpensPrivately(Base):\n    kept = Private('.')\n"
            "class OpensOnce(Base):\n    kept = FileSystemStorage('.')\n    kept.open = Public().open\n"
            "class Default(DefaultStorageFinder):\n"
            "    def list(self, ignore_patterns):\n        yield 'there.css', self.storage\n"
        ))
        answer = self.ask("--files")
        found = [finder["files"] and [file["path"] for file in finder["files"]] for finder in answer["finders"]]
        self.assertEqual(found, [None, None, None, ["there.css"]])
        self.assertEqual(answer["not_asked"][1], {
            "what": "files of mysite.finder.OpensPrivately",
            "why": "TypeError: mysite.finder.Private opens files in its own way",
        })

    def test_versions_are_those_of_the_project(self):
        """manage.py or the settings may change where packages are found."""
        self.write("manage.py", MANAGE.replace("def main():", "def main():\n    sys.path.insert(0, 'vendor')"))
        self.write("vendor/brotli.py", "")
        self.write("vendor/whitenoise/__init__.py", "")
        self.write("vendor/whitenoise-9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: whitenoise\nVersion: 9.9\n")
        self.write("mysite/settings.py", SETTINGS)
        versions = self.ask()["versions"]
        self.assertEqual((versions["brotli"], versions["whitenoise"]), (True, "9.9"))

    def test_flags_are_asked_by_truth(self):
        self.write("mysite/settings.py", SETTINGS + STORAGE % "mysite.storage.Ours" + (
            "WHITENOISE_KEEP_ONLY_HASHED_FILES = 'no'\nDEBUG = '1'\n"
        ))
        self.write("mysite/storage.py", (
            "from django.contrib.staticfiles.storage import ManifestStaticFilesStorage as Base\n"
            "class Ours(Base):\n"
            "    support_js_module_import_aggregation = 1\n    manifest_strict = ''\n    keep_only_hashed_files = ['x']\n"
        ))
        answer = self.ask()
        settings, storage = answer["settings"], answer["storage"]
        self.assertIs(settings["WHITENOISE_KEEP_ONLY_HASHED_FILES"]["value"], True)
        self.assertIs(settings["DEBUG"]["value"], True)
        self.assertIs(storage["support_js_module_import_aggregation"], True)
        self.assertIs(storage["manifest_strict"], False)
        self.assertIs(storage["keep_only_hashed_files"], True)
        self.assertIsNone(storage["patterns"])

    def test_prepared_by_manage(self):
        self.write("manage.py", MANAGE.replace("def main():", (
            "def main():\n"
            "    os.environ['SITE_SECRET'] = 'from .env'\n"
            "    sys.path.append(os.path.join(os.path.dirname(__file__), 'lib'))"
        )))
        self.write("lib/polls/__init__.py", "")
        self.split()
        self.write("mysite/settings/production.py", (
            "from .base import *\nSECRET_KEY = os.environ['SITE_SECRET']\nINSTALLED_APPS += ['polls']\n"
        ))
        self.root /= "lib"
        answer = self.ask("--manage", "../manage.py", "--settings", "mysite.settings.production")
        self.assertEqual(answer["apps"][1]["directory"], str(self.root / "polls"))
        self.assertIn(str(self.root), answer["python_path"])

    def test_templates_and_values_that_are_not_json(self):
        self.write("mysite/settings.py", SETTINGS + (
            "from django.utils.functional import lazystr\n"
            'STATIC_URL = lazystr("/lazy/")\n'
            "WHITENOISE_SKIP_COMPRESS_EXTENSIONS = {'b', 'a'}\n"
            "WHITENOISE_MANIFEST_STRICT = print\n"
            'TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates",\n'
            '  "DIRS": [BASE_DIR / "t", "u"],\n'
            '  "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", ["x.y"])]}}]\n'
        ))
        answer = self.ask()
        settings = answer["settings"]
        self.assertEqual(settings["STATIC_URL"]["value"], "/lazy/")
        self.assertEqual(settings["WHITENOISE_SKIP_COMPRESS_EXTENSIONS"]["value"], ["a", "b"])
        self.assertEqual(settings["WHITENOISE_MANIFEST_STRICT"]["value"], "builtins.print")
        not_asked = ["WHITENOISE_MANIFEST_STRICT", "loaders of templates"]
        self.assertEqual([about["what"] for about in answer["not_asked"]], not_asked)
        self.assertEqual(settings["TEMPLATES"]["value"][0]["DIRS"], [str(self.root / "t"), str(self.root / "u")])
        loaders = ["django.template.loaders.cached.Loader", "x.y"]
        self.assertEqual(settings["TEMPLATES"]["value"][0]["loaders"], loaders)

    def test_loaders_of_templates_say_where_they_look(self):
        self.write("polls/templates/x.html", "")
        self.write("polls/__init__.py", "")
        self.write("mysite/loaders.py", (
            "from django.template.loaders import app_directories, base, filesystem\n"
            "class Apps(app_directories.Loader): pass\n"
            "class Themes(filesystem.Loader):\n"
            "    def get_dirs(self): return ['themes']\n"
            "class Database(base.Loader): pass\n"
        ))

        def engine(loaders):
            self.write("mysite/settings.py", SETTINGS + (
                "INSTALLED_APPS += ['polls']\n"
                'TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates",\n'
                f'  "DIRS": [BASE_DIR / "t"], "OPTIONS": {{"loaders": {loaders!r}}}}}]\n'
            ))
            return self.ask()["settings"]["TEMPLATES"]["value"][0]

        def path(name):
            return str(self.root / name)

        django = "django.template.loaders.{}.Loader".format
        for loaders, dirs, app_dirs, unknown in (
            ([django("filesystem")], [path("t")], False, None),
            ([(django("filesystem"), ["own"])], [path("own")], False, None),
            (["mysite.loaders.Apps"], [], True, None),
            ([(django("cached"), ["mysite.loaders.Themes", django("app_directories")])], [path("themes")], True, None),
            ([(django("locmem"), {"a": "b"})], [], False, None),
            ([django("filesystem"), "mysite.loaders.Database"], [path("t")], False, ["mysite.loaders.Database"]),
        ):
            with self.subTest(loaders=loaders):
                self.assertEqual(
                    {"DIRS": dirs, "APP_DIRS": app_dirs, "loaders": unknown},
                    {key: value for key, value in engine(loaders).items() if key in ("DIRS", "APP_DIRS", "loaders")},
                )


if __name__ == "__main__":
    unittest.main()
