"""Texts out to translators and back, as CSV or XLIFF 1.2."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from catalog.access import Access
from catalog.domain.plain_text import plain_text
from catalog.errors import StudioError
from catalog.models import ChangeSet, Description, Track
from catalog.services.ledger import change_set

HEADER = (
    "text_id", "track_id", "title", "artist", "isrc", "purpose", "length", "source_language",
    "target_language", "target_version", "source", "target",
)  # fmt: skip
MOST_ROWS = 20_000
LARGEST_FILE = 20_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_XLIFF = "urn:oasis:names:tc:xliff:document:1.2"


@dataclass(frozen=True)
class Row:
    """One text to translate, or its translation coming back."""

    number: int
    text_id: str
    language: str
    target: str
    target_version: str


@dataclass(frozen=True)
class Imported:
    """What an import wrote, and the rows that were left, with the reason."""

    change_set: ChangeSet | None
    written: int
    same: int
    left: tuple[tuple[Row, str], ...]


def rows_for(descriptions: Iterable[Description], language: str) -> list[dict[str, str]]:
    """The texts as rows, with the translation that is there already."""
    sources = list(descriptions)
    there = {
        (row.track_id, row.purpose, row.length): row
        for row in Description.objects.filter(
            track_id__in=[row.track_id for row in sources], language=language
        )
    }
    rows = []
    for row in sources:
        if row.language == language:
            continue
        target = there.get((row.track_id, row.purpose, row.length))
        rows.append(
            {
                "text_id": str(row.pk),
                "track_id": str(row.track_id),
                "title": row.track.display_title,
                "artist": row.track.artist_line,
                "isrc": row.track.isrc,
                "purpose": row.purpose,
                "length": str(row.length),
                "source_language": row.language,
                "target_language": language,
                "target_version": str(target.row_version if target else 0),
                "source": row.text,
                "target": target.text if target else "",
            }
        )
    return rows


def as_csv(rows: Iterable[dict[str, str]]) -> str:
    """Write rows as CSV; cells that a spreadsheet would take for a formula get an apostrophe."""
    room = io.StringIO()
    writer = csv.DictWriter(room, HEADER)
    writer.writeheader()
    for row in rows:
        writer.writerow({k: f"'{v}" if v.startswith(_FORMULA) else v for k, v in row.items()})
    return room.getvalue()


def as_xliff(rows: Sequence[dict[str, str]], language: str) -> str:
    """Write rows as XLIFF 1.2, one unit a text."""
    root = ElementTree.Element("xliff", {"version": "1.2", "xmlns": _XLIFF})
    by_source: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_source.setdefault(row["source_language"], []).append(row)
    for source_language, of_language in by_source.items():
        file = ElementTree.SubElement(
            root, "file",
            {
                "original": "descriptions", "datatype": "plaintext",
                "source-language": source_language, "target-language": language,
            },
        )  # fmt: skip
        body = ElementTree.SubElement(file, "body")
        for row in of_language:
            unit = ElementTree.SubElement(
                body, "trans-unit",
                {"id": row["text_id"], "resname": row["title"], "maxwidth": row["length"],
                 "size-unit": "char", "extradata": row["target_version"]},
            )  # fmt: skip
            ElementTree.SubElement(unit, "source").text = row["source"]
            ElementTree.SubElement(unit, "target").text = row["target"]
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def read_file(content: bytes, name: str) -> list[Row]:
    """Read a file that comes back; its kind is told by what is in it.

    Raises
    ------
    StudioError : it is no table and no XLIFF, or too large
    """
    if len(content) > LARGEST_FILE:
        raise StudioError("The file is larger than 20 MB.", hint="Cut it in parts.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudioError(
            f"“{name}” is not UTF-8.", hint="Save it again as CSV UTF-8, or as XLIFF."
        ) from error
    rows = _read_xliff(text) if text.lstrip().startswith("<") else _read_csv(text)
    if len(rows) > MOST_ROWS:
        raise StudioError(f"The file has {len(rows):,} texts; {MOST_ROWS:,} fit in one import.")
    return rows


def _read_csv(text: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text.replace("\x00", "\ufffd"), newline=""))
    missing = {"text_id", "target_language", "target"} - set(reader.fieldnames or ())
    if missing:
        columns = ", ".join(sorted(missing))
        raise StudioError(f"The table has no column {columns}.", hint="Keep the first line.")
    try:
        return [
            Row(
                number, (row["text_id"] or "").strip(), (row["target_language"] or "").strip(),
                _unguarded(row["target"] or ""), (row.get("target_version") or "").strip(),
            )
            for number, row in enumerate(reader, start=2)
        ]  # fmt: skip
    except csv.Error as error:
        raise StudioError(f"Line {reader.line_num} cannot be read as CSV.") from error


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def _read_xliff(text: str) -> list[Row]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise StudioError("XLIFF files with a document type are not read.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise StudioError(f"The XLIFF file is not well formed ({error}).") from error
    rows = []
    for file in root.iter(f"{{{_XLIFF}}}file"):
        language = file.get("target-language", "")
        for number, unit in enumerate(file.iter(f"{{{_XLIFF}}}trans-unit"), start=1):
            target = unit.find(f"{{{_XLIFF}}}target")
            words = "".join(target.itertext()) if target is not None else ""
            rows.append(Row(number, unit.get("id", ""), language, words, unit.get("extradata", "")))
    return rows


def take_in(*, access: Access, rows: Sequence[Row]) -> Imported:
    """Write translations as drafts, in one change set; rows that cannot be taken are left."""
    editable = {track.pk: track for track in Track.objects.editable_by(access).only("pk", "title")}
    sources = {
        str(row.pk): row
        for row in Description.objects.editable_by(access)
        .filter(pk__in=[int(row.text_id) for row in rows if row.text_id.isdecimal()])
        .select_related("track")
    }
    left: list[tuple[Row, str]] = []
    written = same = 0
    with change_set(
        workspace=access.workspace, actor=access.user, source=ChangeSet.Source.IMPORTED,
        reason="Import translations",
    ) as ledger:  # fmt: skip
        for row in rows:
            source = sources.get(row.text_id)
            text = plain_text(row.target).text
            if not text:
                same += 1
                continue
            why = _refusal(row, source, text, editable)
            if why or source is None:
                left.append((row, why or "There is no such text."))
                continue
            place = {
                "track_id": source.track_id, "purpose": source.purpose,
                "length": source.length, "language": row.language,
            }  # fmt: skip
            present = Description.objects.select_for_update().filter(**place).first()
            if present is not None and present.text == text:
                same += 1
            elif present is not None and row.target_version != str(present.row_version):
                left.append((row, "Somebody changed the translation since the export."))
            elif present is not None:
                ledger.put(present, text=text, state=str(Description.State.DRAFT))
                written += 1
            else:
                values = {**place, "track": source.track_id, "text": text}
                del values["track_id"]
                ledger.create("description", values)
                written += 1
    return Imported(None if ledger.is_empty else ledger.change_set, written, same, tuple(left))


def _refusal(row: Row, source: Description | None, text: str, editable: dict[int, Track]) -> str:
    if source is None or source.track_id not in editable:
        return "There is no such text in this workspace, or you may not change it."
    if not row.language.replace("-", "").isalnum() or len(row.language) > 35:
        return "The language is missing."
    if row.language == source.language:
        return "The language is that of the original."
    if len(text) > source.length:
        return f"{len(text):,} characters; {source.length:,} fit."
    return ""
