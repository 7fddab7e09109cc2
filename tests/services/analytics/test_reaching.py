"""From a prompt space to the edit that would bring a track there: truthful, and nothing saved."""

import pytest

from analysis.models import Suggestion
from analytics.models import SimulationRun, SpaceResult
from analytics.services.evidence import evidence_for
from analytics.services.reaching import ways_into
from analytics.services.what_if import answer
from catalog.models import ChangeSet, Track, Workspace
from tests.factories import make_track, member
from tests.services.analytics.test_pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def heard(track: Track, facet: str, term: str, status: str = "open") -> Suggestion:
    return Suggestion.objects.create(
        workspace=track.workspace,
        track=track,
        facet=facet,
        term=term,
        label=term.capitalize(),
        confidence=0.8,
        reason="Heard from 0:10 to 0:40.",
        evidence_key=f"test:{facet}:{term}",
        status=status,
        decided_at=None if status == "open" else track.created_at,
    )


def test_only_what_the_audio_or_a_sibling_speaks_for_is_evidence(
    workspace: Workspace, nocturne: Track
) -> None:
    sibling = make_track(workspace, title="Serenade", artist="Ada", mood=["dreamy", "calm"])
    make_track(workspace, title="Stranger", artist="Bo", mood=["epic"])
    heard(nocturne, "instrument", "strings")
    heard(nocturne, "mood", "dark", status="rejected")
    make_track(workspace, title="Elegy", artist="Ada", mood=["dark"])
    found = evidence_for(member(workspace), nocturne)
    assert found.keys() == {("instrument", "strings"), ("mood", "dreamy")}
    assert found["instrument", "strings"].heard == 0.8
    assert [one.track_id for one in found["mood", "dreamy"].siblings] == [sibling.pk]


def test_the_ways_into_a_space_say_what_a_counterfactual_says(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    row = next(
        row
        for row in SpaceResult.objects.filter(run=finished, track=nocturne).order_by("-near")
        if row.missing and not row.surfaced
    )
    for facet, slug in row.missing:
        heard(nocturne, facet, slug)
    access = member(workspace)
    evidence = evidence_for(access, nocturne)
    found = ways_into(run=finished, track_id=nocturne.pk, space=row.space, evidence=evidence)
    assert found.ways
    assert found.before is not None
    assert found.before.best_rank == row.best_rank
    for way in found.ways:
        assert set(way.edit.add) <= evidence.keys()
        whole = answer(run=finished, track_id=nocturne.pk, edit=way.edit)
        assert whole.after == way.total
    first = found.ways[0].space
    assert first is not None
    assert (first.surfaced, -first.best_rank) >= (row.surfaced, -row.best_rank)
    page = signed_in(access).get(
        address(workspace, "track_reach", nocturne.pk), {"space": row.space.slug}
    )
    facet, slug = found.ways[0].edit.add[0]
    text = page.content.decode()
    assert "heard in the recording" in text
    assert f"edit/?add={facet}%2F{slug}" in text
    assert "Simulation of a prompt system" in text


def test_without_evidence_nothing_is_proposed(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    row = SpaceResult.objects.filter(run=finished, track=nocturne, surfaced=0).first()
    assert row is not None
    page = signed_in(member(workspace)).get(
        address(workspace, "track_reach", nocturne.pk), {"space": row.space.slug}
    )
    assert "Nothing speaks for another term" in page.content.decode()
    assert "Fill in the edit form" not in page.content.decode()


def test_the_edit_form_opens_filled_in_and_saves_nothing(
    workspace: Workspace, nocturne: Track
) -> None:
    before = ChangeSet.objects.count()
    client = signed_in(member(workspace))
    where = f"/w/{workspace.slug}/tracks/{nocturne.pk}/edit/"
    page = client.get(where, {"add": ["mood/dreamy", "mood/nonsense", "mood/calm", "x\x00/y"]})
    assert "Filled in, not saved" in page.content.decode()
    assert page.context["form"]["mood"].initial == ["calm", "dreamy"]
    assert [term.slug for term in page.context["filled_in"]] == ["dreamy"]
    assert ChangeSet.objects.count() == before
