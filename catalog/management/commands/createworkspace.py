"""`manage.py createworkspace`: a tenant, for operators."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.errors import StudioError
from catalog.services.workspaces import create_workspace


class Command(BaseCommand):
    """Make a workspace with the studio's vocabulary."""

    help = "Makes a workspace: one label or one self-releasing artist."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the word for its address and its name."""
        parser.add_argument("--slug", required=True, help="the word in its address: blue-door")
        parser.add_argument("--name", required=True, help="its name: Blue Door Records")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and say what comes next."""
        try:
            workspace = create_workspace(name=options["name"], slug=options["slug"])
        except StudioError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        self.stdout.write(
            f"Made the workspace {workspace.name}. Let its owner in with: createmember "
            f"--workspace {workspace.slug} --email EMAIL --role owner"
        )
