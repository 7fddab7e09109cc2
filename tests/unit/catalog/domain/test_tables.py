"""How tables are looked at: delimiters, headings, dates, numbers, encodings, what is mended."""

import datetime as dt
import io
import zipfile

import pytest

from catalog.domain.cell_repair import Want, guard, repair, unguard
from catalog.domain.headings import TwiceMapped, check_mapping, propose
from catalog.domain.matching import Known, Matcher
from catalog.domain.table_shape import (
    detect_date_order,
    detect_decimal,
    detect_delimiter,
    detect_heading_row,
)
from catalog.services.imports.targets import heading_names
from catalog.tables import packages
from catalog.tables.packages import RefusedTable, inspect_package
from catalog.tables.reading import detect_encoding, read_table
from catalog.tables.writing import Sheet, SheetColumn, write_xlsx


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("title,artist\nOne,Ida\n", ","),
        ("title;artist\nOne, two and three;Ida\nFour;Mira\n", ";"),
        ("title\tartist\nOne\tIda\n", "\t"),
        ("title|artist\nOne|Ida\n", "|"),
        ('title,genre\n"One","Folk; Indie; Pop; Rock"\n', ","),
        ("title\nOne\n", ","),
    ],
)
def test_the_delimiter_is_what_parts_most_lines_alike(text: str, delimiter: str) -> None:
    assert detect_delimiter(text) == delimiter


def test_headings_below_a_letterhead_are_found() -> None:
    rows = [["Harbour Records", ""], ["Delivery sheet", "2026"], ["Titel", "Künstler"], ["A", "B"]]
    known = {"titel", "künstler"}
    assert detect_heading_row(rows, known) == 2


@pytest.mark.parametrize(
    ("texts", "first", "mixed"),
    [
        (["03/04/2021", "25/04/2021"], "day", False),
        (["03/04/2021", "04/25/2021"], "month", False),
        (["25/04/2021", "04/25/2021"], "", True),
        (["03/04/2021", "31.12.2021"], "", False),
    ],
)
def test_the_order_of_dates_is_only_what_dates_prove(
    texts: list[str], first: str, mixed: bool
) -> None:
    order = detect_date_order(texts)
    assert (order.first, order.mixed) == (first, mixed)


def test_the_decimal_mark_is_that_of_most_numbers() -> None:
    assert detect_decimal(["120,5", "98,0", "100"]) == ","
    assert detect_decimal(["120.5", "1,200"]) == "."


@pytest.mark.parametrize(
    ("value", "want", "text"),
    [
        (36000291452, Want.GTIN, "036000291452"),
        (36000291452.0, Want.GTIN, "036000291452"),
        ("36000291452.0", Want.GTIN, "036000291452"),
        ("3.6000291452E+10", Want.GTIN, "036000291452"),
        ("4006381333931", Want.GTIN, "4006381333931"),
        ("HL-001.0", Want.CODE, "HL-001.0"),
        ("1234.0", Want.CODE, "1234"),
        ("3/12", Want.WHOLE, "3"),
        (7.0, Want.WHOLE, "7"),
        ("1,234.5", Want.NUMBER, "1234.5"),
        (dt.date(2021, 12, 31), Want.DATE, "2021-12-31"),
        ("31.12.2021", Want.DATE, "2021-12-31"),
        ("20211231", Want.DATE, "2021-12-31"),
        ("12/31/2021", Want.DATE, "2021-12-31"),
        ("1999", Want.DATE, "1999"),
        (1999, Want.DATE, "1999"),
        ("Blue\x00 Hour", Want.TEXT, "Blue Hour"),
    ],
)
def test_what_a_spreadsheet_did_is_undone(value: object, want: Want, text: str) -> None:
    mended = repair(value, want)  # type: ignore[arg-type]  # the values of the table
    assert (mended.text, mended.problem) == (text, "")


@pytest.mark.parametrize(
    ("value", "want", "words"),
    [
        ("7.12345E+11", Want.GTIN, "last digits are lost"),
        (36000291453, Want.GTIN, "leading zeros"),
        ("036000291453", Want.GTIN, "check digit"),
        ("#N/A", Want.TEXT, "error"),
        ("03/04/2021", Want.DATE, "could be"),
        (44562, Want.DATE, "2022-01-01"),
        (dt.date(2021, 3, 12), Want.WHOLE, "made a date"),
    ],
)
def test_what_cannot_be_known_is_a_problem(value: object, want: Want, words: str) -> None:
    assert words in repair(value, want).problem  # type: ignore[arg-type]


