"""System checks: what a real installation must not do by accident."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from prompts import minilm
from studio import env


@register(Tags.security)
def no_embedded_services_in_earnest(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Object to the embedded database and broker once DEBUG is off.

    They are for one machine and one person: nobody backs them up, and they stop with the studio.
    """
    if settings.DEBUG:
        return []
    missing = [
        (name, server, number)
        for name, server, number in (
            ("DATABASE_URL", "PostgreSQL", "W001"),
            ("BROKER_URL", "Valkey", "W002"),
        )
        if not env.is_set(name)
    ]
    return [
        Warning(
            f"The studio uses its embedded {server} although DEBUG is off.",
            hint=f"Set {name} to your own server; docs/deploy.md says how.",
            id=f"studio.{number}",
        )
        for name, server, number in missing
    ]


@register()
def the_chosen_encoder_is_installed(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Refuse to start with an encoder that is not there, rather than fail at the first prompt."""
    if settings.TEXT_ENCODER != "minilm" or not (found := minilm.problem()):
        return []
    return [
        Error(f"TEXT_ENCODER is minilm, but {found}.", hint=minilm.HOW_TO_INSTALL, id="studio.E003")
    ]
