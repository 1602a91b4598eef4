from pathlib import Path

from evap.settings import *  # noqa: F403

BASE = Path(__file__).resolve().parent.parent
DEBUG = False
SECRET_KEY = "not a secret"
STATIC_ROOT = BASE / "staticfiles"
