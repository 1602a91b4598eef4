"""Django's collectstatic, with the program staticc in place of `collect()`.

Flags, questions, checks and the closing sentence are Django's own. If staticc
cannot do what Django would, or cannot be run, Django's `collect()` runs. That
is known before anything is written. What belongs into an object store is
collected in a directory, and published from there.
"""

import collections
import contextlib
import json
import shutil
import signal
import subprocess
import tempfile
import threading

from django.contrib.staticfiles.management.commands import collectstatic
from django.core.management.base import CommandError

from staticc import ask, binary, object_stores
from staticc.object_stores import collected_directory

SETTINGS_UNUSABLE = 2
# The last event of a run.
DONE = {"done", "publishing-done"}
# The attributes of Django's command that list the paths of each event.
LISTS = {
    "copied": "copied_files",
    "linked": "symlinked_files",
    "unmodified": "unmodified_files",
    "post-processed": "post_processed_files",
    "conflict": "skipped_files",
    "deleted": "deleted_files",
}


class LeftToDjango(Exception):
    """Django collects; the message says why."""


class Terminated(BaseException):
    """The process has received SIGTERM."""


@contextlib.contextmanager
def sigterm_raises():
    """Makes SIGTERM an exception, like Ctrl-C. The previous handler runs afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or before in (None, signal.SIG_IGN):
        yield
        return

    def raise_terminated(*_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one changes nothing
        raise Terminated

    signal.signal(signal.SIGTERM, raise_terminated)
    try:
        yield
    except Terminated:
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)
        raise CommandError("Collecting static files was stopped by SIGTERM.") from None
    finally:
        signal.signal(signal.SIGTERM, before)


def events(program):
    """Yields the events that the program prints."""
    for number, line in enumerate(program.stdout):
        try:
            event = json.loads(line)
            event["event"]
        except (ValueError, TypeError, LookupError):
            printed = repr(line.decode("utf-8", "replace").strip()[:100])
            if number == 0:
                raise LeftToDjango(f"{program.args[0]} is another program, which prints {printed}") from None
            raise CommandError(f"staticc printed {printed}, which is not an event.") from None
        yield event


class Command(collectstatic.Command):
    # The ObjectStore that is published to, and the directory that is collected in for it.
    store = directory = None

    def collect(self):
        try:
            self.collect_by_staticc()
        except LeftToDjango as reason:
            self.stderr.write(f"staticc: {reason}; Django's own collectstatic does it", str)
            return super().collect()
        if self.post_process and not self.dry_run and hasattr(self.storage, "load_manifest"):
            # post_process() leaves the storage so; this process may ask it for URLs.
            self.storage.hashed_files, self.storage.manifest_hash = self.storage.load_manifest()
        collected = {
            "modified": self.copied_files + self.symlinked_files,
            "unmodified": self.unmodified_files,
            "post_processed": self.post_processed_files,
        }
        if hasattr(self, "skipped_files"):  # since Django 6.0
            collected.update(skipped=self.skipped_files, deleted=self.deleted_files)
        return collected

    def collect_by_staticc(self):
        self.shown = set()
        if not self.is_local_storage() or not self.local:
            self.store = self.object_store()
        with tempfile.TemporaryFile("w+") as answers:
            try:
                json.dump(self.described(), answers)
            except Exception as error:
                raise LeftToDjango(f"the project can't be described: {type(error).__name__}: {ask.short(error)}") from error
            self.run_program(self.arguments(), answers, "Collecting")
            if self.store and not self.dry_run:
                arguments = ("publish", "--answers", "-", "--format", "json", "--verbosity", "3")
                self.run_program(arguments, answers, "Publishing", self.store.child_environment())

    def object_store(self):
        """Returns the store of a storage that keeps no files on this disk."""
        storage = ask.unwrapped(self.storage)
        try:
            store = object_stores.describe(storage)
        except object_stores.NotReplaceable as reason:
            raise LeftToDjango(reason) from reason
        self.directory = collected_directory.directory_of(storage, store)
        if self.clear:
            # What Django deletes in the store must not come back from here.
            shutil.rmtree(self.directory, ignore_errors=True)
        flags = {"--clear": self.clear, "--link": self.symlink, "--no-post-process": not self.post_process}
        for flag, given in flags.items():
            if given:
                raise LeftToDjango(f"{flag} is not for publishing to a store")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LeftToDjango(error) from error
        return store

    def described(self):
        if not self.store:
            return ask.describe(self.storage, self.ignore_patterns)
        storage = ask.unwrapped(self.storage)
        return collected_directory.describe_project(storage, self.store, self.directory, self.ignore_patterns)

    def run_program(self, arguments, answers, doing, environment=None):
        """Runs the program with the answers of the project. Raises an exception unless it succeeds."""
        answers.seek(0)
        try:
            program = subprocess.Popen(
                [binary.find(), *arguments], stdin=answers, stdout=subprocess.PIPE, env=environment
            )
        except OSError as error:
            raise LeftToDjango(error) from error
        with sigterm_raises():
            self.follow(program, doing)

    def arguments(self):
        flags = {"--clear": self.clear, "--dry-run": self.dry_run, "--link": self.symlink}
        flags["--no-post-process"] = not self.post_process
        return [
            *("collect", "--answers", "-", "--format", "json", "--verbosity", "3", "--noinput", "--no-default-ignore"),
            *(f"--ignore={pattern}" for pattern in self.ignore_patterns),
            *(flag for flag, given in flags.items() if given),
        ]

    def follow(self, program, doing):
        """Prints the messages of the program as they come. Raises an exception unless it succeeds."""
        problems, seen = [], set()
        with program:
            try:
                for event in events(program):
                    seen.add(event["event"])
                    if event["event"] == "problem":
                        problems.append(event)
                    elif event["event"] != "problems":
                        # The settings are usable, so Django does not have to collect.
                        self.show(problems)
                        self.note(event)
            except BaseException:
                # Mostly Ctrl-C. The program leaves STATIC_ROOT whole; a full pipe must not block it.
                program.terminate()
                collections.deque(program.stdout, maxlen=0)
                program.wait()
                raise
        status = program.returncode if program.returncode >= 0 else 128 - program.returncode
        errors = [problem["message"] for problem in problems if problem["severity"] == "error"]
        if status == SETTINGS_UNUSABLE and doing == "Collecting":
            raise LeftToDjango(errors[0] if errors else f"it ended with status {status}")
        self.show(problems)
        if status in (1, SETTINGS_UNUSABLE):
            raise CommandError(f"{doing} static files failed.")
        if status:
            raise CommandError(f"staticc ended with status {status}.", returncode=status)
        if not seen & DONE:
            raise CommandError("staticc ended without reporting that it is done.")

    def show(self, problems):
        """Prints problems on standard error once, except those that Django's checks report."""
        for problem in problems:
            if not problem["code"].startswith("staticfiles.") and problem["rendered"] not in self.shown:
                self.shown.add(problem["rendered"])
                self.stderr.write(problem["rendered"], str)
        problems.clear()

    def note(self, event):
        if event["event"] == "waiting":
            self.stderr.write(f"waiting for another run of staticc on {event['static_root']}", str)
        if self.store and event["event"] == "post-processed" and event["copy"] == event["path"] + ".gz":
            return  # it is how the object is sent
        if "text" in event and event["event"] != "done":  # handle() prints the closing sentence
            self.log(event["text"], event["verbosity"])
        if event["event"] == "publishing-done":
            self.log(f"{event['sent']} objects published to '{event['store']}', {event['unchanged']} unchanged.", 2)
        paths = getattr(self, LISTS.get(event["event"], ""), None)
        if paths is not None:
            paths.append(event.get("to") or event["path"])
