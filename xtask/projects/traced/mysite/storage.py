from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import ContentFile


class TracedStorage(ManifestStaticFilesStorage):
    """Leaves a list of what it has post-processed."""

    def post_process(self, paths, dry_run=False, **options):
        names = []
        for name, hashed_name, processed in super().post_process(paths, dry_run, **options):
            names.append(name)
            yield name, hashed_name, processed
        if not dry_run:
            self.delete("trace.txt")
            self.save("trace.txt", ContentFile("\n".join(sorted(names))))
