"""Rows that were not taken, as a file to mend and send again."""

from collections.abc import Iterator

from catalog.models import ImportRow, TableExport, TableImport
from catalog.services.imports.targets import REASON_HEADING, ROW_HEADING
from catalog.tables.writing import Sheet, SheetColumn, write_csv, write_xlsx

UNTAKEN = (ImportRow.Verdict.PROBLEM, ImportRow.Verdict.DOUBT)


def write_leftovers(run: TableImport, form: str) -> bytes:
    """Write the rows with problems or without a decision, each with the reasons."""
    headings = [column["heading"] for column in run.found["columns"]]
    head = [SheetColumn(ROW_HEADING, 8), SheetColumn(REASON_HEADING, 60)]
    sheet = Sheet("Rows to mend", [*head, *map(SheetColumn, headings)], _rows(run, headings))
    return write_csv(sheet) if form == TableExport.Form.CSV else write_xlsx(sheet)


def _rows(run: TableImport, headings: list[str]) -> Iterator[list[str]]:
    for row in run.rows.filter(verdict__in=UNTAKEN).order_by("number").iterator(2000):
        texts = [*row.texts, *[""] * (len(headings) - len(row.texts))]
        yield [str(row.number), reason(row, headings), *texts]


def reason(row: ImportRow, headings: list[str]) -> str:
    """Say why a row was not taken, cell by cell."""
    if row.verdict == ImportRow.Verdict.DOUBT:
        return "Nobody decided which track is meant."
    said = []
    for place, (state, sentence) in sorted(row.notes.items(), key=lambda note: int(note[0])):
        if state == "problem":
            heading = headings[int(place)] if int(place) < len(headings) else ""
            said.append(f"{heading}: {sentence}")
    return " ".join(said)
