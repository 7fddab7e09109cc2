"""Prompts, suggestions and simulations through the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from analysis.models import Suggestion
from catalog.access import Access
from catalog.models import Assertion
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Access:
    return member(WorkspaceFactory())


def client_of(access: Access) -> APIClient:
    client = APIClient()
    client.force_authenticate(access.user)
    return client


def address(access: Access, path: str) -> str:
    return f"/api/v1/workspaces/{access.workspace.slug}/{path}"


def test_a_prompt_is_answered_with_its_parts(owner: Access) -> None:
    make_track(owner.workspace, title="Rain", instrument=["piano"], mood=["calm"])
    make_track(owner.workspace, title="Drums", instrument=["drums"], mood=["aggressive"])
    answer: Any = client_of(owner).post(
        address(owner, "prompts/"), {"text": "calm piano"}, format="json"
    )
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["tracks"][0]["title"] == "Rain"
    assert {chip["label"].lower() for chip in body["intent"]} >= {"calm", "piano"}
    assert body["tracks"][0]["parts"]


def test_an_unknown_approach_is_refused(owner: Access) -> None:
    body = {"text": "calm", "approach": "magic"}
    assert client_of(owner).post(address(owner, "prompts/"), body).status_code == 400


def make_suggestion(owner: Access) -> Suggestion:
    track = make_track(owner.workspace, title="Rain")
    return Suggestion.objects.create(
        workspace=owner.workspace,
        track=track,
        facet="instrument",
        term="piano",
        label="Piano",
        confidence=0.8,
        reason="Heard in the master.",
        evidence_key="k1",
    )


def test_a_suggestion_is_accepted_and_taken_back(owner: Access) -> None:
    suggestion = make_suggestion(owner)
    client = client_of(owner)
    listed: Any = client.get(address(owner, "suggestions/?status=open")).json()
    assert [row["label"] for row in listed["results"]] == ["Piano"]
    accepted = client.post(address(owner, f"suggestions/{suggestion.pk}/accept/"))
    assert accepted.json()["status"] == "accepted"
    assert Assertion.objects.get().source == "suggestion"
    client.post(address(owner, f"suggestions/{suggestion.pk}/take-back/"))
    assert not Assertion.objects.exists()
    # Nothing was ever analysed here, so the question is not asked again either.
    assert Suggestion.objects.get().status == "superseded"


def test_a_viewer_cannot_decide(owner: Access) -> None:
    suggestion = make_suggestion(owner)
    viewer = client_of(member(owner.workspace, Role.VIEWER))
    for verb in ("accept", "reject", "take-back"):
        path = address(owner, f"suggestions/{suggestion.pk}/{verb}/")
        assert viewer.post(path).status_code == 403


def test_a_simulation_is_started_and_listed(owner: Access) -> None:
    client = client_of(owner)
    refused = client.post(address(owner, "simulations/"), {})
    assert refused.status_code == 400
    assert "no track" in refused.json()["detail"]
    make_track(owner.workspace, title="Rain", mood=["calm"])
    started: Any = client.post(
        address(owner, "simulations/"), {"prompts": 1000, "market_tracks": 5000, "seed": 3}
    )
    assert started.status_code == 202, started.json()
    (run,) = client.get(address(owner, "simulations/")).json()
    assert (run["run"], run["seed"], run["kind"]) == (started.json()["run"], 3, "simulated")
