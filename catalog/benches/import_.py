"""`bench import`: 12,000 rows of XLSX, from the upload to the undo.

Half of the rows are about tracks of the catalog, found by ISRC, with three cells that differ; half
are new. The two steps of the worker run in a fresh process of their own, as in a worker, so that
its memory is the import's alone. Every web request on the way is timed.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.benches.data import scratch_catalogue, timed
from catalog.domain.identifiers import gtin_check_digit
from catalog.models import TableImport, Track, UndoRun
from catalog.services.undoing import perform_undo
from catalog.tables.writing import Sheet, SheetColumn, write_xlsx

ROWS = 12_000
HEADINGS = (
    "Track title", "Artist", "ISRC", "BPM", "Key", "Genre", "Moods", "Language", "Explicit",
    "Recording year", "Album title", "UPC", "Label", "Release date", "Track no", "Notes",
)  # fmt: skip
WORKER = """
import json, resource, sys, time
from unittest import mock
import django
django.setup()
import studio.celery
from django.db import connection
connection.close()
connection.settings_dict["NAME"] = sys.argv[1]
from catalog.services.imports.running import perform
started, worked = time.perf_counter(), time.process_time()
with mock.patch("celery.app.base.Celery.send_task"):
    perform(int(sys.argv[2]))
seconds = time.perf_counter() - started
cpu = time.process_time() - worked
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "cpu_s": cpu, "peak_rss_mb": peak}))
"""


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Run at the size the goal names; `data` is not needed."""
    return measure(rows=ROWS, say=say)


def measure(*, rows: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Bring a table in and take it back, timing each step."""
    with scratch_catalogue(rows, say) as access:
        sheet = _sheet(access, rows)
        say(f"Importing {rows:,} rows ({len(sheet) / 1e6:.1f} MB of XLSX).")
        browser = _Browser(access)
        browser.post("catalog:import_list", table=SimpleUploadedFile("bench.xlsx", sheet))
        run = TableImport.objects.get()
        look = _worker(run)
        run.refresh_from_db()
        assert run.status == "mapping", run.error
        browser.get("catalog:import_detail", run.pk)
        mapping = {f"column-{at}": name for at, name in enumerate(run.settings["mapping"])}
        browser.post("catalog:import_check", run.pk, **mapping, new_tracks="yes")
        check = _worker(run)
        run.refresh_from_db()
        assert run.status == "checked", run.error
        for page in (1, 100, 240):
            browser.get("catalog:import_detail", run.pk, query={"page": page})
        browser.post("catalog:import_apply", run.pk, mode="good")
        apply = _worker(run)
        run.refresh_from_db()
        assert run.status == "done", run.error
        browser.get("catalog:import_detail", run.pk)
        assert run.change_set is not None
        browser.get("catalog:change_set_detail", run.change_set.pk)
        say("Taking the import back.")
        browser.post("catalog:change_set_undo", run.change_set.pk)
        undo_s: list[float] = []
        undo = UndoRun.objects.get()
        with timed(undo_s):
            perform_undo(undo.pk, now=undo.created_at)
        undo.refresh_from_db()
        return {
            "rows": rows,
            "columns": len(HEADINGS),
            "new": run.counts["new"],
            "changed": run.counts["change"],
            "look_s": round(look["seconds"], 2),
            "dry_run_s": round(check["seconds"], 2),
            "apply_s": round(apply["seconds"], 2),
            "dry_run_cpu_s": round(check["cpu_s"], 2),
            "apply_cpu_s": round(apply["cpu_s"], 2),
            "undo_s": round(undo_s[0], 2),
            "undo_left": len(undo.left),
            "tracks_after_undo": Track.objects.count(),
            "peak_rss_mb": round(max(part["peak_rss_mb"] for part in (look, check, apply)), 1),
            "web_max_s": round(max(browser.seconds), 2),
            "web_requests": len(browser.seconds),
        }


class _Browser:
    """Asks for pages as a signed-in person and keeps how long each took."""

    def __init__(self, access: Access) -> None:
        self.slug = access.workspace.slug
        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(access.user)
        self.seconds: list[float] = []

    def get(self, name: str, *args: int, query: dict[str, int] | None = None) -> None:
        self._ask("get", name, args, query or {})

    def post(self, name: str, *args: int, **data: Any) -> None:
        self._ask("post", name, args, data)

    def _ask(self, method: str, name: str, args: tuple[int, ...], data: dict[str, Any]) -> None:
        with timed(self.seconds):
            address = reverse(name, args=[self.slug, *args])
            answer = getattr(self.client, method)(address, data, secure=True)
        assert answer.status_code in (200, 302), (name, answer.status_code)


def _worker(run: TableImport) -> dict[str, float]:
    """Perform the next step of an import in a process of its own."""
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(run.pk)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _sheet(access: Access, rows: int) -> bytes:
    """Write a distributor-like table: every second row is about a track of the catalog."""
    known = Track.objects.visible_to(access).exclude(isrc="").order_by("pk")
    isrcs = list(known.values_list("isrc", flat=True)[: rows // 2])
    known_titles = dict(known.values_list("isrc", "title"))
    lines = []
    for number in range(rows):
        isrc = isrcs[number // 2] if number % 2 and number // 2 < len(isrcs) else ""
        album = number // 10
        upc = f"{20000000000 + album}"
        lines.append(
            [
                known_titles.get(isrc, f"New Song {number}"),
                f"Act {number % 400}",
                isrc or f"QZBEN26{number:05d}",
                str(60 + number % 120),
                "F# minor",
                "Rock",
                "Calm; Dark",
                "en",
                "No",
                "2026",
                f"Album {album}",
                f"{upc}{gtin_check_digit(upc)}",
                "Harbour Records",
                "2027-01-29",
                str(number % 10 + 1),
                f"Line {number}",
            ]
        )
    columns = [SheetColumn(heading) for heading in HEADINGS]
    return write_xlsx(Sheet("Tracks", columns, lines, rows))
