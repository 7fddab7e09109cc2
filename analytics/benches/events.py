"""`bench events`: 1,000,000 rows of real events, with the bad ones of every kind among them.

A text and a workbook are received, checked and counted. Each step runs in a fresh process, as in a
worker, so that its memory is the step's alone. Then a check is cancelled while it runs.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils import timezone

from analytics.models import EventImport, ObservedDay
from analytics.prompt_spaces import known_spaces
from analytics.services import event_imports
from catalog.access import Access
from catalog.benches.data import scratch_catalogue
from catalog.models import Track

ROWS, TRACKS = 1_000_000, 2_000
HEADINGS = ("Date", "ISRC", "Prompt space", "Place", "Source", "Impressions", "Plays", "Saves")
BAD_EVERY = 20
"""Every so many rows one is bad, each time in another way."""

CANCEL_AFTER = 100_000
WORKER = """
import json, resource, sys, time
from unittest import mock
import django
django.setup()
import studio.celery
from django.db import connection
connection.close()
connection.settings_dict["NAME"] = sys.argv[1]
from analytics.models import EventImport
from analytics.services.event_imports import perform_import
started, worked, slices = time.perf_counter(), time.process_time(), 0
with mock.patch("celery.app.base.Celery.send_task"):
    while EventImport.objects.get(pk=int(sys.argv[2])).is_busy and slices < 20:
        perform_import(import_id=int(sys.argv[2]))
        slices += 1
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "cpu_s": time.process_time() - worked,
    "slices": slices,
    "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Run at the size the goal names; `data` is not needed."""
    return measure(rows=ROWS, say=say)


def measure(*, rows: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Check and count a file of `rows` rows as text and as a workbook; cancel a third."""
    with scratch_catalogue(TRACKS, say) as access, tempfile.TemporaryDirectory() as folder:
        lines = list(_isrcs(access))
        figures: dict[str, Any] = {"rows": rows, "tracks": TRACKS}
        for kind, write in (("csv", _write_csv), ("xlsx", _write_xlsx)):
            path = Path(folder) / f"events.{kind}"
            write(path, _rows(lines, rows))
            say(f"Checking {rows:,} rows of {kind.upper()} ({path.stat().st_size / 1e6:.0f} MB).")
            found = _received(access, path)
            check = _worker(found)
            found.refresh_from_db()
            assert found.status == EventImport.Status.READY, found.error
            event_imports.count_file(found=found)
            say("Counting them.")
            count = _worker(found)
            found.refresh_from_db()
            assert found.status == EventImport.Status.DONE, found.error
            stored = ObservedDay.objects.filter(came_with=found).count()
            figures |= {
                f"{kind}_mb": round(path.stat().st_size / 1e6, 1),
                f"{kind}_check": _rounded(check),
                f"{kind}_count": _rounded(count),
                "good": found.good_count,
                "bad": found.bad_count,
                "repeated": found.repeated_count,
                "reconciles": stored == found.good_count - found.repeated_count,
                "reasons": {row[1]: row[2] for row in found.findings["reasons"]},
            }
            event_imports.forget_file(found=found)
        say("Cancelling a check while it runs.")
        figures["cancelled_after_s"] = _cancelled(access, Path(folder) / "events.csv")
        return figures


def _isrcs(access: Access) -> Iterator[str]:
    tracks = Track.objects.visible_to(access).exclude(isrc="").order_by("pk")
    yield from tracks.values_list("isrc", flat=True)


def _rows(isrcs: list[str], rows: int) -> Iterator[list[str]]:
    """Rows of different keys; of every twentieth something is wrong, or it repeats another."""
    today = timezone.localdate()
    spaces = list(known_spaces().values())
    wrong = (
        {0: (today + timedelta(days=9)).isoformat()},  # a day to come
        {1: "QZZZZ9999999"},  # an unknown track
        {5: "-4"},  # a negative count
        {6: "999"},  # more plays than impressions
        {2: "no such space"},
        {0: "soon"},
    )
    last: list[str] = []
    for number in range(rows):
        row = [
            (today - timedelta(days=1 + number // len(isrcs) % 700)).isoformat(),
            isrcs[number % len(isrcs)],
            spaces[number // len(isrcs) // 700 % len(spaces)],
            str(1 + number % 20),
            "Station",
            "100",
            "40",
            str(number % 3),
        ]
        if number % BAD_EVERY == BAD_EVERY - 1:
            kind = number // BAD_EVERY % (len(wrong) + 1)
            if kind < len(wrong):
                for at, value in wrong[kind].items():
                    row[at] = value
            else:
                row = list(last)
        last = row
        yield row


def _write_csv(path: Path, rows: Iterator[list[str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(rows)


def _write_xlsx(path: Path, rows: Iterator[list[str]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEADINGS)
    for number, row in enumerate(rows, 1):
        page.write_row(number, 0, row[:3])
        page.write_row(number, 3, [int(row[3]), row[4], *map(int, row[5:])])
    book.close()


def _received(access: Access, path: Path) -> EventImport:
    with path.open("rb") as file:
        upload = UploadedFile(File(file), name=path.name, size=path.stat().st_size)
        return event_imports.receive_file(access=access, upload=upload)


def _worker(found: EventImport) -> dict[str, float]:
    """Perform the next step of an import in a process of its own."""
    done = subprocess.run(_command(found), check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _command(found: EventImport) -> list[str]:
    return [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(found.pk)]


def _cancelled(access: Access, path: Path) -> float:
    """Seconds from cancelling a check to the end of its process."""
    found = _received(access, path)
    with subprocess.Popen(_command(found), stdout=subprocess.DEVNULL) as process:
        while found.position < CANCEL_AFTER and process.poll() is None:
            time.sleep(0.05)
            found.refresh_from_db()
        started = time.perf_counter()
        event_imports.cancel_file(found=found)
        process.wait()
    found.refresh_from_db()
    assert found.status == EventImport.Status.CANCELLED, found.status
    return round(time.perf_counter() - started, 2)


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in figures.items()}
