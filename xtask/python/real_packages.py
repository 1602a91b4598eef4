"""The packages of the parity run: apps, and static files from npm, each with a
prefix and a directory.
"""

APPS = [
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "debug_toolbar",
    "import_export",
    "drf_spectacular_sidecar",
    "silk",
    "tinymce",
]
# Its own admin theme stands in for django.contrib.admin's.
UNFOLD = ["unfold", "unfold.contrib.filters", "unfold.contrib.forms", *APPS]
FEW = ["django.contrib.admin", "rest_framework", "debug_toolbar"]
NODE = [["bootstrap", "bootstrap/dist"], ["leaflet", "leaflet/dist"]]
SWAGGER = ["swagger", "swagger-ui-dist"]
