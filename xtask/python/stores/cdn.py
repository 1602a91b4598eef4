"""Files from a CDN and the manifest from the image: what real Django links to is in the store."""

import json
import shutil
import subprocess
import sys
from urllib.parse import unquote

from projects import BUCKET, IMMUTABLE, write

CDN = "https://cdn.example/"
BACKENDS = [
    "whitenoise.storage.CompressedManifestStaticFilesStorage",
    "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
]
NAMES = ["css/site.css", "b.png", "app.js", "f/ä b~.ttf"]


def django_links_to_the_cdn(stores):
    for backend in BACKENDS:
        for only_hashed in (False, True):
            publish_and_link(stores, backend, only_hashed)


def publish_and_link(stores, backend, only_hashed):
    stores.empty_bucket()
    project = stores.project("cdn")
    text = (project / "settings.toml").read_text().replace('"/static/"', f'"{CDN}static/"')
    more = f'STORAGES.staticfiles.BACKEND = "{backend}"\n'
    # Django's own storage has no such setting.
    only_hashed = only_hashed and "whitenoise" in backend
    if only_hashed:
        more += "WHITENOISE_KEEP_ONLY_HASHED_FILES = true\n"
    write(project / "settings.toml", more + text)
    shutil.rmtree(project / "out", ignore_errors=True)
    stores.collect(project)
    out, _ = stores.run(project, "publish", "--paths")
    plain = 1 if only_hashed else 8
    urls = out.split()
    stores.check(len(urls) == plain, out)
    stores.check(all(url.startswith(CDN + "static/") for url in urls), out)

    # The image has nothing but the manifest.
    image = stores.directory / "image"
    shutil.rmtree(image, ignore_errors=True)
    image.mkdir()
    shutil.copy(project / "out/staticfiles.json", image)
    links = linked(image, backend)
    for name, link in links.items():
        stores.check(link.startswith(CDN + "static/"), link)
        key = link_key(link)
        found = stores.s3.get_object(Bucket=BUCKET, Key=key)
        stores.check(found["CacheControl"] == IMMUTABLE, f"{key} is not immutable")
        stores.check(key != "static/" + name, f"{key} has no fingerprint")
    has_plain = "static/css/site.css" in stores.keys()
    stores.check(has_plain is not only_hashed, "plain names")

    # A later release leaves what pages of the one before refer to.
    write(project / "src/css/site.css", "a { color: blue }\n" * 50)
    stores.collect(project)
    stores.run(project, "publish")
    keys = stores.keys()
    stores.check(all(link_key(link) in keys for link in links.values()), "an old file is gone")


def link_key(link):
    return unquote(link.removeprefix(CDN))


def linked(static_root, backend):
    """Returns what `{% static %}` of real Django gives for each name."""
    code = f"""
import json
import django
from django.conf import settings
from django.template import Context, Engine
settings.configure(
    STATIC_URL={CDN + "static/"!r}, STATIC_ROOT={str(static_root)!r},
    INSTALLED_APPS=["django.contrib.staticfiles"],
    STORAGES={{"staticfiles": {{"BACKEND": {backend!r}}}}},
)
django.setup()
engine = Engine(libraries={{"static": "django.templatetags.static"}})
template = engine.from_string("{{% load static %}}{{% static name %}}")
context = lambda name: Context({{"name": name}}, autoescape=False)
print(json.dumps({{name: template.render(context(name)) for name in {NAMES!r}}}))
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return json.loads(run.stdout)
