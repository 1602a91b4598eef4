"""staticc for Django: with "staticc" in INSTALLED_APPS, `manage.py collectstatic` is done by the program staticc."""
