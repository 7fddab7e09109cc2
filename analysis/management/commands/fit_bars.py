"""`manage.py fit_bars --data DIR`: learn anew what speaks for bars."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analysis.fitting import bars, tables
from analysis.rhythm import BARS_TABLE
from catalog.errors import StudioError


class Command(BaseCommand):
    """Print what would be learnt; write it with `--write`."""

    help = "Learn what speaks for bars from MIDI with known bar lines, with cross-validation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the data and whether to keep what was learnt."""
        parser.add_argument(
            "--data", type=Path, required=True, help="folder with midi-openmsx etc."
        )
        parser.add_argument("--write", action="store_true", help=f"replace {BARS_TABLE.name}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Learn, and show the scores."""
        try:
            learnt = bars.learn(options["data"], settings.VAR_DIR, self.stderr.write)
        except StudioError as error:
            raise CommandError(f"{error} {getattr(error, 'hint', '')}".strip()) from error
        text = tables.toml(learnt, heading=bars.__doc__ or "")
        self.stdout.write(text)
        if options["write"]:
            BARS_TABLE.write_text(text, encoding="utf-8")
