"""`manage.py load_demo`: a small workspace of original music, for a first look."""

from typing import Any

from django.core.management.base import BaseCommand

from studio.demo.loading import load_demo


class Command(BaseCommand):
    """Make the demo workspace; running it again completes what is missing and changes nothing."""

    help = "Makes the demo workspace with four short pieces that the studio composes itself."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it and say where its login is."""
        login = load_demo()
        if login is not None and options["verbosity"] > 0:
            self.stdout.write(f"Made the demo workspace. Its login is in {login}.")
