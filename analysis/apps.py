"""Django's handle on the app."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """Listens to what the catalog stores and changes."""

    name = "analysis"

    def ready(self) -> None:
        """Connect the receivers."""
        from analysis import receivers
        from catalog.signals import audio_stored, change_set_applied

        audio_stored.connect(receivers.hear_stored_audio, dispatch_uid="analysis.hear")
        change_set_applied.connect(receivers.follow_change_set, dispatch_uid="analysis.follow")
