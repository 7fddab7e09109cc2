"""What is planned, as cells of tracks: by a bulk edit, an import, or all open suggestions."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from analysis.models import Suggestion
from analysis.models.suggestions import KEY, TEMPO
from analytics.domain.effects import FACETS, SIMULATED_COLUMNS
from analytics.models import EditEffect
from catalog.access import Access
from catalog.models import (
    Assertion,
    BulkEdit,
    ImportRow,
    PlannedChange,
    Release,
    TableImport,
    Track,
)

Cells = dict[str, Any]
Kind = EditEffect.Kind
YEARS = ("recording_year", "original_date", "release_date")


@dataclass(frozen=True, slots=True)
class Plan:
    """Cells by track, and the cells of tracks that do not exist yet.

    `elsewhere` counts tracks whose planned changes the simulation does not look at.
    """

    cells: dict[int, Cells] = field(default_factory=dict)
    new: list[Cells] = field(default_factory=list)
    elsewhere: int = 0


def stamp_of(access: Access, kind: str, source_id: int) -> str | None:
    """Name a plan and the catalog it is for; None where there is no such plan to apply."""
    catalog = access.workspace.catalog_stamp
    if kind == Kind.BULK:
        ready = BulkEdit.objects.visible_to(access).filter(pk=source_id, state=BulkEdit.State.READY)
        return f"{catalog}" if ready.exists() else None
    if kind == Kind.IMPORT:
        checked = TableImport.objects.visible_to(access).filter(
            pk=source_id, status__in=[TableImport.Status.CHECKED, TableImport.Status.WAITING]
        )
        newest = ImportRow.objects.filter(table__in=checked).order_by("-pk").first()
        return f"{catalog}:{newest.pk}" if newest else None
    keys = Suggestion.objects.filter(workspace_id=access.workspace_id).open().order_by("pk")
    ids = ",".join(str(pk) for pk in keys.values_list("pk", flat=True))
    return f"{catalog}:{hashlib.sha256(ids.encode()).hexdigest()[:16]}" if ids else None


def plan_of(effect: EditEffect) -> Plan:
    """Read the plan an effect is about."""
    if effect.kind == Kind.BULK:
        cells: dict[int, Cells] = defaultdict(dict)
        planned = PlannedChange.objects.filter(
            bulk_edit_id=effect.source_id, bulk_edit__workspace_id=effect.workspace_id
        )
        for track_id, column, after in planned.values_list("track_id", "column", "after"):
            cells[track_id][column] = after
        return _with_years(effect.workspace_id, dict(cells), [])
    if effect.kind == Kind.IMPORT:
        rows = ImportRow.objects.filter(
            table_id=effect.source_id,
            workspace_id=effect.workspace_id,
            verdict__in=[ImportRow.Verdict.NEW, ImportRow.Verdict.CHANGE],
        ).values_list("track_id", "values")
        by_track: dict[int, Cells] = {}
        new: list[Cells] = []
        for key, values in rows:
            if key is None:
                new.append(values)
            else:
                by_track[key] = values
        return _with_years(effect.workspace_id, by_track, new)
    return Plan(cells=_all_accepted(effect.workspace_id))


def _with_years(workspace_id: int, cells: dict[int, Cells], new: list[Cells]) -> Plan:
    """Keep what the simulation looks at, and add the year that planned dates come to."""
    seen = {
        track_id: mine
        for track_id, row in cells.items()
        if (
            mine := {
                name: row[name] for name in row if name in SIMULATED_COLUMNS or name == "release"
            }
        )
    }
    dated = [
        track_id for track_id, row in seen.items() if not row.keys().isdisjoint((*YEARS, "release"))
    ]
    moved = {row["release"] for row in seen.values() if isinstance(row.get("release"), int)}
    releases = {
        pk: {"original_date": original, "release_date": released}
        for pk, original, released in Release.objects.filter(
            workspace_id=workspace_id, pk__in=moved
        ).values_list("pk", "original_date", "release_date")
    }
    present = Track.objects.filter(workspace_id=workspace_id, pk__in=dated).values_list(
        "pk", "recording_year", "release__original_date", "release__release_date"
    )
    for track_id, year, original, released in present:
        row = seen[track_id]
        known = {"recording_year": year, "original_date": original, "release_date": released}
        row["year"] = _year({**known, **releases.get(row.get("release") or 0, {}), **row})
    for row in new:
        row["year"] = _year(row)
    return Plan(seen, new, elsewhere=len(cells) - len(seen))


def _year(cells: Cells) -> int | None:
    """The year a track counts as: recorded, else first released, else released."""
    if cells.get("recording_year"):
        return int(cells["recording_year"])
    day = cells.get("original_date") or cells.get("release_date")
    return day.year if isinstance(day, date) else int(day[:4]) if day else None


def _all_accepted(workspace_id: int) -> dict[int, Cells]:
    """Every open suggestion as if a person had said yes."""
    suggested: dict[int, Cells] = defaultdict(dict)
    added: dict[tuple[int, str], set[str]] = defaultdict(set)
    found = Suggestion.objects.filter(workspace_id=workspace_id).open()
    for track_id, facet, term, value in found.values_list("track_id", "facet", "term", "value"):
        if facet == TEMPO and value.get("bpm"):
            suggested[track_id]["tempo_bpm"] = float(value["bpm"])
        elif facet == KEY and value.get("tonic"):
            suggested[track_id]["key"] = f"{value['tonic']} {value.get('mode', '')}".strip()
        elif facet in FACETS:
            added[track_id, facet].add(term)
    present = Assertion.objects.filter(track_id__in={track_id for track_id, _ in added})
    for track_id, facet, slug in present.values_list("track_id", "term__facet", "term__slug"):
        if (track_id, facet) in added:
            added[track_id, facet].add(slug)
    for (track_id, facet), slugs in added.items():
        suggested[track_id][facet] = sorted(slugs)
    return dict(suggested)
