"""Read every workspace into the chosen encoder before people wait for it."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.errors import StudioError
from catalog.models import Workspace
from prompts.index import workspace_index


class Command(BaseCommand):
    """Build each workspace's index once, which leaves the vectors of a slow encoder on disk."""

    help = "Embed the texts of all workspaces with the chosen encoder, for a quick first prompt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this one")

    def handle(self, *args: Any, **options: Any) -> None:
        workspaces = Workspace.objects.order_by("pk")
        if options["workspace"]:
            workspaces = workspaces.filter(slug=options["workspace"])
            if not workspaces:
                raise CommandError(f"There is no workspace called {options['workspace']}.")
        for workspace in workspaces:
            started = time.perf_counter()
            try:
                index = workspace_index(workspace).index
            except StudioError as error:
                raise CommandError(f"{error} {error.hint}".strip()) from error
            took = f"{time.perf_counter() - started:.1f} s"
            self.stdout.write(
                f"{workspace.slug}: {len(index):,} tracks with {index.encoder.name}, {took}"
            )
