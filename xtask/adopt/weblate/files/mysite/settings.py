from pathlib import Path

from weblate.settings_example import *  # noqa: F403

BASE = Path(__file__).resolve().parent.parent
DEBUG = False
DATA_DIR = str(BASE / "data")
CACHE_DIR = str(BASE / "data" / "cache")
STATIC_ROOT = BASE / "staticfiles"
# DEBUG decides this in settings_example.
STORAGES["staticfiles"]["BACKEND"] = "weblate.utils.static.WeblateManifestStaticFilesStorage"  # noqa: F405
