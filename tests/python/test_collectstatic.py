"""Tests the command collectstatic of src/python/staticc with a stand-in for the program.

    python tests/python/test_collectstatic.py      # by a Python that has Django

Needs only the standard library. Skips its tests if Django is not installed.
"""

import importlib.util
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src/python"))
from staticc import binary  # noqa: E402

HAS_DJANGO = importlib.util.find_spec("django") is not None
STATICFILES = "django.contrib.staticfiles"
# Prints the lines of the file `said`, and records how it was called.
PROGRAM = """\
#!{python}
import json, pathlib, sys, time
here = pathlib.Path(__file__).parent
(here / "called").write_text(json.dumps({{"arguments": sys.argv[1:], "answers": json.load(sys.stdin)}}))
{before}
for line in (here / "said").open():
    print(line, end="", flush=True)
{after}
sys.exit({status})
"""

try:
    HAS_PROGRAM = bool(binary.find())
except FileNotFoundError:
    HAS_PROGRAM = False
if HAS_DJANGO:
    import django
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.test.utils import override_settings

    from django.contrib.staticfiles.finders import FileSystemFinder

    class Prefixing(FileSystemFinder):
        def list(self, ignore_patterns):
            for path, storage in super().list(ignore_patterns):
                storage.prefix = "pre"
                yield path, storage

    class Extending(FileSystemFinder):
        def list(self, ignore_patterns):
            ignore_patterns += ["*.js", "site.css/"]
            return super().list(ignore_patterns)

    settings.configure(INSTALLED_APPS=["staticc", STATICFILES], STATIC_URL="/static/", STATIC_ROOT="unset")
    django.setup()


