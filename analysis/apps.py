"""Django's handle on the app."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """Registers the app under its own name."""

    name = "analysis"
