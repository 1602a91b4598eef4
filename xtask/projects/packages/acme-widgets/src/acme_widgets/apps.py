from django.apps import AppConfig


class WidgetsConfig(AppConfig):
    name = "acme_widgets"
    verbose_name = "Widgets"
