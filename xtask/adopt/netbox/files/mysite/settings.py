import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
os.environ.setdefault("NETBOX_ROOT", str(BASE))

from netbox.settings import *  # noqa: E402, F403

STATIC_ROOT = BASE / "staticfiles"
