"""Runs a test suite of collectstatic without or with the app staticc.

    python suites.py django|whitenoise TESTS OUT [--staticc]

TESTS is the directory of the tests in Django's or WhiteNoise's source. OUT gets
one JSON object: "tests", the outcome of each and why, and "collected", how often
whatever collected did, staticc or, for a reason, Django's own.
"""

import collections
import json
import os
import pathlib
import re
import sys
import tempfile
import types
import unittest

SUITE, TESTS, OUT = sys.argv[1:4]
STATICC = ["staticc"] if "--staticc" in sys.argv else []
STATICFILES = "django.contrib.staticfiles"
COLLECTED = collections.Counter()


def set_up(here, **settings):
    import django
    from django.conf import settings as project
    from django.test.utils import setup_test_environment

    project.configure(STATIC_ROOT=os.path.join(here, "static"), SECRET_KEY="x", **settings)
    django.setup()
    setup_test_environment()
    if STATICC:
        count()


def count():
    """Counts the runs of staticc and, by reason, those of Django."""
    from staticc.management.commands.collectstatic import Command, LeftToDjango

    by_staticc = Command.collect_by_staticc

    def counted(command):
        COLLECTED["staticc"] += 1
        try:
            by_staticc(command)
        except LeftToDjango as reason:
            COLLECTED.subtract(["staticc"])
            COLLECTED[re.sub(r"/\S+", "…", str(reason))] += 1
            raise

    Command.collect_by_staticc = counted


def run_django(here):
    """Django's tests are classes of unittest, and its settings are those of its runtests.py."""
    os.environ["RUNNING_DJANGOS_TEST_SUITE"] = "true"
    sys.path.insert(0, TESTS)
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
    set_up(
        here,
        INSTALLED_APPS=[*STATICC, STATICFILES],
        STATIC_URL="static/", ROOT_URLCONF="urls", TEMPLATES=[engine], USE_TZ=False,
    )
    from staticfiles_tests import settings as tested

    tested.TEST_SETTINGS["INSTALLED_APPS"] = [*STATICC, *tested.TEST_SETTINGS["INSTALLED_APPS"]]
    outcomes = {}

    class Result(unittest.TestResult):
        def note(self, test, outcome, why=""):
            before = outcomes.get(test.id(), ("passed", ""))
            outcomes[test.id()] = before if before[0] == "failed" else (outcome, why)

        def startTest(self, test):
            super().startTest(test)
            self.note(test, "passed")

        def addSkip(self, test, why):
            self.note(test, "skipped", why)

        def addFailure(self, test, error):
            self.note(test, "failed", self._exc_info_to_string(error, test))

        addError = addFailure

        def addSubTest(self, test, subtest, error):
            if error:
                self.addFailure(test, error)

    names = ["staticfiles_tests.test_management", "staticfiles_tests.test_storage"]
    unittest.defaultTestLoader.loadTestsFromNames(names).run(Result())
    return outcomes


def run_whitenoise(here):
    """WhiteNoise's tests need pytest, and modules that its source distribution lacks."""
    import pytest

    static = os.path.join(here, "files")
    os.mkdir(static)
    pathlib.Path(static, "styles.css").write_text(".page { color: green }\n" * 20)
    pathlib.Path(static, "app.js").write_text("document.title = 'page';\n" * 20)
    utils = types.SimpleNamespace(Files=lambda directory: types.SimpleNamespace(directory=static))
    sys.modules.update({"tests": types.ModuleType("tests"), "tests.utils": utils})
    set_up(
        here,
        INSTALLED_APPS=[*STATICC, "whitenoise.runserver_nostatic", STATICFILES],
        FORCE_SCRIPT_NAME="/subdir", STATIC_URL="/subdir/static/",
        STORAGES={"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}},
    )
    outcomes = {}

    class Plugin:
        @staticmethod
        def pytest_runtest_logreport(report):
            if report.when == "call" or report.outcome != "passed":
                outcomes[report.nodeid] = (report.outcome, str(report.longrepr or ""))

    file = os.path.join(TESTS, "test_storage.py")
    pytest.main(["--quiet", "--no-header", "-p", "no:cacheprovider", f"--rootdir={TESTS}", file], plugins=[Plugin()])
    return outcomes


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as here:
        outcomes = {"django": run_django, "whitenoise": run_whitenoise}[SUITE](here)
    with open(OUT, "w") as out:
        json.dump({"tests": outcomes, "collected": COLLECTED}, out)
