"""What runs for a workspace in the background: how much of what kind, and where to look at it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet, Value
from django.urls import reverse

from analysis.models import AnalysisRun
from analytics.models import EditEffect, EventImport, SimulationFile, SimulationRun
from analytics.models.runs import UNFINISHED
from catalog.access import Access, Permission
from catalog.models import BulkEdit, TableExport, TableImport, UndoRun
from catalog.models.imports import WORKING


@dataclass(frozen=True)
class Kind:
    """A kind of work: its words for one and for many, its rows that wait or run, and its page.

    People see the kinds whose page they may open; `needs` is what that page asks for. Where
    `is_of_row`, each row has a page of its own and none lists them: the newest one is shown.
    """

    one: str
    many: str
    rows: Callable[[Access], QuerySet[Any]]
    view_name: str
    needs: Permission = Permission.BULK
    is_of_row: bool = False


@dataclass(frozen=True)
class Work:
    """So much of one kind waits or runs now."""

    count: int
    words: str
    url: str


KINDS = (
    Kind(
        "recording is analysed",
        "recordings are analysed",
        lambda access: AnalysisRun.objects.visible_to(access).unfinished(),
        "catalog:home",
        Permission.VIEW,
    ),
    Kind(
        "simulation",
        "simulations",
        lambda access: SimulationRun.objects.visible_to(access).unfinished(),
        "analytics:report",
        Permission.VIEW,
    ),
    Kind(
        "table is imported",
        "tables are imported",
        lambda access: TableImport.objects.visible_to(access).filter(status__in=WORKING),
        "catalog:import_list",
    ),
    Kind(
        "table is exported",
        "tables are exported",
        lambda access: TableExport.objects.visible_to(access).filter(
            status__in=(TableExport.Status.QUEUED, TableExport.Status.RUNNING)
        ),
        "catalog:export_list",
    ),
    Kind(
        "bulk edit",
        "bulk edits",
        lambda access: BulkEdit.objects.visible_to(access).filter(
            state__in=(BulkEdit.State.PLANNING, BulkEdit.State.APPLYING)
        ),
        "catalog:bulk_detail",
        is_of_row=True,
    ),
    Kind(
        "change is undone",
        "changes are undone",
        lambda access: UndoRun.objects.visible_to(access).filter(
            status__in=(UndoRun.Status.QUEUED, UndoRun.Status.RUNNING)
        ),
        "catalog:change_set_list",
    ),
    Kind(
        "file of real events",
        "files of real events",
        lambda access: EventImport.objects.visible_to(access).filter(status__in=EventImport.BUSY),
        "analytics:observed",
        Permission.VIEW,
    ),
    Kind(
        "prompt list or market",
        "prompt lists and markets",
        lambda access: SimulationFile.objects.visible_to(access).filter(
            status=SimulationFile.Status.CHECKING
        ),
        "analytics:materials",
        Permission.VIEW,
    ),
    Kind(
        "effect of an edit on surfacing",
        "effects of edits on surfacing",
        lambda access: EditEffect.objects.visible_to(access).filter(status__in=UNFINISHED),
        "analytics:report",
    ),
)


def running_work(access: Access) -> list[Work]:
    """List what waits or runs in the workspace, of the kinds the person may open; one query."""
    kinds = [kind for kind in KINDS if access.can(kind.needs)]
    counts = [
        kind.rows(access)
        .order_by()
        .values(place=Value(place))
        .annotate(count=Count("pk"), newest=Max("pk"))
        .values_list("place", "count", "newest")
        for place, kind in enumerate(kinds)
    ]
    found = counts[0].union(*counts[1:], all=True)
    return [
        _work(kinds[place], count, newest, access)
        for place, count, newest in sorted(row for row in found if row[1])
    ]


def _work(kind: Kind, count: int, newest: int, access: Access) -> Work:
    arguments = [access.workspace.slug, *([newest] if kind.is_of_row else [])]
    words = kind.one if count == 1 else kind.many
    return Work(count, words, reverse(kind.view_name, args=arguments))
