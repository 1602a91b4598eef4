import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
os.environ.setdefault("BYRO_DATA_DIR", str(BASE / "data"))
os.environ.setdefault("BYRO_FILESYSTEM_STATIC", str(BASE / "staticfiles"))

from byro.settings import *  # noqa: E402, F403
