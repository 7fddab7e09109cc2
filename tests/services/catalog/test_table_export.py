"""Tables taken out, and brought back unchanged as nothing at all."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from catalog.access import Access
from catalog.models import Track
from catalog.roles import Role
from catalog.services.exporting import start_export
from catalog.services.imports.running import perform, receive_table, start_check
from catalog.services.imports.targets import targets
from catalog.services.ledger import change_set
from tests.factories import WorkspaceFactory, make_release, make_track, member

pytestmark = pytest.mark.django_db

HOSTILE = st.one_of(
    st.sampled_from(
        """
        =HYPERLINK("http://example.invalid","x")~+1-800~-1~@home~\t=1+1~'74 Jailbreak~'=quoted~''
        ~'~-~- 5 dB~007~0036000291452~1e5~7.12345E+11~3.0~#N/A~TRUE~2021-01-01~03/04/2021~a;b~a|b
        ~say "hi"~"~a\nb~a,b~שלום =1~🎛️🎧~_x000D_~  padded  ~naïve~A\u0308~\u202eRTL~NULL~None
        ~a\\;b~\u200e=1+1
        """.strip().split("~")
    ),
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n=+-@'\";,|0"),
        min_size=1,
        max_size=40,
    ),
)


@pytest.fixture
def manager() -> Access:
    """A manager of an empty workspace."""
    return member(WorkspaceFactory(), Role.MANAGER)


def brought_back(access: Access, name: str, data: bytes) -> dict[str, int]:
    """Import a table as far as its verdicts, and count them."""
    run = receive_table(access=access, name=name, data=data)
    perform(run.pk)
    run.refresh_from_db()
    assert run.found["own"], run.error
    start_check(run, {})
    perform(run.pk)
    run.refresh_from_db()
    assert run.status == "checked", run.error
    return run.counts


@given(
    title=HOSTILE, version=HOSTILE, artist=HOSTILE, other=HOSTILE, notes=HOSTILE, label=HOSTILE,
    catalogue=HOSTILE, bpm=st.one_of(st.none(), st.floats(20, 400)),
)  # fmt: skip
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_untouched_export_imports_as_nothing(
    manager: Access, form: str, title: str, version: str, artist: str, other: str, notes: str,
    label: str, catalogue: str, bpm: float | None,
) -> None:  # fmt: skip
    Track.objects.filter(workspace=manager.workspace).delete()
    release = make_release(
        manager.workspace,
        title=title[:300],
        label_name=label,
        catalogue_number=catalogue,
        upc="036000291452",
    )
    with change_set(workspace=manager.workspace, actor=None, source="system", reason="t") as ledger:
        artists = [ledger.create("artist", {"name": name}).pk for name in (artist, other)]
    make_track(
        manager.workspace,
        title=title,
        version_title=version,
        notes=notes,
        tempo_bpm=bpm,
        release=release.pk,
        genre=["jazz", "rock"],
        credits=[{"artist": pk, "role": "main"} for pk in artists],
    )
    export = start_export(
        access=manager, tracks=Track.objects.all(), columns=list(targets()), form=form
    )
    export.refresh_from_db()
    counts = brought_back(manager, export.file_name, bytes(export.data))
    assert {key: value for key, value in counts.items() if value and key != "mended"} == {"same": 1}


def test_no_cell_of_an_export_can_run(manager: Access) -> None:
    for title in ("=1+1", "+1", "-1", "@x", "'=quoted", "Plain"):
        make_track(manager.workspace, title=title)
    tracks = Track.objects.all()
    made = {}
    for form in ("csv", "xlsx"):
        export = start_export(access=manager, tracks=tracks, columns=["title"], form=form)
        export.refresh_from_db()
        made[form] = bytes(export.data)
    rows = list(csv.reader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    assert all(row[1][0] not in "=+-@\t" for row in rows)
    sheet = load_workbook(io.BytesIO(made["xlsx"]))["Tracks"]
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.value[0] not in "=+-@" for cell in cells)
    assert sheet.protection.sheet


def test_a_value_mended_in_an_export_is_the_only_change(manager: Access) -> None:
    make_track(manager.workspace, title="One", artist="Ida", genre=["jazz"])
    make_track(manager.workspace, title="Two", artist="Ida")
    export = start_export(
        access=manager, tracks=Track.objects.all(), columns=["title", "genre"], form="xlsx"
    )
    export.refresh_from_db()
    book = load_workbook(io.BytesIO(bytes(export.data)))
    book["Tracks"].cell(3, 2).value = "Two and a half"
    out = io.BytesIO()
    book.save(out)
    counts = brought_back(manager, "mended.xlsx", out.getvalue())
    assert (counts["same"], counts["change"], counts["cells"]) == (1, 1, 1)


def test_tracks_that_allow_no_export_stay_here(manager: Access) -> None:
    make_track(manager.workspace, title="One", opt_out_export=True)
    make_track(manager.workspace, title="Two")
    export = start_export(access=manager, tracks=Track.objects.all(), columns=["title"], form="csv")
    assert (export.row_count, export.left_out_count) == (1, 1)