def test_a_decimal_comma_is_read_where_the_sheet_has_it() -> None:
    assert repair("96,5", Want.NUMBER, decimal=",").text == "96.5"
    assert repair("1.096,5", Want.NUMBER, decimal=",").text == "1096.5"
    assert repair("03/04/2021", Want.DATE, date_first="month").text == "2021-03-04"


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''", "'", "plain", "-", "\t=x", "'74"])
def test_a_guarded_text_comes_back_as_it_was(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[0] not in "=+-@\t"


def test_headings_of_several_languages_find_their_column() -> None:
    wanted = {
        "Track Title": "title",
        "Künstlername": "artists",
        "Titre de l'album": "release_title",
        "Código de barras": "upc",
        "Data di uscita": "release_date",
        "Parental Advisory": "advisory",
        "Cat. No.": "catalogue_number",
        "(P) Line": "p_line",
        "Genrre": "genre",
        "Territories": "",
    }
    found = propose(list(wanted), heading_names())
    assert {each.heading: each.target for each in found} == wanted


def test_a_column_asked_for_twice_is_left_to_a_person() -> None:
    found = propose(["Title", "ISRC", "Title"], heading_names())
    assert [each.target for each in found] == ["", "isrc", ""]
    with pytest.raises(TwiceMapped, match="duplicate"):
        check_mapping(["Title", "Song"], ["title", "title"])


def known(pk: int, title: str, artist: str, isrc: str = "") -> Known:
    """A track of the catalog."""
    return Known(pk, title, "", (artist,), isrc)


def test_tracks_are_found_by_the_best_evidence() -> None:
    matcher = Matcher(
        [
            known(1, "Copper Creek", "Ida Marrow", "AA6Q72000047"),
            known(2, "Snow (Part 1)", "Kessel"),
            known(3, "Same", "Mira"),
            known(4, "Same", "Mira"),
        ]
    )
    assert matcher.match(isrc="AA6Q72000047", title="Other").candidates[0].id == 1
    assert matcher.match(title="COPPER CREEK", artists=["Ida Marrow"]).is_sure
    assert matcher.match(title="Coper Creek", artists=["Ida Marrow"]).is_doubtful
    assert matcher.match(title="Same", artists=["Mira"]).is_doubtful
    other = matcher.match(title="Copper Creek", artists=["Ida Marrow"], isrc="AA6Q72000099")
    assert other.candidates == ()
    assert matcher.match(title="Snow (Part 2)", artists=["Kessel"]).candidates == ()
    assert matcher.match(id=99).candidates == ()


def test_old_encodings_are_named_and_can_be_changed() -> None:
    text = "Titel;Künstler\nÜberraschung für Jürgen;Motörhead und die Blöße der Größe\n" * 5
    assert detect_encoding(text.encode()) == ("utf-8", True)
    assert detect_encoding(text.encode("utf-16"))[0] == "utf-16"
    name, sure = detect_encoding(text.encode("cp1252"))
    assert not sure
    assert "Künstler" in text.encode("cp1252").decode(name)
    cyrillic = "название;артист\nАлександр и Сергей;Снег в феврале\n" * 5
    table = read_table(cyrillic.encode("cp1251"), "a.csv", encoding="cp1251")
    assert table.rows[0] == ["название", "артист"]


def test_a_workbook_says_where_formulas_failed() -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["title", "bpm"])
    sheet.append(["One", 120])
    sheet["B2"].data_type, sheet["B2"].value = "e", "#DIV/0!"
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue(), "a.xlsx")
    assert table.errors == {(1, 1)}


def test_an_archive_that_lies_about_its_size_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    data = out.getvalue()
    honest = (3_000_000).to_bytes(4, "little")
    lying = data.replace(honest, (10).to_bytes(4, "little"))
    assert lying != data
    monkeypatch.setattr(packages, "MAX_UNPACKED_BYTES", 1_000_000)
    with pytest.raises(RefusedTable, match="too large"):
        inspect_package(lying)


def test_a_written_workbook_is_read_as_the_same_texts() -> None:
    rows = [["1", "=1+1", "0036000291452"], ["2", "a\nb", "  padded "]]
    columns = [SheetColumn("Liner ID", locked=True), SheetColumn("Title"), SheetColumn("UPC")]
    table = read_table(write_xlsx(Sheet("Tracks", columns, rows, 2)), "a.xlsx")
    assert table.rows[1:] == [["1", "'=1+1", "0036000291452"], ["2", "a\nb", "  padded "]]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_what_is_no_table_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(RefusedTable):
        read_table(data, "a.xlsx")
