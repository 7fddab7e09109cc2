"""`bench bulk`: 10,000 tracks x 3 fields planned, applied and undone, and edits that collide.

The peer is the same edit saved row by row through the same ledger, in the same run. It is done on
some of the tracks and scaled, because on all of them it takes minutes; `row_by_row_rows` says on
how many.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from catalog.access import Access
from catalog.benches.data import percentile, scratch_catalogue, timed
from catalog.domain.bulk import read_operations
from catalog.models import BulkEdit, Track
from catalog.services.bulk import apply_bulk, perform_bulk, start_bulk
from catalog.services.cells import Edit, save_cells
from catalog.services.changes import edit_row, undo_change_set
from catalog.services.registry import VERSIONED

TRACKS = 10_000
ROW_BY_ROW = 300
PAIRS = 500
OPERATIONS = [
    {"column": "version_title", "action": "set", "text": "2026 Remaster"},
    {"column": "mood", "action": "add", "text": "Calm; Dark"},
    {"column": "notes", "action": "set", "text": "Remastered from the tapes."},
]


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Run at the size the goal names; `data` is not needed."""
    return measure(tracks=TRACKS, row_by_row=ROW_BY_ROW, pairs=PAIRS, say=say)


def measure(
    *, tracks: int, row_by_row: int, pairs: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Time each step; the state after the undo is compared byte by byte with that before."""
    with scratch_catalogue(tracks, say) as access:
        say("Saving row by row, for comparison.")
        each_row_s = _row_by_row(access, row_by_row)
        before = fingerprint(access.workspace_id)
        say("Planning, applying and undoing the bulk edit.")
        plan_s: list[float] = []
        apply_s: list[float] = []
        undo_s: list[float] = []
        with timed(plan_s):
            bulk = start_bulk(
                access=access, selection={"query": {}}, operations=read_operations(OPERATIONS)
            )
            perform_bulk(bulk.pk)
        bulk.refresh_from_db()
        with timed(apply_s):
            apply_bulk(access=access, bulk=bulk)
            perform_bulk(bulk.pk)
        bulk = BulkEdit.objects.select_related("change_set").get(pk=bulk.pk)
        assert bulk.change_set is not None, bulk.error
        with timed(undo_s):
            undone = undo_change_set(bulk.change_set, access=access)
        say("Two people changing the same cells at the same time.")
        return {
            "rows": tracks,
            "fields": len(OPERATIONS),
            "changes": bulk.change_total,
            "preview_s": round(plan_s[0], 2),
            "apply_s": round(apply_s[0], 2),
            "undo_s": round(undo_s[0], 2),
            "undo_left": len(undone.left),
            "byte_equal_after_undo": fingerprint(access.workspace_id) == before,
            "speedup_vs_row_by_row": round(each_row_s * tracks / apply_s[0], 1),
            "speedup_with_preview": round(each_row_s * tracks / (apply_s[0] + plan_s[0]), 1),
            "peers": {
                "row_by_row_s": round(each_row_s * tracks, 1),
                "row_by_row_rows": row_by_row,
            },
            **collisions(access, pairs),
            **_keystrokes(access, 100),
        }


def fingerprint(workspace_id: int) -> str:
    """Give one word for every versioned value of every track, but for the count of versions."""
    digest = hashlib.sha256()
    entry = VERSIONED["track"]
    rows = {row.pk: row for row in entry.rows(workspace_id).order_by("pk")}
    for name, field in sorted(entry.fields.items()):
        values = field.read(rows)
        digest.update(json.dumps([name, sorted(values.items())], sort_keys=True).encode())
    return digest.hexdigest()


def _row_by_row(access: Access, rows: int) -> float:
    """Save the same three fields on some tracks, one after another; gives seconds a track."""
    tracks = list(Track.objects.visible_to(access).order_by("pk")[:rows])
    started = time.perf_counter()
    for track in tracks:
        moods = VERSIONED["track"].fields["mood"].read({track.pk: track})[track.pk]
        edit_row(
            "track",
            track.pk,
            {
                "version_title": "2026 Remaster, one by one",
                "mood": sorted({*moods, "calm", "dark"}),
                "notes": "Remastered from the tapes, one by one.",
            },
            row_version=track.row_version,
            access=access,
            reason="One by one",
        )
    return (time.perf_counter() - started) / max(1, len(tracks))


def collisions(access: Access, pairs: int) -> dict[str, Any]:
    """Let two threads save one cell of each track at once, having seen the same value before.

    One must win and the other hear of it; the value that stays is the winner's. Beside it both
    save a cell of their own, and both of those must be there.
    """
    ids = list(Track.objects.visible_to(access).order_by("pk").values_list("pk", flat=True)[:pairs])
    seen = dict(Track.objects.filter(pk__in=ids).values_list("pk", "notes"))
    won: dict[str, set[int]] = {"a": set(), "b": set()}
    barrier = threading.Barrier(2)

    def person(name: str) -> None:
        own = "recording_year" if name == "a" else "title_language"
        try:
            for track_id in ids:
                barrier.wait(timeout=60)
                shared = Edit(track_id, "notes", f"by {name}", seen[track_id])
                if save_cells([shared], access=access, reason="Collide").change_set:
                    won[name].add(track_id)
                mine = Edit(track_id, own, "1999" if name == "a" else "en-GB")
                save_cells([mine], access=access, reason="Beside")
        finally:
            connection.close()

    threads = [threading.Thread(target=person, args=(name,)) for name in won]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = both = 0
    rows = Track.objects.filter(pk__in=ids).values_list(
        "pk", "notes", "recording_year", "title_language"
    )
    for pk, notes, year, language in rows:
        winners = [name for name in won if pk in won[name]]
        both += len(winners) > 1
        if len(winners) != 1 or notes != f"by {winners[0]}":
            lost += 1
        lost += (year != 1999) + (language != "en-GB")
    return {"conflicting_pairs": len(ids), "lost_updates": lost, "both_told_they_won": both}


def _keystrokes(access: Access, times: int) -> dict[str, Any]:
    """Time from a cell's text to its saved change set."""
    ids = list(
        Track.objects.visible_to(access).order_by("-pk").values_list("pk", flat=True)[:times]
    )
    seconds: list[float] = []
    for number, track_id in enumerate(ids):
        with timed(seconds):
            edit = Edit(track_id, "title", f"Typed {number}")
            save_cells([edit], access=access, reason="Type")
    return {"cell_save_p95_ms": percentile(seconds, 0.95)}
