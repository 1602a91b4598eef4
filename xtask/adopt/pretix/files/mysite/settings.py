import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
os.environ.setdefault("PRETIX_DATA_DIR", str(BASE / "data"))

from pretix.settings import *  # noqa: E402, F403

STATIC_ROOT = BASE / "staticfiles"
