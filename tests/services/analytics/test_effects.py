"""The total effect of a planned change: what a new simulation would say, unwritten."""

import pytest
from django.test import Client
from django.utils import timezone

from analysis.models import Suggestion
from analytics.models import EditEffect, SimulationRun, SpaceResult, TrackResult
from analytics.models.runs import LEASE
from analytics.services import effects, runs
from catalog.access import Access
from catalog.domain.bulk import read_operations
from catalog.models import BulkEdit, TableImport, Track, Workspace
from catalog.services.bulk import apply_bulk, start_bulk
from catalog.services.imports.running import perform, receive_table, start_check
from tests.factories import make_track, member
from tests.services.analytics.conftest import SIZES, perform_all
from tests.services.analytics.test_pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def owner(workspace: Workspace) -> Access:
    return member(workspace)


@pytest.fixture
def bulk(workspace: Workspace, owner: Access, finished: SimulationRun) -> BulkEdit:
    """Dark, and good for a workout: on the two tracks that are not the nocturne."""
    ids = list(
        Track.objects.filter(workspace=workspace)
        .exclude(title="Nocturne")
        .values_list("pk", flat=True)
    )
    operations = read_operations(
        [
            {"column": "mood", "action": "add", "text": "Energetic"},
            {"column": "genre", "action": "add", "text": "Techno"},
            {"column": "activity", "action": "add", "text": "Workout"},
            {"column": "notes", "action": "set", "text": "Tagged in bulk"},
        ]
    )
    return start_bulk(access=owner, selection={"ids": ids}, operations=operations)


def worked_out(owner: Access, kind: str, source_id: int) -> EditEffect:
    owner.workspace.refresh_from_db()
    effect = effects.start_effect(access=owner, kind=kind, source_id=source_id)
    assert effect is not None
    effects.perform_effect(effect_id=effect.pk)
    effect.refresh_from_db()
    assert (effect.status, effect.error) == ("done", "")
    return effect


def test_the_effect_of_a_bulk_edit_is_what_a_new_simulation_says(
    owner: Access, bulk: BulkEdit, finished: SimulationRun
) -> None:
    found = worked_out(owner, "bulk", bulk.pk).result
    touched = {change.track_id for change in bulk.planned.all()}
    assert (found["tracks"], found["elsewhere"]) == (len(touched), 0)
    apply_bulk(access=owner, bulk=bulk)
    again = runs.start_run(workspace=owner.workspace, by=None, queue=False, **SIZES)
    perform_all(again)
    for number, run in enumerate((finished, again)):
        rows = SpaceResult.objects.filter(run=run, track_id__in=touched)
        assert found["places"][number] == sum(row.surfaced for row in rows)
        held = rows.filter(surfaced__gt=0).values("space").distinct().count()
        assert found["spaces_held"][number] == held
    assert found["places"][1] > found["places"][0]
    reach = {line["id"]: line["reach"][1] for line in found["tracks_up"]}
    simulated = TrackResult.objects.filter(run=again, track_id__in=reach)
    assert reach == pytest.approx(dict(simulated.values_list("track_id", "reach")))
    space = found["spaces"][0]
    rows = SpaceResult.objects.filter(
        run=again, space__slug=space["slug"], track_id__in=touched, surfaced__gt=0
    )
    assert space["tracks"][1] == rows.count()
    change = found["saves_change"]
    assert change["low"] <= change["estimate"] <= change["high"]
    assert change["estimate"] == pytest.approx(found["saves"][1] - found["saves"][0])


def test_an_effect_is_worked_out_once_and_anew_when_the_catalog_changed(
    owner: Access, bulk: BulkEdit
) -> None:
    first = worked_out(owner, "bulk", bulk.pk)
    effects.perform_effect(effect_id=first.pk)
    again = effects.start_effect(access=owner, kind="bulk", source_id=bulk.pk)
    assert again is not None
    assert (again.pk, again.attempts) == (first.pk, 1)
    make_track(owner.workspace, title="Another")
    owner.workspace.refresh_from_db()
    assert effects.effect_of(owner, "bulk", bulk.pk) is None


def test_an_effect_that_a_dead_worker_dropped_is_picked_up(owner: Access, bulk: BulkEdit) -> None:
    effect = effects.start_effect(access=owner, kind="bulk", source_id=bulk.pk)
    assert effect is not None
    now = timezone.now()
    assert EditEffect.objects.claim(effect_id=effect.pk, now=now)
    effects.perform_effect(effect_id=effect.pk, now=now)
    effect.refresh_from_db()
    assert effect.status == "running"
    later = now + LEASE * 1.01
    assert effects.requeue_stalled(now=later) == 1
    effects.perform_effect(effect_id=effect.pk, now=later)
    effect.refresh_from_db()
    assert (effect.status, effect.attempts) == ("done", 2)


def test_an_import_counts_new_rows_and_leaves_out_who_opted_out(
    owner: Access, workspace: Workspace, finished: SimulationRun
) -> None:
    Track.objects.filter(workspace=workspace, title="Hammer").update(opt_out_simulation=True)
    hammer, bare = (
        Track.objects.get(workspace=workspace, title=title).pk for title in ("Hammer", "Bare")
    )
    rows = "Liner ID,Title,Artist,Genre,Mood\n,Anvil,Bo,techno,dark\n"
    rows += f"{hammer},Hammer,,techno,calm\n{bare},Bare,,techno,\n"
    table = receive_table(access=owner, name="rows.csv", data=rows.encode())
    perform(table.pk)
    start_check(TableImport.objects.get(pk=table.pk), {"new_tracks": True})
    perform(table.pk)
    found = worked_out(owner, "import", table.pk).result
    assert (found["tracks"], found["new"], found["kept_out"]) == (2, 1, 1)


def test_every_open_suggestion_together(
    owner: Access, nocturne: Track, finished: SimulationRun
) -> None:
    assert effects.start_effect(access=owner, kind="suggestions", source_id=0) is None
    values = {"workspace": nocturne.workspace, "track": nocturne, "confidence": 0.9}
    Suggestion.objects.create(
        **values, facet="mood", term="dreamy", label="Dreamy", reason="", evidence_key="a"
    )
    Suggestion.objects.create(
        **values, facet="tempo", value={"bpm": 66.0}, label="66 BPM", reason="", evidence_key="b"
    )
    found = worked_out(owner, "suggestions", 0).result
    assert (found["tracks"], found["up"] + found["down"] + found["same"]) == (1, 1)


def test_the_preview_page_leads_to_the_effect(owner: Access, bulk: BulkEdit) -> None:
    client = signed_in(owner)
    where = address(owner.workspace, "effect", "bulk", bulk.pk)
    assert where in client.get(f"/w/{owner.workspace.slug}/bulk/{bulk.pk}/").content.decode()
    assert "Work it out" in client.get(where).content.decode()
    assert "Waiting for a worker" in client.post(f"{where}start/").content.decode()
    worked_out(owner, "bulk", bulk.pk)
    page = client.get(where, headers={"HX-Request": "true"}).content.decode()
    assert "2 tracks" in page
    assert "Simulation of a prompt system" in page
    assert "hx-trigger" not in page
    assert Client().get(where).status_code == 302
    assert client.get(address(owner.workspace, "effect", "nonsense", 1)).status_code == 404
