"""Learning from answers, per workspace, and the page that shows it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis import model_cards
from analysis.models import Suggestion, TermLimit
from analysis.services.recalibrating import recalibrate, recalibrate_all
from analysis.tasks import recalibrate_limits
from catalog.models import Track, Workspace
from catalog.roles import Role
from tests.analyses import found, heard_track
from tests.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db


def answered(track: Track, *, accepted: bool, confidence: float = 0.55, times: int = 1) -> None:
    """Put answers about the piano on a track, from earlier evidence."""
    for number in range(times):
        Suggestion.objects.create(
            workspace_id=track.workspace_id,
            track=track,
            facet="instrument",
            term="piano",
            label="Piano",
            confidence=confidence,
            reason="Heard in the mix.",
            evidence_key=f"{accepted}{confidence}{number}",
            status=Suggestion.Status.ACCEPTED if accepted else Suggestion.Status.REJECTED,
            decided_at=timezone.now() - timedelta(days=1),
        )


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


def open_terms(track: Track) -> set[str]:
    return set(
        Suggestion.objects.filter(track=track, status=Suggestion.Status.OPEN)
        .exclude(term="")
        .values_list("term", flat=True)
    )


def test_a_term_often_refused_is_no_longer_asked_when_unsure(workspace: Workspace) -> None:
    track = heard_track(workspace, found("instrument", "piano", 0.56))
    assert open_terms(track) == {"piano"}
    other = heard_track(workspace, title="Other")
    answered(other, accepted=False, times=12)
    assert recalibrate(workspace_id=workspace.pk) == 1
    limit = TermLimit.objects.get(workspace=workspace, term="piano")
    assert limit.is_raised
    assert open_terms(track) == set()
    assert recalibrate(workspace_id=workspace.pk) == 0


def test_it_is_asked_again_once_people_accept(workspace: Workspace) -> None:
    track = heard_track(workspace, found("instrument", "piano", 0.56))
    other = heard_track(workspace, title="Other")
    answered(other, accepted=False, times=12)
    recalibrate(workspace_id=workspace.pk)
    answered(other, accepted=True, confidence=0.56, times=30)
    recalibrate(workspace_id=workspace.pk)
    assert open_terms(track) == {"piano"}


def test_another_workspace_is_asked_as_before(workspace: Workspace) -> None:
    elsewhere = WorkspaceFactory()
    track = heard_track(elsewhere, found("instrument", "piano", 0.56))
    answered(heard_track(workspace), accepted=False, times=12)
    recalibrate_limits()
    assert open_terms(track) == {"piano"}
    assert not TermLimit.objects.filter(workspace=elsewhere).exists()


def test_another_term_in_its_place_counts_as_a_refusal(workspace: Workspace) -> None:
    track = heard_track(workspace)
    answered(track, accepted=True, times=10)
    Suggestion.objects.filter(track=track).update(answer={"term": "organ"})
    recalibrate_all()
    limit = TermLimit.objects.get(workspace=workspace, term="piano")
    assert (limit.accepted, limit.refused) == (0, 10)


def run_of(auc: float, n: int = 20) -> dict[str, Any]:
    term = {"n": n, "present": 9, "f1": 0.8, "roc_auc": auc, "raw_roc_auc": 0.8}
    kind = {"n": n, "macro_f1": 0.8, "macro_roc_auc": auc, "terms": {"instrument/drums": term}}
    return {"n": n, "shown_precision": 0.9, "rendered": kind, "real": {"n": 0}}


def test_the_page_shows_figures_drift_and_what_answers_taught(
    workspace: Workspace, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    for auc in (0.90, 0.95):
        place = model_cards.record(run_of(auc), ["midi-openmsx"])
    place.write_text(place.read_text() + "{broken\n" + json.dumps([1]) + "\n")
    answered(heard_track(workspace), accepted=False, times=12)
    recalibrate_all()
    client.force_login(member(workspace, Role.VIEWER).user)
    page = client.get(reverse("analysis:model_cards", args=[workspace.slug])).content.decode()
    assert "MTT_musicnn" in page
    assert "liner_heads" in page
    assert "+0.050" in page
    assert "raised from 0.50" in page


def test_an_untouched_workspace_reads_what_will_happen(
    workspace: Workspace, client: Client
) -> None:
    client.force_login(member(workspace, Role.VIEWER).user)
    page = client.get(reverse("analysis:model_cards", args=[workspace.slug])).content.decode()
    assert "No term has been answered often enough yet" in page
