"""What several tracks have in common in a column, and where they differ."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from catalog.access import Access
from catalog.domain.cells import Column
from catalog.models import Track
from catalog.services.columns import WorkspaceWords, read_cells

SHOWN = 12


def mixed_values(access: Access, track_ids: Sequence[int], column: Column) -> dict[str, Any]:
    """Count the values of a column; for lists, every single value.

    `mixed` says that the tracks do not all have the same; `common` is what they all have.
    """
    visible = Track.objects.visible_to(access).filter(pk__in=track_ids).values_list("pk", flat=True)
    words = WorkspaceWords(access.workspace_id)
    rows = read_cells(access.workspace_id, visible, [column])
    written = [column.write(row[column.name], words) for row in rows.values()]
    whole = Counter(written)
    singles: Counter[str] = whole
    if column.is_list:
        singles = Counter(
            column.write([value], words) for row in rows.values() for value in row[column.name]
        )
    return {
        "tracks": len(rows),
        "mixed": len(whole) > 1,
        "common": next(iter(whole)) if len(whole) == 1 else "",
        "empty": whole.get("", 0),
        "values": [[text, count] for text, count in singles.most_common(SHOWN) if text],
        "more": max(0, len(singles) - SHOWN),
    }
