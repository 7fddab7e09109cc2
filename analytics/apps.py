"""Django's handle on the app."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """The uppermost app; connects to nothing below by itself."""

    name = "analytics"
