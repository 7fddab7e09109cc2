"""`manage.py analyse_again --workspace SLUG`: hear again what only an older engine heard."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.domain.result import ENGINE_VERSION
from analysis.services.queueing import queue_outdated
from catalog.models import Workspace


class Command(BaseCommand):
    """Queue the recordings; workers take them as they take uploads."""

    help = "Queue every recording of a workspace that this version of the engine has not heard."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the workspace."""
        parser.add_argument("--workspace", required=True, help="the word in its address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue, and say how many."""
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {options['workspace']}.")
        count = queue_outdated(workspace=workspace)
        self.stdout.write(f"{count:,} recordings wait for engine {ENGINE_VERSION}.")
