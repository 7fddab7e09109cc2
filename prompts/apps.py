"""Django's handle on the prompts."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """What people ask for; imports the catalog and the analysis, never the analytics."""

    name = "prompts"

    def ready(self) -> None:
        """Connect the receivers, and name the encoders on the operations page."""
        from analysis.operations import OTHER_MODELS
        from catalog.signals import change_set_applied
        from prompts import receivers
        from prompts.encoders import as_models

        change_set_applied.connect(receivers.recheck_texts, dispatch_uid="prompts.recheck")
        OTHER_MODELS.append(as_models)
