"""Simulations by every approach: what each looks at, and one shown while the others are kept."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from analytics import selectors
from analytics.approaches import of_track, results_by_run, side_by_side
from analytics.listening import heard_documents, real_saves
from analytics.models import ObservedDay, SimulationRun, TrackResult
from analytics.models.runs import Status
from analytics.services.approaches import show, start_like
from analytics.services.runs import SimulationRefused, start_run
from analytics.services.what_if import Edit, answer, stage_of
from analytics.snapshots import snapshot_of
from catalog.models import Track, Workspace
from catalog.roles import Role
from catalog.services.ledger import change_set
from prompts.models import ListeningEvent
from tests.analyses import found, heard
from tests.factories import WorkspaceFactory, make_audio_file, make_track, member
from tests.services.analytics.conftest import figures, perform_all
from tests.services.analytics.test_pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]

WHOLE = ("hybrid", "on-device", "mix")
"""Together they look at all there is; each approach alone is tested on the domain."""

SIZES: dict[str, Any] = {"prompts": 600, "market_tracks": 800, "seed": 5}


@pytest.fixture
def workspace() -> Workspace:
    """A piano piece that was heard and saved, and a techno track that was neither."""
    workspace: Workspace = WorkspaceFactory()
    audio = make_audio_file(workspace, b"nocturne")
    nocturne = make_track(
        workspace,
        title="Nocturne",
        artist="Ada",
        audio=audio.pk,
        mood=["calm"],
        genre=["classical"],
        instrument=["piano"],
        activity=["studying"],
    )
    heard(
        audio,
        found("genre", "classical", 0.9),
        found("instrument", "piano", 0.95),
        found("mood", "calm", 0.8),
        arousal=-0.5,
        valence=0.0,
    )
    make_track(workspace, title="Hammer", genre=["techno"], mood=["dark"], activity=["clubbing"])
    saved(nocturne, 30)
    return workspace


@pytest.fixture
def nocturne(workspace: Workspace) -> Track:
    return Track.objects.get(workspace=workspace, title="Nocturne")


def saved(track: Track, number: int) -> None:
    ObservedDay.objects.create(
        workspace=track.workspace, track=track, day=timezone.localdate(), saves=number
    )


def simulated(workspace: Workspace, approach: str, **options: Any) -> SimulationRun:
    run = start_run(
        workspace=workspace, by=None, queue=False, approach=approach, **{**SIZES, **options}
    )
    perform_all(run)
    run.refresh_from_db()
    assert run.status == Status.DONE
    return run


@pytest.mark.parametrize("approach", WHOLE)
def test_every_approach_runs_and_is_the_same_whoever_computes(
    workspace: Workspace, approach: str
) -> None:
    first = simulated(workspace, approach, prompts=1_300)
    second = start_run(
        workspace=workspace,
        by=None,
        queue=False,
        approach=approach,
        **{**SIZES, "prompts": 1_300},
    )
    perform_all(second, backwards=True)
    assert first.shards.count() == 0
    assert figures(first) == figures(second)
    assert TrackResult.objects.filter(run=second).count() == 2


@pytest.mark.parametrize("approach", WHOLE)
def test_an_edit_answers_as_a_new_run_would(
    workspace: Workspace, nocturne: Track, approach: str
) -> None:
    run = simulated(workspace, approach)
    told = answer(run=run, track_id=nocturne.pk, edit=Edit(add=(("mood", "dreamy"),)))
    with change_set(workspace=workspace, actor=None, source="system", reason="Test") as ledger:
        ledger.put(Track.objects.get(pk=nocturne.pk), mood=["calm", "dreamy"])
    after = TrackResult.objects.get(run=simulated(workspace, approach), track=nocturne)
    assert told.after.reach.estimate == pytest.approx(after.reach, abs=1e-9)
    assert told.after.saves.estimate == pytest.approx(after.saves, rel=1e-3, abs=1e-6)
    before = TrackResult.objects.get(run=run, track=nocturne)
    assert told.before.reach.estimate == pytest.approx(before.reach, abs=1e-9)


def test_what_nobody_saved_or_heard_is_counted_and_not_returned(
    workspace: Workspace, nocturne: Track
) -> None:
    run = simulated(workspace, "collaborative")
    assert (run.unheard_count, run.unsaved_count) == (1, 1)
    hammer = TrackResult.objects.get(run=run, track__title="Hammer")
    assert (hammer.spaces_surfaced, hammer.reach) == (0, 0.0)
    assert (stage_of(run.pk).outcome.track == 0).any()
    by_sound = simulated(workspace, "content-based")
    assert by_sound.unsaved_count is None
    assert not TrackResult.objects.get(run=by_sound, track__title="Hammer").reach
    assert TrackResult.objects.get(run=by_sound, track=nocturne).reach > 0


def test_tracks_kept_from_training_lend_no_saves(workspace: Workspace, nocturne: Track) -> None:
    person = member(workspace).user
    ListeningEvent.objects.create(
        workspace=workspace,
        track=nocturne,
        listener=person,
        kind=ListeningEvent.Kind.SAVED,
        day=timezone.localdate(),
        key="once",
    )
    assert real_saves(workspace) == {nocturne.pk: 31}
    Track.objects.filter(pk=nocturne.pk).update(opt_out_training=True)
    assert real_saves(workspace) == {}


def test_tracks_sound_by_what_was_heard_and_not_by_tags(
    workspace: Workspace, nocturne: Track
) -> None:
    nocturne_heard, hammer_heard = heard_documents(workspace, snapshot_of(workspace))
    assert nocturne_heard.track_id == nocturne.pk
    assert nocturne_heard.terms["instrument"] == {"piano": 0.95}
    assert "activity" not in nocturne_heard.terms
    assert nocturne_heard.tempo_bpm == 120.0
    assert nocturne_heard.energy == pytest.approx(0.25)
    assert (hammer_heard.terms, hammer_heard.tempo_bpm) == ({}, None)


def test_our_own_catalog_as_market_goes_by_what_was_learned_here(workspace: Workspace) -> None:
    run = simulated(workspace, "collaborative", own_market=True)
    assert not TrackResult.objects.filter(run=run, reach__gt=0).exists()
    assert TrackResult.objects.filter(
        run=simulated(workspace, "content-based", own_market=True), reach__gt=0
    ).exists()


def test_an_unknown_approach_is_refused_with_the_names(workspace: Workspace) -> None:
    with pytest.raises(SimulationRefused, match="content-based"):
        start_run(workspace=workspace, by=None, queue=False, approach="psychic", **SIZES)


def test_approaches_stand_side_by_side_and_one_is_shown(
    workspace: Workspace, nocturne: Track
) -> None:
    access = member(workspace)
    by_prompt = simulated(workspace, "prompt")
    by_sound = start_like(by_prompt, approach="content-based")
    perform_all(by_sound)
    assert selectors.latest_run(access) == by_prompt  # it was made to stand beside
    other_seed = simulated(workspace, "hybrid", seed=6)
    assert selectors.latest_run(access) == other_seed
    show(by_prompt)
    assert selectors.latest_run(access) == by_prompt
    lines = {line.approach.name: line for line in side_by_side(access, by_prompt)}
    assert lines["prompt"].is_shown
    assert lines["content-based"].run == by_sound
    assert lines["content-based"].exposure is not None
    assert lines["hybrid"].run is None  # another seed is another simulation
    assert lines["collaborative"].run is None
    results = results_by_run(access, nocturne)
    assert [way.name for way, _ in of_track(by_prompt, results)] == [
        "prompt",
        "content-based",
    ]
    assert answer(run=by_prompt, track_id=nocturne.pk, edit=Edit()).shifts == ()
    assert other_seed.shards.exists()
    newest = simulated(workspace, "prompt")
    assert selectors.latest_run(access) == newest


def test_the_page_runs_and_shows_approaches(workspace: Workspace) -> None:
    client = signed_in(member(workspace))
    assert "No simulation yet" in client.get(address(workspace, "approaches")).content.decode()
    run = simulated(workspace, "prompt")
    page = client.get(address(workspace, "approaches")).content.decode()
    assert page.count("Not run") == 15
    assert "Approach: prompt-driven." in page
    sent = client.post(address(workspace, "approach_run", "mix"), follow=True)
    assert "Simulation by the approach Pre-computed mix (baseline) started." in (
        sent.content.decode()
    )
    started = SimulationRun.objects.get(approach="mix")
    perform_all(started)
    page = client.get(address(workspace, "approaches")).content.decode()
    assert page.count("Shown in the reports") == 1
    assert selectors.latest_run(member(workspace)) == run
    client.post(address(workspace, "approach_show", started.pk))
    assert selectors.latest_run(member(workspace)) == started
    assert client.post(address(workspace, "approach_run", "psychic")).status_code == 404
    viewer = signed_in(member(workspace, Role.VIEWER))
    assert viewer.post(address(workspace, "approach_run", "hybrid")).status_code == 403
    assert ">Run<" not in viewer.get(address(workspace, "approaches")).content.decode()


def test_documents_of_what_was_heard_name_nothing(workspace: Workspace) -> None:
    for document in heard_documents(workspace, snapshot_of(workspace)):
        assert document == replace(document, title="", artists=(), label="", texts=())
