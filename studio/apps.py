"""The studio as a Django application: its commands and its system checks."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """Registers the system checks, and makes ours the Celery application of every process."""

    name = "studio"

    def ready(self) -> None:
        """Load what registers itself.

        Without the application a command would send its messages to a broker that is not ours.
        """
        from studio import celery, checks  # noqa: F401 - register themselves
