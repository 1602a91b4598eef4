# WhiteNoise serves STATIC_ROOT from the processes that run Django.
#
#     pip install {{ '"whitenoise[brotli]"'|raw if brotli else "whitenoise"|raw }}
#
# Add this at the end of the settings, after INSTALLED_APPS and MIDDLEWARE. Collect before the
# server starts, and start it anew after each deployment: WhiteNoise lists the files once.

STATIC_URL = {{ static_url.whole }}
STATIC_ROOT = {{ static_root }}

# Behind SecurityMiddleware, which redirects to HTTPS, and before everything else.
MIDDLEWARE = [*MIDDLEWARE]
MIDDLEWARE.insert(1, "whitenoise.middleware.WhiteNoiseMiddleware")

# Django before 4.2: STATICFILES_STORAGE = {{ backend }}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": {{ backend }}},
}
{% if keep_only_hashed %}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
{% endif %}

# WhiteNoise does not know this type.
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
{% if prehashed %}


# Files with a fingerprint of Django or of a bundler never change their content.
def WHITENOISE_IMMUTABLE_FILE_TEST(path, url):
    import re

    patterns = [
        r"\.[0-9a-f]{12}(\.[^./]+)?$",
{% for pattern in prehashed %}
        {{ "^" ~ (static_url.path|regex) ~ pattern ~ "$" }},
{% endfor %}
    ]
    return any(re.search(pattern, url) for pattern in patterns)
{% endif %}
