# Starlette serves STATIC_ROOT and uploaded files beside Django, without nginx.
#
#     pip install starlette "uvicorn[standard]"
#
# Save this as site_asgi.py in the directory with manage.py, and start there:
#
#     uvicorn --host 127.0.0.1 --port 8000 --workers 2 site_asgi:application
#
# After a deployment, start it anew: the manifest is read once.
{% if not project.is_known %}
# mysite stands for the package of your settings.
{% endif %}

import mimetypes
import os
import re

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", {{ project.settings_module }})
django_application = get_asgi_application()

from django.contrib.staticfiles.storage import staticfiles_storage  # needs the settings

STATIC_ROOT = {{ static_root }}
# Fingerprinted names never change their content.
IMMUTABLE = set(getattr(staticfiles_storage, "hashed_files", {}).values())
{% if prehashed %}
PREHASHED = re.compile({% for pattern in prehashed %}{{ pattern ~ "|" }}{% endfor %}"(?!)")
{% endif %}
ENCODINGS = [{% if brotli %}("br", ".br"){% endif %}{% if brotli and gzip %}, {% endif %}{% if gzip %}("gzip", ".gz"){% endif %}]
# Python does not know all types.
TYPES = {
    ".js": "text/javascript",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
for extension, media_type in TYPES.items():
    mimetypes.add_type(media_type, extension)


class CollectedFiles(StaticFiles):
    """STATIC_ROOT, with its compressed copies and with caching."""

    async def get_response(self, path, scope):
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for encoding, suffix in ENCODINGS:
            _, found = self.lookup_path(path + suffix)
            if found and re.search(rf"\b{encoding}\b", accepted):
                response = await super().get_response(path + suffix, scope)
                if response.status_code != 304:
                    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
                    charset = "; charset=utf-8" if kind.startswith("text/") else ""
                    response.headers["Content-Type"] = kind + charset
                    response.headers["Content-Encoding"] = encoding
                break
        else:
            response = await super().get_response(path, scope)
        response.headers["Vary"] = "Accept-Encoding"
        is_immutable = path in IMMUTABLE{{ " or PREHASHED.fullmatch(path)"|raw if prehashed else ""|raw }}
        seconds = "315360000, public, immutable" if is_immutable else "60, public"
        response.headers["Cache-Control"] = "max-age=" + seconds
{% if static_url.host %}
        # Pages of another host may use fonts and modules.
        response.headers["Access-Control-Allow-Origin"] = "*"
{% endif %}
        return response


# With Channels, django_application is the "http" of a ProtocolTypeRouter, whose "websocket" is a
# URLRouter: both pass through the last Mount.
application = Starlette(
    routes=[
        Mount({{ static_url.path[:-1] }}, CollectedFiles(directory=STATIC_ROOT)),
{% if media %}
        Mount({{ media.path[:-1] }}, StaticFiles(directory={{ media.root }})),
{% else %}
        # Uploaded files: Mount("/media", StaticFiles(directory=MEDIA_ROOT)),
{% endif %}
        Mount("/", django_application),
    ]
)
