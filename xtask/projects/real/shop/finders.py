from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import get_files
from django.core.files.storage import FileSystemStorage


class GeneratedFinder(BaseFinder):
    """What the front end's build leaves. Neither its reports nor those of later finders."""

    def __init__(self, *args, **kwargs):
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "build")
        super().__init__(*args, **kwargs)

    def check(self, **kwargs):
        return []

    def find(self, path, *args, **kwargs):
        return self.storage.path(path) if self.storage.exists(path) else []

    def list(self, ignore_patterns):
        ignore_patterns.append("*.report.json")
        for path in get_files(self.storage, ignore_patterns):
            yield path, self.storage
