from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile


class ListedStorage(StaticFilesStorage):
    """Leaves a list of what is collected, by a method that Django's storage has not."""

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run:
            self.delete("list.txt")
            yield "list.txt", self.save("list.txt", ContentFile("\n".join(sorted(paths)))), True
