"""First look at a table: what it is, how it is read, which column is which."""

import hashlib
from collections.abc import Sequence
from typing import Any

from catalog.domain.cell_repair import Want
from catalog.domain.headings import Proposal, propose
from catalog.domain.import_rows import as_text, storable, want_of
from catalog.domain.table_shape import (
    Value,
    detect_date_order,
    detect_decimal,
    detect_heading_row,
    fold_heading,
)
from catalog.models import ImportMemory, TableImport
from catalog.services.imports.targets import ID, REASON_HEADING, heading_names, targets
from catalog.tables.reading import Table, read_table

SAMPLES = 4
LOOKED_AT = 2_000
REMEMBERED = ("date_first", "decimal", "encoding", "delimiter")


def open_table(run: TableImport) -> Table:
    """Read the file of an import as its settings say."""
    return read_table(
        bytes(run.data),
        run.file_name,
        encoding=run.settings.get("encoding", ""),
        delimiter=run.settings.get("delimiter", ""),
        sheet=run.settings.get("sheet", ""),
    )


def look(run: TableImport) -> None:
    """Fill `found` and `settings` of an import from its file; what a person chose stays chosen."""
    table = open_table(run)
    chosen = run.settings
    names = heading_names()
    known = {fold_heading(name) for all_names in names.values() for name in all_names}
    heading_row = chosen.get("heading_row")
    if heading_row is None or heading_row >= len(table.rows):
        heading_row = detect_heading_row(table.rows, known)
    headings = [storable(as_text(cell)).strip()[:200] for cell in table.rows[heading_row]]
    body = table.rows[heading_row + 1 :]
    width = max((len(row) for row in table.rows[heading_row:]), default=0)
    headings += [""] * (width - len(headings))
    fingerprint = headings_sha256(headings)
    memory = ImportMemory.objects.filter(
        workspace_id=run.workspace_id, headings_sha256=fingerprint
    ).first()
    proposals = propose(headings, names, remembered=memory.mapping if memory else None)
    mapping = chosen.get("mapping")
    if mapping is None or chosen.get("mapped_headings") != fingerprint:
        mapping = [proposal.target for proposal in proposals]
    order = detect_date_order(_texts(body, mapping, Want.DATE))
    run.found = {
        "kind": table.kind,
        "encoding": table.encoding,
        "encoding_sure": table.encoding_sure,
        "delimiter": table.delimiter,
        "sheets": list(table.sheets),
        "sheet": table.sheet,
        "heading_row": heading_row,
        "rows": sum(1 for row in body if row),
        "first_rows": [
            [storable(as_text(cell))[:80] for cell in row[:8]] for row in table.rows[:12]
        ],
        "columns": _columns(headings, body, proposals),
        "date_first": order.first,
        "date_evidence": order.evidence,
        "date_mixed": order.mixed,
        "decimal": detect_decimal(_texts(body, mapping, Want.NUMBER)),
        "error_cells": sum(1 for row, _ in table.errors if row > heading_row),
        "notes": list(table.notes),
        "own": ID in mapping or REASON_HEADING in headings,
        "fingerprint": fingerprint,
        "remembered": memory.file_name if memory else "",
    }
    past = memory.settings if memory else {}
    run.settings = {
        "blank": "keep",
        "new_tracks": True,
        "unknown_terms": "refuse",
        **{name: past[name] for name in ("blank", "new_tracks", "unknown_terms") if name in past},
        "date_first": order.first or past.get("date_first", ""),
        "decimal": run.found["decimal"],
        **{k: v for k, v in chosen.items() if k not in ("mapping", "mapped_headings")},
        "heading_row": heading_row,
        "mapping": mapping,
        "mapped_headings": fingerprint,
    }
    run.row_count = run.found["rows"]


def headings_sha256(headings: Sequence[str]) -> str:
    """Know a source again by the set of its headings."""
    folded = "\n".join(sorted(filter(None, map(fold_heading, headings))))
    return hashlib.sha256(folded.encode()).hexdigest()


def _columns(
    headings: Sequence[str], body: Sequence[Sequence[Value]], proposals: Sequence[Proposal]
) -> list[dict[str, Any]]:
    found = []
    for place, proposal in enumerate(proposals):
        samples: list[str] = []
        for row in body[:200]:
            text = storable(as_text(row[place])).strip() if place < len(row) else ""
            if text and text not in samples:
                samples.append(text[:60])
            if len(samples) == SAMPLES:
                break
        found.append(
            {
                "heading": headings[place] or f"Column {place + 1}",
                "samples": samples,
                "proposed": proposal.target,
                "why": proposal.why,
            }
        )
    return found


def _texts(body: Sequence[Sequence[Value]], mapping: Sequence[str], want: Want) -> list[str]:
    known = targets()
    places = [
        place
        for place, name in enumerate(mapping)
        if name in known and want_of(known[name]) is want
    ]
    return [
        cell
        for row in body[:LOOKED_AT]
        for place in places
        if place < len(row) and isinstance(cell := row[place], str)
    ]
