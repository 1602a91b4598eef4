from .base import *  # noqa: F403

DEBUG = False
ALLOWED_HOSTS = ["shop.example"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "shop.storage.LenientStorage"},
}
