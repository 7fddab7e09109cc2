"""Limits on a list hold for the page, the command and the API alike, and are written down."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.access import Access
from catalog.models import Workspace
from prompts.models import ListeningEvent, Prompt
from tests.factories import WorkspaceFactory, make_release, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    """Eight jazz tracks by two artists of one label; the first four are played, most the first."""
    workspace: Workspace = WorkspaceFactory()
    release = make_release(workspace, title="First", label_name="Dune")
    tracks = [
        make_track(
            workspace, title=f"T{n}", artist="Ada" if n < 6 else "Bo", genre=["jazz"],
            release=release.pk,
        )
        for n in range(8)
    ]  # fmt: skip
    for number, track in enumerate(tracks[:4]):
        for time in range(8 - 2 * number):
            ListeningEvent.objects.create(
                workspace=workspace,
                track=track,
                kind="play",
                day=timezone.localdate(),
                key=f"key-{number}-{time}",
            )
    workspace.refresh_from_db()
    return workspace


def command(text: str, workspace: Workspace, *flags: str) -> dict[str, Any]:
    out = StringIO()
    call_command("prompt", text, "--workspace", workspace.slug, "--json", *flags, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def asked(access: Access, **body: Any) -> Any:
    client = Client()
    client.force_login(access.user)
    address = reverse("api:prompt", args=[access.workspace.slug])
    return client.post(address, body, content_type="application/json")


def titles(found: dict[str, Any]) -> set[str]:
    return {track["title"] for track in found["tracks"]}


def test_the_command_keeps_to_limits_and_says_what_they_cost(workspace: Workspace) -> None:
    member(workspace)
    free = command("jazz", workspace, "--limit", "4", "--per-artist", "0")
    assert sum(t["artists"] == ["Ada"] for t in free["tracks"]) >= 2
    kept = command("jazz", workspace, "--limit", "2", "--per-artist", "1")
    assert {t["artists"][0] for t in kept["tracks"]} == {"Ada", "Bo"}
    (effect,) = kept["limits"]
    assert effect["words"] == "at most 1 by one artist"
    assert effect["cost"] >= 0
    rare = command("jazz", workspace, "--limit", "3", "--known-to", "0.3", "--per-artist", "0")
    assert titles(rare) <= {"T4", "T5", "T6", "T7"}
    assert "popularity from 0% to 30%" in [e["words"] for e in rare["limits"]]
    new = command("jazz", workspace, "--novelty", "1", "--limit", "3", "--per-artist", "0")
    assert not titles(new) & {"T0", "T1"}
    assert new["limits_set"]["novelty"] == 1
    assert command("jazz", workspace, "--per-label", "1", "--limit", "3")["tracks"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--tail-share", "2"), "tail_share must be from 0 to 1, not 2"),
        (("--per-artist", "-1"), "per_artist must be from 0 to 200"),
        (("--known-from", "0.8", "--known-to", "0.2"), "must not be above known_to"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_by_name(
    workspace: Workspace, flags: tuple[str, ...], words: str
) -> None:
    member(workspace)
    with pytest.raises(CommandError, match=words):
        command("jazz", workspace, *flags)


def test_the_api_keeps_to_limits_and_the_prompt_remembers_their_cost(workspace: Workspace) -> None:
    access = member(workspace)
    answer = asked(access, text="jazz", limit=4, limits={"per_artist": 1, "tail_share": 1.0}).json()
    assert {effect["name"] for effect in answer["limits"]} == {"artist", "tail"}
    assert answer["limits_idle"] == []
    kept = Prompt.objects.get(workspace=workspace)
    assert kept.limits == {"per_artist": 1, "tail_share": 1.0}
    assert {effect["name"] for effect in kept.effects} == {"artist", "tail"}
    assert kept.limits_cost == pytest.approx(sum(e["cost"] for e in answer["limits"]), abs=1e-3)
    refused = asked(access, text="jazz", limits={"novelty": 3})
    assert refused.status_code == 400
    assert "novelty must be from 0 to 1, not 3." in refused.content.decode()


def test_limits_on_popularity_are_said_to_be_idle_while_nobody_has_listened(
    workspace: Workspace,
) -> None:
    ListeningEvent.objects.all().delete()
    answer = asked(member(workspace), text="jazz", limits={"tail_share": 0.5, "novelty": 0.9})
    assert answer.json()["limits_idle"] == ["tail_share", "novelty"]
