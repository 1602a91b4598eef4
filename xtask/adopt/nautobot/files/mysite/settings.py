import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
os.environ.setdefault("NAUTOBOT_ROOT", str(BASE))

from nautobot.core.settings import *  # noqa: E402, F403

SECRET_KEY = "not a secret"
STATIC_ROOT = BASE / "staticfiles"
