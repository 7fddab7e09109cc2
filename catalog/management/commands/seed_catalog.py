"""`manage.py seed_catalog`: rows for load tests, without audio."""

import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.services.operators import find_workspace
from catalog.services.seeding import seed_catalog


class Command(BaseCommand):
    """Add believable tracks to a workspace; the same seed gives the same rows."""

    help = "Adds tracks with artists, releases and terms, without audio, for load tests."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take where, how many and the seed."""
        parser.add_argument("--workspace", required=True, help="the word in its address")
        parser.add_argument("--tracks", type=int, required=True)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and say how long it took."""
        if options["tracks"] < 1:
            raise CommandError("Say how many tracks to add: --tracks 1000.")
        workspace = find_workspace(options["workspace"])
        start = time.monotonic()
        added = seed_catalog(
            workspace=workspace,
            tracks=options["tracks"],
            seed=options["seed"],
            progress=lambda done: self.stderr.write(f"{done:,} tracks"),
        )
        seconds = time.monotonic() - start
        self.stdout.write(f"Added {added:,} tracks to {workspace.name} in {seconds:.1f} s.")
