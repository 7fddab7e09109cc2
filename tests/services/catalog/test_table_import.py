"""Tables brought in: the field cases end as their manifest says, and imports are one change set."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from catalog.access import Access
from catalog.models import Artist, ImportRow, Release, TableImport, Track
from catalog.roles import Role
from catalog.services.changes import undo_change_set
from catalog.services.imports.running import (
    perform,
    purge_imports,
    receive_table,
    start_apply,
    start_check,
)
from tests.factories import WorkspaceFactory, make_track, member
from tests.support.shared import write_field_cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Access:
    """A manager of an empty workspace."""
    return member(WorkspaceFactory(), Role.MANAGER)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The tables among the field cases, with their folder under "folder"."""
    folder = tmp_path_factory.mktemp("cases")
    found = write_field_cases(
        folder, "C19", "C20", "C21", "C22", "C23", "C24", "C25", "C26", "C27", "C28", "C35"
    )
    return {**found, "folder": folder}


def bring(access: Access, name: str, data: bytes) -> TableImport:
    """Receive a table and have a worker look at it."""
    run = receive_table(access=access, name=name, data=data)
    return settle(run)


def settle(run: TableImport) -> TableImport:
    """Do what a worker would."""
    perform(run.pk)
    run.refresh_from_db()
    return run


def checked(access: Access, name: str, data: bytes, **chosen: object) -> TableImport:
    """Bring a table as far as its verdicts."""
    run = bring(access, name, data)
    assert run.status == "mapping", run.error
    start_check(run, chosen)
    return settle(run)


def applied(run: TableImport, mode: str = "all") -> TableImport:
    """Write a checked table."""
    assert run.status == "checked", run.error
    start_apply(run, mode=mode)
    return settle(run)


def case_file(cases: dict[str, Any], case: str, kind: str = "table") -> tuple[str, bytes, dict]:
    """Give name, bytes and facts of the table of a case."""
    entry = next(each for each in cases[case]["files"] if each["kind"] == kind)
    path = Path(cases["folder"]) / entry["path"]
    return entry["upload_as"], path.read_bytes(), entry


def problem_rows(run: TableImport) -> list[int]:
    """Give rows with a note worth a look, counted from 1 below the headings."""
    bad = run.rows.filter(verdict=ImportRow.Verdict.PROBLEM).values_list("number", flat=True)
    return [number - 1 - run.settings["heading_row"] for number in bad]


def words_of(run: TableImport) -> str:
    """Everything the verdicts say."""
    return " ".join(
        f"row {row.number} {sentence}"
        for row in run.rows.all()
        for _, sentence in row.notes.values()
    )


def csv(*lines: str) -> bytes:
    """Write a small table."""
    return "\n".join(lines).encode()


def test_control_characters_are_taken_out_in_sight(manager: Access, cases: dict) -> None:
    run = checked(manager, *case_file(cases, "C19")[:2])
    assert run.row_count == 4
    said = words_of(run)
    assert "row 3" in said
    assert "row 4" in said
    assert "control character" in said


def test_cells_like_formulas_are_stored_as_given(manager: Access, cases: dict) -> None:
    name, data, entry = case_file(cases, "C20")
    run = applied(checked(manager, name, data))
    assert run.status == "done", run.error
    titles = Track.objects.filter(workspace=manager.workspace).order_by("pk")
    assert list(titles.values_list("title", flat=True)) == entry["facts"]["titles"]


def test_a_eaten_leading_zero_is_put_back_in_sight(manager: Access, cases: dict) -> None:
    name, data, entry = case_file(cases, "C21")
    run = checked(manager, name, data)
    assert problem_rows(run) == entry["facts"]["rows_with_problem"]
    said = words_of(run)
    assert all(word in said for word in entry["warn"])
    rows = run.rows.exclude(verdict="problem")
    assert {row.release_key.split("|")[0] for row in rows} == {"new:036000291452"}
    run = applied(run, "good")
    assert set(Release.objects.values_list("upc", flat=True)) == {"036000291452"}


def test_semicolons_and_a_byte_order_mark_are_seen(manager: Access, cases: dict) -> None:
    name, data, entry = case_file(cases, "C22")
    run = bring(manager, name, data)
    assert run.found["delimiter"] == ";"
    assert [each["heading"] for each in run.found["columns"]] == entry["facts"]["columns"]
    start_check(run, {})
    run = applied(settle(run))
    titles = Track.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == entry["facts"]["titles"]


def test_a_column_that_stands_twice_is_for_a_person_to_pick(manager: Access, cases: dict) -> None:
    name, data, _ = case_file(cases, "C23")
    run = bring(manager, name, data)
    assert [each["why"] for each in run.found["columns"]][::3] == ["twice", "twice"]
    start_check(run, {"mapping": ["title", "artists", "isrc", "title"]})
    run = settle(run)
    assert run.status == "failed"
    assert all(word in run.error.lower() for word in ("title", "duplicate"))


def test_dates_are_read_in_one_way_or_asked_about(manager: Access, cases: dict) -> None:
    name, data, entry = case_file(cases, "C24")
    run = checked(manager, name, data)
    assert problem_rows(run) == entry["facts"]["rows_with_problem"]
    by_row = {row.number - 1: row.values for row in run.rows.all()}
    dates = [by_row[n].get("release_date") or by_row[n].get("release_year") for n in range(1, 9)]
    wanted = [1999 if day == "1999" else day for day in entry["facts"]["release_date"]]
    assert dates == wanted
    again = settle_check(run, date_first="day")
    assert again.rows.get(number=4).values["release_date"] == "2021-04-03"


