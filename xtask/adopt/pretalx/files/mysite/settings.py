import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
os.environ.setdefault("PRETALX_DATA_DIR", str(BASE / "data"))
os.environ.setdefault("PRETALX_FILESYSTEM_STATIC", str(BASE / "staticfiles"))

from pretalx.settings import *  # noqa: E402, F403
