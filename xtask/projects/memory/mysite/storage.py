from django.core.files.storage import InMemoryStorage


class MemoryStorage(InMemoryStorage):
    """Stands for a bucket somewhere else: nothing of it is on this disk."""
