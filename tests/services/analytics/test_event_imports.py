"""Files of real events: checked as a whole, counted once, corrected later, never lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from analytics.domain.choice import Examination
from analytics.domain.events import COUNTS, Key
from analytics.models import EventImport, ListenerFit, ObservedDay, SimulationRun, SpaceResult
from analytics.services import event_imports, event_rows, runs
from analytics.services.event_rows import EventsRefused
from analytics.services.figures import choice_of
from analytics.services.fitting import fit_listener, held_out, listener_of
from analytics.services.observing import record_events
from catalog.access import Access
from catalog.models import Track, Workspace
from tests.factories import WorkspaceFactory, make_track, member
from tests.services.analytics.conftest import SIZES, perform_all

pytestmark = [pytest.mark.django_db, pytest.mark.services]

Status = EventImport.Status
HEADING = "Date,Track id,Space,Place,Source,Impressions,Plays,Completions,Saves"


@pytest.fixture
def access(workspace: Workspace) -> Access:
    return member(workspace)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_imports.current_app, "send_task", lambda *args, **kwargs: None)


def file_of(*rows: str, name: str = "events.csv", heading: str = HEADING) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([heading, *rows]).encode())


def checked(access: Access, upload: SimpleUploadedFile) -> EventImport:
    found = event_imports.receive_file(access=access, upload=upload)
    event_imports.perform_import(import_id=found.pk)
    found.refresh_from_db()
    return found


def counted(access: Access, upload: SimpleUploadedFile) -> EventImport:
    found = checked(access, upload)
    event_imports.count_file(found=found)
    event_imports.perform_import(import_id=found.pk)
    found.refresh_from_db()
    return found


def test_every_row_gets_a_verdict_before_anything_is_counted(
    access: Access, nocturne: Track
) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    found = checked(
        access,
        file_of(
            f"2026-05-01,{nocturne.pk},,3,Station,100,40,30,2",
            f"{tomorrow},{nocturne.pk},,3,Station,100,40,30,2",
            "2026-05-01,999999999,,3,Station,100,40,30,2",
            f"2026-05-02,{nocturne.pk},,3,Station,-1,40,30,2",
            f"2026-05-01,{nocturne.pk},,3,Station,100,41,30,2",
        ),
    )

    assert found.status == Status.READY
    assert (found.row_count, found.good_count, found.bad_count) == (5, 2, 3)
    assert found.repeated_count == 1
    assert [problem["row"] for problem in found.problems] == [3, 4, 5, 6]
    assert dict(found.totals)["plays"] == 81
    assert [row[1:] for row in found.findings["reasons"]] == [
        ["The date has not come yet.", 1, 3],
        ["No track here has that id.", 1, 4],
        ["The count is below 0.", 1, 5],
        ["It repeats an earlier row; the later counts.", 1, 6],
    ]
    assert ObservedDay.objects.count() == 0


def test_dates_of_one_order_are_read_by_the_rows_that_tell(access: Access, nocturne: Track) -> None:
    heading = HEADING.replace("Space", "Prompt space")
    rows = [f"{day}/2026,{nocturne.pk},piano FOR  sleeping,3,Station,100,40,30,2" for day in
            ("04/05", "31/05", "05/05")]  # fmt: skip
    found = counted(access, file_of(*rows, heading=heading))
    assert found.good_count == 3, found.problems
    assert found.findings["day_order"] == "day"
    days = ObservedDay.objects.filter(came_with=found).order_by("day")
    assert [row.day.isoformat() for row in days] == ["2026-05-04", "2026-05-05", "2026-05-31"]
    assert {row.space for row in days} == {"piano-sleep"}


def test_a_long_file_is_counted_in_slices(
    access: Access, nocturne: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_rows, "BATCH", 4)
    monkeypatch.setattr(event_rows, "SLICE_S", 0.0)
    rows = [f"2026-05-{day:02},{nocturne.pk},,1,Station,100,40,30,1" for day in range(1, 11)]
    found = checked(access, file_of(*rows))
    event_imports.count_file(found=found)
    for expected in (4, 8, 10):
        event_imports.perform_import(import_id=found.pk)
        assert ObservedDay.objects.count() == expected
    event_imports.perform_import(import_id=found.pk)
    found.refresh_from_db()
    assert (found.status, found.attempts) == (Status.DONE, 1)


def test_the_good_rows_are_counted_and_the_totals_reconcile(
    access: Access, nocturne: Track
) -> None:
    rows = [f"2026-05-{day:02},{nocturne.pk},,1,Station,100,40,30,{day}" for day in range(1, 11)]
    found = counted(access, file_of(*rows, "soon,1,,,,1,1,1,1"))

    assert found.status == Status.DONE
    days = ObservedDay.objects.filter(came_with=found)
    assert days.count() == found.good_count == 10
    assert sum(day.saves or 0 for day in days) == dict(found.totals)["saves"] == 55
    assert all(day.skips is None for day in days)


def test_the_same_file_is_not_taken_twice(access: Access, nocturne: Track) -> None:
    row = f"2026-05-01,{nocturne.pk},,1,Station,100,40,30,2"
    counted(access, file_of(row))
    with pytest.raises(EventsRefused, match=r"here already, as events\.csv"):
        event_imports.receive_file(access=access, upload=file_of(row, name="again.csv"))


def test_a_corrected_file_replaces_what_the_day_said(access: Access, nocturne: Track) -> None:
    counted(access, file_of(f"2026-05-01,{nocturne.pk},,1,Station,100,40,30,2"))
    counted(access, file_of(f"2026-05-01,{nocturne.pk},,1,Station,120,50,30,3"))
    day = ObservedDay.objects.get()
    assert (day.impressions, day.saves) == (120, 3)


def test_counting_goes_on_where_a_killed_worker_stopped(
    access: Access, nocturne: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_rows, "BATCH", 4)
    rows = [f"2026-05-{day:02},{nocturne.pk},,1,Station,100,40,30,1" for day in range(1, 11)]
    found = checked(access, file_of(*rows))
    event_imports.count_file(found=found)
    write, calls = event_rows.write_counts, []

    def dies_at_the_second(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise MemoryError
        write(*args)

    monkeypatch.setattr(event_rows, "write_counts", dies_at_the_second)
    with pytest.raises(MemoryError):
        event_imports.perform_import(import_id=found.pk)
    assert ObservedDay.objects.count() == 4

    later = timezone.now() + timedelta(hours=1)
    assert event_imports.requeue_stalled(now=later) == 1
    event_imports.perform_import(import_id=found.pk, now=later)

    found.refresh_from_db()
    assert found.status == Status.DONE
    assert ObservedDay.objects.count() == 10
    assert len(calls) == 4


def test_a_cancelled_file_stops_between_batches(
    access: Access, nocturne: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_rows, "BATCH", 2)
    rows = [f"2026-05-{day:02},{nocturne.pk},,1,Station,100,40,30,1" for day in range(1, 9)]
    found = checked(access, file_of(*rows))
    event_imports.count_file(found=found)
    read, calls = event_rows.read_row, []

    def cancels_at_the_fifth_row(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 5:
            event_imports.cancel_file(found=found)
        return read(*args)

    monkeypatch.setattr(event_rows, "read_row", cancels_at_the_fifth_row)
    event_imports.perform_import(import_id=found.pk)

    found.refresh_from_db()
    assert found.status == Status.CANCELLED
    assert ObservedDay.objects.count() == 4


def test_forgetting_a_file_takes_its_rows_back(access: Access, nocturne: Track) -> None:
    row = f"2026-05-01,{nocturne.pk},,1,Station,100,40,30,2"
    found = counted(access, file_of(row))
    assert event_imports.forget_file(found=found) == 1
    assert ObservedDay.objects.count() == 0
    assert counted(access, file_of(row)).status == Status.DONE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x01\x02 nothing", "no text file"),
        (b"just words\nand more", "one column only"),
        (b"Colour,Weather\nred,wet", "No column says the date"),
        (HEADING.encode(), "no rows"),
        (b"PK\x03\x04 broken", "cannot be opened"),
    ],
)
def test_what_is_no_table_of_events_is_refused_in_words(
    access: Access, content: bytes, words: str
) -> None:
    found = checked(access, SimpleUploadedFile("odd.csv", content))
    assert found.status == Status.FAILED
    assert words in found.error


def test_a_workbook_is_read_like_a_text(access: Access, nocturne: Track) -> None:
    import io

    from openpyxl import Workbook

    book, room = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADING.split(","))
    sheet.append([timezone.localdate(), nocturne.pk, "", 1, "Station", 100, 40, 30, 2])
    book.save(room)
    found = checked(access, SimpleUploadedFile("events.xlsx", room.getvalue()))
    assert (found.status, found.good_count) == (Status.READY, 1), found.error
    event_imports.count_file(found=found)
    event_imports.perform_import(import_id=found.pk)
    assert ObservedDay.objects.get().impressions == 100


def test_an_event_sent_twice_counts_once_and_a_late_one_on_its_day(
    workspace: Workspace, nocturne: Track
) -> None:
    today = timezone.localdate()
    now = Key(today, nocturne.pk, "", "", 1, "player")
    late = Key(today - timedelta(days=40), nocturne.pk, "", "", 1, "player")
    sent = [("a", "play", now), ("b", "save", now), ("c", "play", late)]

    assert record_events(workspace=workspace, events=sent) == (3, 0)
    assert record_events(workspace=workspace, events=[*sent, ("d", "play", now)]) == (1, 3)

    day = ObservedDay.objects.get(day=today)
    assert (day.plays, day.saves, day.impressions) == (2, 1, None)
    assert ObservedDay.objects.get(day=late.day).plays == 1


def observe(run: SimulationRun, *, impressions: int, save_of_100: int) -> None:
    """Counts for everything the run found, as listeners who save often would give them."""
    ObservedDay.objects.bulk_create(
        ObservedDay(
            workspace=run.workspace,
            track_id=row.track_id,
            day=timezone.localdate(),
            space=row.space.slug,
            place=place,
            impressions=impressions,
            plays=impressions * 6 // (9 + place),
            completions=impressions * 4 // (9 + place),
            saves=impressions * 4 * save_of_100 // 100 // (9 + place),
            **{name: None for name in COUNTS if name in ("skips", "replays", "follows")},
        )
        for row in SpaceResult.objects.filter(run=run).select_related("space")
        for place in (1, 5, 15)
    )


def test_events_teach_the_listener_of_the_next_simulation(finished: SimulationRun) -> None:
    workspace = finished.workspace
    assert fit_listener(workspace=workspace) is None
    observe(finished, impressions=2_000, save_of_100=6)

    learnt = fit_listener(workspace=workspace)

    assert learnt is not None
    assert learnt.is_better
    assert learnt.after["expected_error"] < learnt.before["expected_error"]
    _, of_another_look = listener_of(workspace.pk, examination=Examination.UNIFORM)
    assert of_another_look is None
    run = runs.start_run(workspace=workspace, by=None, queue=False, **SIZES)
    assert run.listener_fit == learnt
    save = next(p for p in choice_of(run).parameters if p.name == "save")
    assert save.middle == pytest.approx(0.06, rel=0.2)
    assert choice_of(finished).parameters != choice_of(run).parameters


def test_events_that_came_first_teach_once_a_simulation_is_there(
    finished: SimulationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        runs.current_app, "send_task", lambda name, args=(): sent.append(name.split(".")[-1])
    )
    observe(finished, impressions=2_000, save_of_100=6)
    first = runs.start_run(workspace=finished.workspace, by=None, queue=False, **SIZES)
    perform_all(first)
    assert sent == ["fit_listener"]
    fit_listener(workspace=finished.workspace)
    second = runs.start_run(workspace=finished.workspace, by=None, queue=False, **SIZES)
    perform_all(second)
    assert sent == ["fit_listener"], "learnt before; new events teach when they come"


def test_tracks_kept_from_training_teach_nothing(finished: SimulationRun) -> None:
    observe(finished, impressions=2_000, save_of_100=6)
    Track.objects.filter(workspace=finished.workspace).update(opt_out_training=True)
    assert fit_listener(workspace=finished.workspace) is None
    assert not ListenerFit.objects.exists()


def test_another_workspace_s_tracks_cannot_be_counted(access: Access) -> None:
    stranger = make_track(WorkspaceFactory(), title="Elsewhere")
    found = checked(access, file_of(f"2026-05-01,{stranger.pk},,1,Station,100,40,30,2"))
    assert (found.good_count, found.bad_count) == (0, 1)


def test_something_is_held_out_however_few_there_are() -> None:
    for first in range(60):
        pairs = {(first, "calm-piano"), (first + 100, "calm-piano")}
        assert len(held_out(pairs)) == 1
    many = {(track, "calm-piano") for track in range(1_000)}
    assert 150 < len(held_out(many)) < 250
    assert held_out(set()) == set()
