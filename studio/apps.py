"""The studio as a Django application: its commands and its system checks."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """Registers the system checks."""

    name = "studio"

    def ready(self) -> None:
        """Load the checks, which register themselves."""
        from studio import checks  # noqa: F401 - registers itself
