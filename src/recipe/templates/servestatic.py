# ServeStatic, a fork of WhiteNoise for ASGI and WSGI, serves STATIC_ROOT from the processes that
# run Django.
#
#     pip install servestatic {{ '"whitenoise[brotli]"'|raw if brotli else "whitenoise"|raw }}
#
# Add this at the end of the settings, after INSTALLED_APPS and MIDDLEWARE. Collect before the
# server starts, and start it anew after each deployment. The storage is WhiteNoise's: it makes the
# same files, and staticc knows it.

STATIC_URL = {{ static_url.whole }}
STATIC_ROOT = {{ static_root }}

# Behind SecurityMiddleware, which redirects to HTTPS, and before everything else.
MIDDLEWARE = [*MIDDLEWARE]
MIDDLEWARE.insert(1, "servestatic.middleware.ServeStaticMiddleware")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": {{ backend }}},
}
{% if keep_only_hashed %}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
{% endif %}

SERVESTATIC_MIMETYPES = {".webmanifest": "application/manifest+json"}
