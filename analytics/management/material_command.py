"""What the commands that bring prompts and markets share."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError

from analytics.models import Market, SimulationFile
from analytics.services import simulation_files
from catalog.errors import StudioError
from catalog.models import Workspace

REMARKS_PRINTED = 20


class MaterialCommand(BaseCommand):
    """A dry run of a file here and now; nothing is kept without `--apply`."""

    kind: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--name", default="", help="what to call it; the file's name if not")
        parser.add_argument("--apply", action="store_true", help="keep it")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace called {options['workspace']}.")
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        found: SimulationFile | None = None
        try:
            found = simulation_files.receive_file(
                workspace=workspace,
                by=None,
                kind=self.kind,
                upload=SimpleUploadedFile(path.name, path.read_bytes()),
                queue=False,
            )
            simulation_files.read_file(file_id=found.pk)
            found.refresh_from_db()
            if found.status == SimulationFile.Status.FAILED:
                raise CommandError(found.error)
            made = None
            if options["apply"]:
                name = options["name"] or path.stem
                made = simulation_files.take_in(found=found, by=None, name=name)
        except StudioError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        finally:
            if found is not None:
                simulation_files.drop_file(found=found)
        self._print(found, made, as_json=options["json"])

    def _print(self, found: SimulationFile, made: Any, *, as_json: bool) -> None:
        said = {
            "file": found.file_name,
            "kind": found.kind,
            "rows": found.row_count,
            "good": found.good_count,
            "left_out": found.bad_count,
            "merged": found.merged_count,
            "findings": found.findings,
            "remarks": found.remarks,
            "kept_as": None if made is None else made.pk,
            "version": None if made is None else made.version,
        }
        if as_json:
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        self.stdout.write(
            f"{found.row_count:,} rows: {found.good_count:,} can be used, "
            f"{found.merged_count:,} repeated, {found.bad_count:,} left out."
        )
        for reason, count in found.findings.get("reasons", []):
            self.stdout.write(f"    {count:,} times: {reason}")
        for row, text, _ in found.remarks[:REMARKS_PRINTED]:
            self.stdout.write(f"    row {row:,}: {text}")
        if isinstance(made, Market):
            self.stdout.write(f"Kept as the market {made}.")
        elif made is not None:
            self.stdout.write(f"Kept as the list {made}.")
        else:
            self.stdout.write("Nothing was kept. Add --apply to keep it.")
