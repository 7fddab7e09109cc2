"""`manage.py up`: the whole studio in one terminal."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from studio import env
from studio.running import startup


class Command(BaseCommand):
    """Start the services, the web server, the workers and the scheduler until Ctrl-C."""

    help = "Runs the studio until Ctrl-C: services, web server, workers and scheduler."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the address and whether to load the demo workspace."""
        parser.add_argument("--host", help="address to listen on (LINER_HOST, else 127.0.0.1)")
        parser.add_argument("--port", type=int, help="port to listen on (PORT, else 8000)")
        parser.add_argument("--no-demo", action="store_true", help="load no demo workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        port = options["port"]
        startup.run(
            host=options["host"] or env.text("LINER_HOST", "127.0.0.1"),
            port=env.integer("PORT", 8000, minimum=1, maximum=65535) if port is None else port,
            demo=not options["no_demo"],
        )
