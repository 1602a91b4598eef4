from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import get_files
from django.core.files.storage import FileSystemStorage


class GeneratedFinder(BaseFinder):
    """What the front end's build leaves, except its reports."""

    def __init__(self, *args, **kwargs):
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "build")
        super().__init__(*args, **kwargs)

    def check(self, **kwargs):
        return []

    def find(self, path, *args, **kwargs):
        return self.storage.path(path) if self.storage.exists(path) else []

    def list(self, ignore_patterns):
        for path in get_files(self.storage, [*ignore_patterns, "*.report.json"]):
            yield path, self.storage
