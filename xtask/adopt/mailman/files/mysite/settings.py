from pathlib import Path

from mailman_web.settings.base import *  # noqa: F403
from mailman_web.settings.mailman import *  # noqa: F403

BASE = Path(__file__).resolve().parent.parent
SECRET_KEY = "not a secret"
STATIC_ROOT = BASE / "staticfiles"
LOGGING["handlers"]["file"]["filename"] = str(BASE / "logs" / "mailman.log")  # noqa: F405
