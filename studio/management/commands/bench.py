"""Measure the studio: `manage.py bench NAME [--data DIR] --json`.

Each app keeps its benches in `<app>/benches/<name>.py`, with a function
`run(data: Path | None, say: Callable[[str], None]) -> dict`. Figures are never made up for missing
data: a bench that needs a folder says so.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.errors import StudioError

APPS = ("catalog", "analysis", "prompts", "analytics")
HELPERS = frozenset(("data", "measures", "peers", "sounds"))

Bench = Callable[[Path | None, Callable[[str], None]], dict[str, Any]]


class Command(BaseCommand):
    """Run one bench; the last line of the output is one JSON object."""

    help = "Measure one part of the studio against data with known answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help=", ".join(sorted(bench_modules())))
        parser.add_argument(
            "--data", type=Path, help="folder in the layout of the matching data set"
        )
        parser.add_argument(
            "--json", action="store_true", help="one line instead of a readable one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        modules = bench_modules()
        name = options["name"]
        if name not in modules:
            raise CommandError(
                f"There is no bench {name}. There are: {', '.join(sorted(modules))}."
            )
        data = options["data"]
        if data is not None and not data.is_dir():
            raise CommandError(f"{data} is not a folder.")
        run: Bench = import_module(modules[name]).run
        try:
            figures = run(data, self._say)
        except StudioError as error:
            raise CommandError(f"{error} {getattr(error, 'hint', '')}".strip()) from error
        indent = None if options["json"] else 2
        self.stdout.write(json.dumps({"bench": name, **figures}, indent=indent))

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence)


def bench_modules() -> dict[str, str]:
    """Benches by name, as module paths."""
    found: dict[str, str] = {}
    for app in APPS:
        spec = find_spec(f"{app}.benches")
        for place in (spec.submodule_search_locations or ()) if spec else ():
            for module in iter_modules([place]):
                if module.name not in HELPERS:
                    # `import_` is the bench "import": a module cannot have the name of a keyword.
                    found[module.name.rstrip("_")] = f"{app}.benches.{module.name}"
    return found
