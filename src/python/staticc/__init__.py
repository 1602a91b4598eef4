"""With "staticc" in INSTALLED_APPS, `manage.py collectstatic` runs the program staticc."""