@unittest.skipUnless(HAS_DJANGO, "Django isn't installed")
class Collectstatic(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.here = pathlib.Path(made.name).resolve()
        (self.here / "src").mkdir()
        (self.here / "src/site.css").write_text("a{}")
        self.use(STATIC_ROOT=self.here / "out", STATICFILES_DIRS=[self.here / "src"])
        found = mock.patch("staticc.binary.find", return_value=str(self.here / "staticc"))
        self.find = found.start()
        self.addCleanup(found.stop)

    def use(self, **changed):
        changed = override_settings(**changed)
        changed.enable()
        self.addCleanup(changed.disable)

    def program(self, *events, status=0, before="", after="", done=True):
        """Makes a program that prints these events, and then that it is done."""
        events += ({"event": "done"},) if done and not status else ()
        (self.here / "said").write_text("".join(json.dumps(event) + "\n" for event in events))
        program = self.here / "staticc"
        program.write_text(PROGRAM.format(python=sys.executable, status=status, before=before, after=after))
        program.chmod(0o755)

    def collect(self, *flags, **options):
        """Returns what is printed on standard output, and on standard error."""
        self.out, self.err = io.StringIO(), io.StringIO()
        call_command("collectstatic", "--noinput", *flags, stdout=self.out, stderr=self.err, **options)
        return self.out.getvalue(), self.err.getvalue()

    def called(self):
        return json.loads((self.here / "called").read_text())

    def files(self):
        return sorted(file.name for file in (self.here / "out").rglob("*"))

    def test_what_the_program_is_asked(self):
        self.program()
        self.collect("-i", "./x/", "--clear", "--dry-run", "--no-post-process", "--link")
        called = self.called()
        fixed = "collect --answers - --format json --verbosity 3 --noinput --no-default-ignore".split()
        self.assertEqual(called["arguments"][: len(fixed)], fixed)
        flags = "--ignore=.* --ignore=*~ --ignore=CVS --ignore=x --clear --dry-run --no-post-process --link"
        self.assertCountEqual(called["arguments"][len(fixed):], flags.split())
        self.assertEqual(called["answers"]["storage"]["location"], str(self.here / "out"))
        self.collect("--no-default-ignore")
        self.assertEqual(self.called()["arguments"], fixed)

    def test_waiting(self):
        self.program({"event": "waiting", "static_root": "/srv/static"})
        _, err = self.collect()
        self.assertEqual(err, "waiting for another run of staticc on /srv/static\n")

    def test_messages(self):
        out = str(self.here / "out")
        self.program(
            {"event": "problem", "code": "staticfiles.W004", "severity": "warning", "rendered": "told already"},
            {"event": "problem", "code": "duplicate", "severity": "warning", "message": "m", "rendered": "warning: m\n"},
            {"event": "deleted", "path": "old", "text": "Deleting 'old'", "verbosity": 2},
            {"event": "copied", "path": "/a", "text": "Copying '/a'", "verbosity": 2},
            {"event": "unmodified", "path": "b", "text": "Skipping 'b' (not modified)", "verbosity": 2},
            {"event": "conflict", "path": "c", "text": "Found another file", "verbosity": 1},
            {"event": "post-processed", "path": "a", "copy": "a.1", "text": "Post-processed 'a' as 'a.1'", "verbosity": 2},
            {"event": "some-new-event"},
            {"event": "done", "text": "not to be told twice", "verbosity": 1},
            {"event": "problems", "errors": 0, "warnings": 2, "notes": 0, "files": 0},
            done=False,
        )
        deleted, skipped = ("", "")
        if django.VERSION >= (6, 0):
            deleted, skipped = ("1 static file deleted, ", ", 1 skipped due to conflict")
        closing = f"\n{deleted}1 static file copied to '{out}', 1 unmodified, 1 post-processed{skipped}.\n"
        self.assertEqual(self.collect(verbosity=0), ("", "warning: m\n"))
        self.assertEqual(self.collect(), ("Found another file\n" + closing, "warning: m\n"))
        told = "Deleting 'old'\nCopying '/a'\nSkipping 'b' (not modified)\nFound another file\n"
        told += "Post-processed 'a' as 'a.1'\n" + closing
        self.assertEqual(self.collect(verbosity=2), (told, "warning: m\n"))

    def test_messages_appear_at_once(self):
        copied = {"event": "copied", "path": "/a", "text": "Copying '/a'", "verbosity": 2}
        wait = "while not (here / 'told').exists(): time.sleep(0.01)"
        self.program(copied, after=wait)
        outer = self

        class Out(io.StringIO):
            def write(self, said):
                (outer.here / "told").touch()
                return super().write(said)

        call_command("collectstatic", "--noinput", stdout=Out(), verbosity=2)

    def test_more_than_a_pipe_holds(self):
        self.use(STATICC={"long": ["x" * 1000] * 1000})
        copied = {"event": "copied", "path": "/a", "text": "Copying '/a'", "verbosity": 2}
        self.program(*[copied] * 20000)
        self.assertIn("20000 static files copied", self.collect()[0])
        self.assertEqual(len(self.called()["answers"]["settings"]["STATICC"]["value"]["long"]), 1000)

    def test_collecting_fails(self):
        problem = {"event": "problem", "code": "missing-reference", "severity": "error", "rendered": "error: m\n"}
        self.program({**problem, "message": "m"}, {"event": "problems", "errors": 1}, status=1)
        with self.assertRaisesMessage(CommandError, "Collecting static files failed."):
            self.collect()
        self.assertEqual(self.err.getvalue(), "error: m\n")
        self.assertEqual(self.files(), [])
        for status, returncode in ((101, 101), ("(__import__('os').kill(__import__('os').getpid(), 9))", 137)):
            self.program(status=status)
            with self.assertRaises(CommandError) as raised:
                self.collect()
            self.assertEqual(raised.exception.returncode, returncode)

    def assertRaisesMessage(self, error, message):
        return self.assertRaisesRegex(error, "^" + message + "$")

    def left_to_django(self, reason, *flags):
        """Asserts that Django collects, that one line says why, and that nothing is printed twice."""
        out, err = self.collect(*flags)
        self.assertEqual(err, f"staticc: {reason}; Django's own collectstatic does it\n")
        self.assertEqual(out, f"\n1 static file copied to '{self.here / 'out'}'.\n")
        self.assertEqual(self.files(), ["site.css"])

    def test_settings_that_staticc_cannot_use(self):
        said = {"event": "problem", "code": "x", "rendered": "not to be told"}
        self.program(
            {**said, "severity": "warning", "message": "not this"}, {**said, "severity": "error", "message": "a finder"},
            {**said, "severity": "error", "message": "nor this"}, {"event": "problems"}, status=2,
        )
        self.left_to_django("a finder")

    def test_program_of_another_version(self):
        self.program(status=2)
        self.left_to_django("it ended with status 2")

    def test_no_program(self):
        self.find.side_effect = FileNotFoundError("no program; install it")
        self.left_to_django("no program; install it")

    def test_program_that_cannot_be_run(self):
        self.program()
        (self.here / "staticc").chmod(0o644)
        self.left_to_django(f"[Errno 13] Permission denied: '{self.here}/staticc'")

    def test_another_program_of_that_name(self):
        for said in ("usage: staticc", "[1]", "{}", "1"):
            self.program(before=f"print({said!r})")
            self.left_to_django(f"{self.here}/staticc is another program, which prints {said!r}")
            shutil.rmtree(self.here / "out")
        self.program(before="sys.stdout.buffer.write(b'\\xff\\n' * 100000)")
        self.left_to_django(f"{self.here}/staticc is another program, which prints '\N{REPLACEMENT CHARACTER}'")

    def test_program_that_does_not_report_that_it_is_done(self):
        copied = {"event": "copied", "path": "/a"}
        for events in ((), (copied,), (copied, {"event": "problems"})):
            self.program(*events, done=False)
            with self.assertRaisesMessage(CommandError, "staticc ended without reporting that it is done."):
                self.collect()
        self.program(copied, after="print('no event', flush=True); time.sleep(60)")
        with self.assertRaisesMessage(CommandError, "staticc printed 'no event', which is not an event."):
            self.collect()
        self.assertEqual(self.files(), [])

    def test_project_that_cannot_be_described(self):
        with mock.patch("staticc.ask.versions", side_effect=ValueError("a\nb")):
            self.left_to_django("the project can't be described: ValueError: a")

    def test_storage_elsewhere(self):
        self.program()
        self.use(STORAGES={"staticfiles": {"BACKEND": "django.core.files.storage.InMemoryStorage"}})
        out, err = self.collect()
        self.assertEqual(out, "\n1 static file copied.\n")
        self.assertIn("InMemoryStorage doesn't keep files on this disk; Django's", err)
        self.assertFalse((self.here / "called").exists())

    def test_urls_after_collecting(self):
        from django.contrib.staticfiles.storage import staticfiles_storage

        self.use(STORAGES={"staticfiles": {"BACKEND": f"{STATICFILES}.storage.ManifestStaticFilesStorage"}})
        manifest = {"paths": {"site.css": "site.1.css"}, "version": "1.1", "hash": "2"}
        write = f"(here / 'out').mkdir(); (here / 'out/staticfiles.json').write_text({json.dumps(manifest)!r})"
        self.program(after=write)
        self.assertEqual(staticfiles_storage.hashed_files, {})
        self.collect()
        self.assertEqual(staticfiles_storage.url("site.css"), "/static/site.1.css")
        self.assertEqual(staticfiles_storage.manifest_hash, "2")

    def test_interrupted(self):
        """The program receives SIGTERM, and may finish its work and its output."""
        self.program_to_stop()
        # A shell that starts the tests in the background ignores SIGINT for them.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        threading.Thread(target=lambda: self.when_started(os.kill, os.getpid(), signal.SIGINT)).start()
        with self.assertRaises(KeyboardInterrupt):
            self.collect()
        self.assertTrue((self.here / "stopped").exists())
        self.assertEqual(signal.getsignal(signal.SIGTERM), signal.SIG_DFL)

    def program_to_stop(self):
        """Makes a program that takes a moment to stop, and prints much meanwhile."""
        self.program({"event": "copied", "path": "/a"}, before=textwrap.dedent("""\
            import signal
            def stop(*_):
                print("{}\\n" * 100000)
                time.sleep(0.2)
                (here / "stopped").touch()
                sys.exit(130)
            signal.signal(signal.SIGTERM, stop)
            (here / "started").touch()
            time.sleep(60)
        """))

    def when_started(self, do, *arguments):
        while not (self.here / "started").exists():
            time.sleep(0.01)
        time.sleep(0.1)
        do(*arguments)

    def test_terminated(self):
        """Only manage.py receives SIGTERM: the program ends first, then the signal ends manage.py."""
        self.program_to_stop()
        code = textwrap.dedent(f"""\
            import sys
            sys.path.insert(0, {str(pathlib.Path(binary.__file__).parents[1])!r})
            import django
            from django.conf import settings
            from django.core.management import call_command
            from staticc import binary
            binary.find = lambda: {str(self.here / "staticc")!r}
            settings.configure(INSTALLED_APPS=["staticc", {STATICFILES!r}], STATIC_URL="s/", STATIC_ROOT="out")
            django.setup()
            call_command("collectstatic", "--noinput")
        """)
        manage = subprocess.Popen(
            [sys.executable, "-B", "-c", code], cwd=self.here, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.when_started(manage.terminate)
        self.assertEqual(manage.communicate(), (b"", b""))
        self.assertEqual(manage.returncode, -signal.SIGTERM)
        self.assertTrue((self.here / "stopped").exists())

    def test_terminated_where_that_has_a_handler(self):
        self.program_to_stop()
        told = []
        before = signal.signal(signal.SIGTERM, lambda *_: told.append((self.here / "stopped").exists()))
        self.addCleanup(signal.signal, signal.SIGTERM, before)
        handler = signal.getsignal(signal.SIGTERM)
        threading.Thread(target=lambda: self.when_started(os.kill, os.getpid(), signal.SIGTERM)).start()
        with self.assertRaisesMessage(CommandError, "Collecting static files was stopped by SIGTERM."):
            self.collect()
        self.assertEqual(told, [True])
        self.assertIs(signal.getsignal(signal.SIGTERM), handler)

    def test_collected_in_a_thread(self):
        """Outside the main thread, Python handles no signals."""
        self.program({"event": "copied", "path": "/a"})
        thread = threading.Thread(target=self.collect)
        thread.start()
        thread.join()
        self.assertIn("1 static file copied", self.out.getvalue())


@unittest.skipUnless(HAS_DJANGO, "Django isn't installed")
class App(unittest.TestCase):
    def test_order_in_installed_apps(self):
        from staticc.apps import check_order

        for installed, ids in (
            (["staticc", STATICFILES], []),
            ([STATICFILES, "staticc"], ["staticc.W001"]),
            (["staticc"], []),
        ):
            with override_settings(INSTALLED_APPS=installed):
                self.assertEqual([warning.id for warning in check_order(None)], ids)


@unittest.skipUnless(HAS_DJANGO and HAS_PROGRAM, "the program isn't installed")
class AsDjango(unittest.TestCase):
    """Messages and counts are those of Django's own command."""

    maxDiff = None

    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.here = pathlib.Path(made.name).resolve()
        for path, text in (
            ("a/site.css", "a{background:url(img/dot.svg)}" * 50), ("a/img/dot.svg", "<svg/>" * 50),
            ("a/with space.txt", "text"), ("b/site.css", "b{}"), ("b/only.js", "b()"), ("out/old/left.txt", "left"),
        ):
            (self.here / path).parent.mkdir(parents=True, exist_ok=True)
            (self.here / path).write_text(text)

    def collected(self, command, *runs):
        """Returns what each run prints and returns, and the files afterwards."""
        shutil.copytree(self.here / "out", self.here / "kept")
        results = []
        for flags in runs:
            collected = []

            class Kept(command):
                def collect(self):
                    collected.append(super().collect())
                    return collected[0]

            out, err = io.StringIO(), io.StringIO()
            call_command(Kept(), "--noinput", *flags.split(), stdout=out, stderr=err)
            told, _, closing = out.getvalue().rpartition("\n\n")
            paths = {key: sorted(paths) for key, paths in collected[0].items()}
            results.append((sorted(told.splitlines()), closing, paths, err.getvalue()))
        results.append(sorted(str(file) for file in (self.here / "out").rglob("*") if not file.is_dir()))
        shutil.rmtree(self.here / "out")
        (self.here / "kept").rename(self.here / "out")
        return results

    def same(self, *runs, **changed):
        from django.contrib.staticfiles.management.commands import collectstatic
        from staticc.management.commands.collectstatic import Command

        dirs = [self.here / "a", self.here / "b"]
        with override_settings(STATIC_ROOT=self.here / "out", STATICFILES_DIRS=dirs, **changed):
            self.assertEqual(self.collected(Command, *runs), self.collected(collectstatic.Command, *runs))

    def test_runs(self):
        backends = [f"{STATICFILES}.storage.StaticFilesStorage", f"{STATICFILES}.storage.ManifestStaticFilesStorage"]
        if importlib.util.find_spec("whitenoise"):
            backends += [f"whitenoise.storage.Compressed{kind}StaticFilesStorage" for kind in ("", "Manifest")]
        for backend in backends:
            for runs in (
                ["-v0"], ["-v1", "-v2"], ["-v2", "--link -v2"], ["--link -v2", "-v2"], ["--clear -v1"], ["--clear -v2"],
                ["--dry-run -v1"], ["--dry-run -v2 --clear"], ["--dry-run --link -v1"], ["--no-post-process -v2"],
                ["-v2 -i *.css -i with*"],
            ):
                with self.subTest(backend=backend, runs=runs):
                    self.same(*runs, STORAGES={"staticfiles": {"BACKEND": backend}})

    def test_finders_of_the_project(self):
        kinds = ("FileSystem", "AppDirectories")
        file_system, app_directories = (f"{STATICFILES}.finders.{kind}Finder" for kind in kinds)
        own = "__main__.Prefixing"
        for finders in ([own], [file_system, own], [own, app_directories], [own, file_system, app_directories]):
            with self.subTest(finders=finders):
                self.same("-v2 -i *.js", STATICFILES_FINDERS=finders)

    def test_finder_that_changes_the_ignore_patterns(self):
        file_system, own = f"{STATICFILES}.finders.FileSystemFinder", "__main__.Extending"
        for finders in ([own], [file_system, own], [own, file_system]):
            for flags in ("-v2", "-v2 --no-default-ignore", "-v2 -i *.txt"):
                with self.subTest(finders=finders, flags=flags):
                    self.same(flags, STATICFILES_FINDERS=finders)


class Binary(unittest.TestCase):
    def run_package(self, **environment):
        """Runs the package in an environment without the program."""
        without = "import sys, sysconfig, runpy; sysconfig.get_path = lambda *_: '/nowhere'; sys.executable = '/nowhere/p'"
        package = pathlib.Path(__file__).resolve().parents[2] / "src/python"
        return subprocess.run(
            [sys.executable, "-B", "-c", f"{without}; runpy.run_module('staticc', run_name='__main__')", "a", "--version"],
            env={"PYTHONPATH": str(package), **environment}, capture_output=True, text=True,
        )

    def test_package_runs_the_program(self):
        with tempfile.TemporaryDirectory() as directory:
            program = pathlib.Path(directory) / "staticc"
            program.write_text('#!/bin/sh\necho "$@"\nexit 3\n')
            program.chmod(0o755)
            run = self.run_package(PATH=directory + os.pathsep + "/bin")
        self.assertEqual((run.stdout, run.returncode), ("a --version\n", 3))

    def test_program_is_nowhere(self):
        run = self.run_package(PATH="/nowhere")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, "^staticc: the program staticc is neither in .* nor on PATH; .*pip install")


if __name__ == "__main__":
    unittest.main()
