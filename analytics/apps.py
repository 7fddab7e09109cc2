"""Django's handle on the app."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Registers the app under its own name."""

    name = "analytics"
