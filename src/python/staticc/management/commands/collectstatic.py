"""Django's collectstatic, of which staticc does the collecting.

Flags, questions, checks and the closing sentence are Django's own. What staticc
can't stand in for is left to Django's `collect`, and so is everything where the
program can't be run: it says so before it writes anything.
"""

import collections
import contextlib
import json
import signal
import subprocess
import tempfile
import threading

from django.contrib.staticfiles.management.commands import collectstatic
from django.core.management.base import CommandError

from staticc import ask, binary

SETTINGS_UNUSABLE = 2
# In which of Django's lists the path of an event belongs.
LISTS = {
    "copied": "copied_files",
    "linked": "symlinked_files",
    "unmodified": "unmodified_files",
    "post-processed": "post_processed_files",
    "conflict": "skipped_files",
    "deleted": "deleted_files",
}


class LeftToDjango(Exception):
    """Why staticc doesn't collect."""


class Terminated(BaseException):
    """SIGTERM has come."""


@contextlib.contextmanager
def told_of_sigterm():
    """Makes SIGTERM an exception, as Ctrl-C is one; what it does otherwise, it does afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or before in (None, signal.SIG_IGN):
        yield
        return

    def tell(*_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
        raise Terminated

    signal.signal(signal.SIGTERM, tell)
    try:
        yield
    except Terminated:
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)
        raise CommandError("Collecting static files was stopped by SIGTERM.") from None
    finally:
        signal.signal(signal.SIGTERM, before)


def events(program):
    """What the program says."""
    for number, line in enumerate(program.stdout):
        try:
            event = json.loads(line)
            event["event"]
        except (ValueError, TypeError, LookupError):
            said = repr(line.decode("utf-8", "replace").strip()[:100])
            if number == 0:
                raise LeftToDjango(f"{program.args[0]} is another program, which says {said}") from None
            raise CommandError(f"staticc says {said}, which is no event.") from None
        yield event


class Command(collectstatic.Command):
    def collect(self):
        try:
            self.collect_by_staticc()
        except LeftToDjango as reason:
            self.stderr.write(f"staticc: {reason}; Django's own collectstatic does it", str)
            return super().collect()
        if self.post_process and not self.dry_run and hasattr(self.storage, "load_manifest"):
            # As post_process() leaves the storage, for whoever asks it for URLs in this process.
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
        if not self.is_local_storage() or not self.local:
            raise LeftToDjango(f"{ask.dotted(self.storage.__class__)} doesn't keep files on this disk")
        with tempfile.TemporaryFile("w+") as answers:
            try:
                json.dump(ask.describe(self.storage, self.ignore_patterns), answers)
            except Exception as error:
                raise LeftToDjango(f"the project can't be described: {type(error).__name__}: {ask.short(error)}") from error
            answers.seek(0)
            try:
                program = subprocess.Popen(
                    [binary.find(), *self.arguments()], stdin=answers, stdout=subprocess.PIPE
                )
            except OSError as error:
                raise LeftToDjango(error) from error
        with told_of_sigterm():
            self.follow(program)

    def arguments(self):
        flags = {"--clear": self.clear, "--dry-run": self.dry_run, "--link": self.symlink}
        flags["--no-post-process"] = not self.post_process
        return [
            *("collect", "--answers", "-", "--format", "json", "--verbosity", "3", "--noinput", "--no-default-ignore"),
            *(f"--ignore={pattern}" for pattern in self.ignore_patterns),
            *(flag for flag, given in flags.items() if given),
        ]

    def follow(self, program):
        """Says what the program says, while it says it; returns if it has collected."""
        problems, seen = [], set()
        with program:
            try:
                for event in events(program):
                    seen.add(event["event"])
                    if event["event"] == "problem":
                        problems.append(event)
                    elif event["event"] != "problems":
                        # The settings are usable: from here on it is staticc that collects.
                        self.show(problems)
                        self.note(event)
            except BaseException:
                # Ctrl-C, mostly. The program leaves STATIC_ROOT whole, and must not wait for us meanwhile.
                program.terminate()
                collections.deque(program.stdout, maxlen=0)
                program.wait()
                raise
        status = program.returncode if program.returncode >= 0 else 128 - program.returncode
        errors = [problem["message"] for problem in problems if problem["severity"] == "error"]
        if status == SETTINGS_UNUSABLE:
            raise LeftToDjango(errors[0] if errors else f"it ended with status {status}")
        self.show(problems)
        if status == 1:
            raise CommandError("Collecting static files failed.")
        if status:
            raise CommandError(f"staticc ended with status {status}.", returncode=status)
        if "done" not in seen:
            raise CommandError("staticc ended without saying that it is done.")

    def show(self, problems):
        """Tells problems on standard error, but not what Django's checks have told."""
        for problem in problems:
            if not problem["code"].startswith("staticfiles."):
                self.stderr.write(problem["rendered"], str)
        problems.clear()

    def note(self, event):
        if event["event"] == "waiting":
            self.stderr.write(f"waiting for another run of staticc on {event['static_root']}", str)
        if "text" in event and event["event"] != "done":  # handle() closes
            self.log(event["text"], event["verbosity"])
        paths = getattr(self, LISTS.get(event["event"], ""), None)
        if paths is not None:
            paths.append(event.get("to") or event["path"])
