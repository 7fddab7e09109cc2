"""Django's handle on the app."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """Registers the app under its own name."""

    name = "prompts"