def settle_check(run: TableImport, **chosen: object) -> TableImport:
    """Check again with other settings."""
    start_check(run, chosen)
    return settle(run)


def test_blank_rows_to_the_end_of_the_sheet_count_for_nothing(manager: Access, cases: dict) -> None:
    run = checked(manager, *case_file(cases, "C25")[:2])
    assert run.row_count == 2


def test_twelve_thousand_rows_become_one_change_set(manager: Access, cases: dict) -> None:
    name, data, _ = case_file(cases, "C26")
    run = checked(manager, name, data)
    assert run.counts["new"] == 12_000
    # Writing all of them is what `manage.py bench import` measures; here a part is enough.
    few = b"\r\n".join(data.split(b"\r\n")[:1001])
    run = applied(checked(manager, name, few))
    assert run.status == "done", run.error
    assert Track.objects.count() == 1_000
    assert Artist.objects.count() == 37


def test_bad_rows_are_all_named_and_nothing_or_the_good_ones_go_in(
    manager: Access, cases: dict
) -> None:
    name, data, entry = case_file(cases, "C27")
    run = checked(manager, name, data)
    assert problem_rows(run) == entry["facts"]["rows_with_problem"]
    with pytest.raises(Exception, match="3 rows have problems"):
        start_apply(run, mode="all")
    assert Track.objects.count() == 0
    run = applied(run, "good")
    assert Track.objects.count() == 497


def test_a_sheet_that_unpacks_to_half_a_gigabyte_is_refused(manager: Access, cases: dict) -> None:
    run = bring(manager, *case_file(cases, "C35")[:2])
    assert run.status == "failed"
    assert "too large" in run.error


def test_an_import_is_undone_whole_and_the_undo_undone(manager: Access) -> None:
    track = make_track(manager.workspace, title="Old", artist="Ida", isrc="AA6Q72000047")
    run = applied(
        checked(
            manager,
            "a.csv",
            csv(
                "isrc,title,artist,genre,album",
                "AA6Q72000047,New,Ida,Jazz,LP",
                ",Other,Moss,Rock,LP2",
            ),
        )
    )
    track.refresh_from_db()
    assert track.title == "New"
    assert track.release.title == "LP"
    undone = undo_change_set(run.change_set, access=manager)
    assert undone.left == ()
    track.refresh_from_db()
    assert (track.title, track.release) == ("Old", None)
    assert Track.objects.count() == 1
    undo_change_set(undone.change_set, access=manager)
    track.refresh_from_db()
    assert track.title == "New"
    assert track.assertions.get().term.slug == "jazz"
    assert Track.objects.count() == 2


def test_a_second_click_writes_nothing_more(manager: Access) -> None:
    run = applied(checked(manager, "a.csv", csv("title,artist", "One,Ida")))
    assert start_apply(run, mode="all") is False
    perform(run.pk)
    assert Track.objects.count() == 1


def test_a_near_title_waits_for_a_decision(manager: Access) -> None:
    make_track(manager.workspace, title="Copper Creek", artist="Ida Marrow")
    run = checked(manager, "a.csv", csv("title,artist,bpm", "Coper Creek,Ida Marrow,120"))
    row = run.rows.get()
    assert row.verdict == "doubt"
    assert row.candidates


def test_only_cells_that_differ_become_changes(manager: Access) -> None:
    make_track(manager.workspace, title="One", artist="Ida", tempo_bpm=120.0)
    run = applied(checked(manager, "a.csv", csv("title,artist,bpm,year", "One,Ida,120,1999")))
    assert [c.field for c in run.change_set.changes.all()] == ["recording_year"]


def test_what_changed_since_the_check_is_not_overwritten(manager: Access) -> None:
    from catalog.services.tracks import edit_track

    track = make_track(manager.workspace, title="One", artist="Ida")
    run = checked(manager, "a.csv", csv("title,artist,bpm", "One,Ida,120"))
    edit_track(access=manager, track=track, values={"tempo_bpm": 99.0}, row_version=1)
    run = applied(run)
    assert run.status == "checked"
    assert "Somebody changed" in run.error
    track.refresh_from_db()
    assert track.tempo_bpm == 99.0


def test_the_mapping_of_a_source_is_remembered(manager: Access) -> None:
    first = bring(manager, "a.csv", csv("Name of thing;Who", "One;Ida"))
    start_check(first, {"mapping": ["title", "artists"]})
    settle(first)
    second = bring(manager, "b.csv", csv("Name of thing;Who", "Two;Ida"))
    assert second.settings["mapping"] == ["title", "artists"]
    assert second.found["remembered"] == "a.csv"


def test_files_of_a_month_ago_are_forgotten(manager: Access) -> None:
    old = applied(checked(manager, "a.csv", csv("title,artist", "One,Ida")))
    new = checked(manager, "b.csv", csv("title,artist", "Two,Ida"))
    TableImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    purge_imports(timezone.now())
    assert {run.pk: bool(run.data) for run in TableImport.objects.all()} == {
        old.pk: False,
        new.pk: True,
    }
    assert not old.rows.exists()
    assert new.rows.exists()
    assert Track.objects.get().title == "One"
