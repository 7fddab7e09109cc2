"""Django's handle on the prompts."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """What people ask for; imports the catalog and the analysis, never the analytics."""

    name = "prompts"
