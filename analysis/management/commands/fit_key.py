"""`manage.py fit_key --data DIR`: learn the key profiles anew."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analysis.engine import KEY_TABLE
from analysis.fitting import keys, tables
from catalog.errors import StudioError


class Command(BaseCommand):
    """Print what would be learnt; write it with `--write`."""

    help = "Learn key profiles from tunes of known key, with cross-validation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the data and whether to keep what was learnt."""
        parser.add_argument("--data", type=Path, required=True, help="folder with midi-nottingham")
        parser.add_argument("--write", action="store_true", help=f"replace {KEY_TABLE.name}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Learn, and show the scores."""
        try:
            learnt = keys.learn(
                options["data"],
                settings.VAR_DIR / "rendered",
                lambda words: self.stderr.write(words),
            )
        except StudioError as error:
            raise CommandError(f"{error} {getattr(error, 'hint', '')}".strip()) from error
        text = tables.toml(learnt, heading=keys.__doc__ or "")
        self.stdout.write(text)
        if options["write"]:
            KEY_TABLE.write_text(text, encoding="utf-8")
