"""The Django app, which replaces the command collectstatic."""

from django.apps import AppConfig, apps
from django.core import checks


class StaticcConfig(AppConfig):
    name = "staticc"

    def ready(self):
        checks.register(check_order, checks.Tags.staticfiles)


def check_order(app_configs, **_):
    """Warns if Django finds its own collectstatic first. It takes a command from the first app that has it."""
    names = [config.name for config in apps.get_app_configs()]
    if "django.contrib.staticfiles" not in names[: names.index("staticc")]:
        return []
    return [
        checks.Warning(
            "'staticc' comes after 'django.contrib.staticfiles' in INSTALLED_APPS, so collectstatic is Django's own.",
            hint="Put 'staticc' before 'django.contrib.staticfiles'.",
            id="staticc.W001",
        )
    ]
