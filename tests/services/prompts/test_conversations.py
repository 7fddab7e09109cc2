"""Conversations: a prompt, follow-ups that edit its list, and a page that can be shared."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.models import Workspace
from catalog.roles import Role
from prompts import conversations
from prompts.models import Conversation
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def access() -> Access:
    workspace: Workspace = WorkspaceFactory()
    for title, artist, tempo, instrument, vocals in (
        ("Slow One", "Ada", 80, "piano", "vocals"),
        ("Middle One", "Bo", 100, "guitar", "vocals"),
        ("Fast One", "Cy", 140, "piano", "instrumental"),
    ):
        make_track(
            workspace, title=title, artist=artist, genre=["jazz"], instrument=[instrument],
            vocals=[vocals], tempo_bpm=tempo,
        )  # fmt: skip
    workspace.refresh_from_db()
    return member(workspace, Role.OWNER)


def listed(access: Access, conversation: Conversation, number: int | None = None) -> list[str]:
    standing = conversations.standing(access=access, conversation_id=conversation.pk, number=number)
    return sorted(result.document.title for result in standing.answer.results)


def test_each_turn_edits_the_list_and_earlier_ones_can_be_seen_again(access: Access) -> None:
    talk = conversations.start_conversation(access=access, text="jazz")
    conversations.say(access=access, conversation_id=talk.pk, text="without the guitar")
    conversations.say(access=access, conversation_id=talk.pk, text="faster")
    assert listed(access, talk, 1) == ["Fast One", "Middle One", "Slow One"]
    assert listed(access, talk, 2) == ["Fast One", "Slow One"]
    assert listed(access, talk) == ["Fast One"]
    signs = [[c["sign"] for c in turn.changes] for turn in talk.turns.all()]
    assert signs == [["+"], ["+"], ["+"]]


def test_a_chip_taken_off_is_a_turn(access: Access) -> None:
    talk = conversations.start_conversation(access=access, text="jazz without guitar")
    conversations.take_off(
        access=access, conversation_id=talk.pk, chip="excluded:instrument:guitar"
    )
    assert listed(access, talk) == ["Fast One", "Middle One", "Slow One"]
    assert talk.turns.last().changes == [{"sign": "-", "label": "without Guitar"}]


def test_more_like_the_second_one_means_the_list_one_looked_at(access: Access) -> None:
    talk = conversations.start_conversation(access=access, text="jazz")
    second = talk.turns.get().shown[1]["title"]
    conversations.say(access=access, conversation_id=talk.pk, text="remove the second one")
    assert second not in listed(access, talk)


def test_nothing_said_is_refused_with_advice(access: Access) -> None:
    talk = conversations.start_conversation(access=access, text="jazz")
    with pytest.raises(conversations.TurnRefused, match="less vocals"):
        conversations.say(access=access, conversation_id=talk.pk, text="  ")


def test_the_pages_lead_from_the_box_to_a_conversation(access: Access) -> None:
    client = Client()
    client.force_login(access.user)
    slug = access.workspace.slug
    box = client.get(reverse("prompts:box", args=[slug]), {"q": "jazz"}).content.decode()
    assert "What shall change?" in box
    start = reverse("prompts:conversation_start", args=[slug])
    response: Any = client.post(start, {"q": "jazz", "say": "less vocals"}, follow=True)
    html = response.content.decode()
    assert "less Vocals" in html
    assert "Take off less Vocals" in html
    assert response.redirect_chain[-1][0].startswith(f"/w/{slug}/prompts/conversations/")
    early = client.get(response.redirect_chain[-1][0], {"turn": 1}).content.decode()
    assert "Go to the latest" in early


def test_an_artist_reads_only_their_own(access: Access) -> None:
    talk = conversations.start_conversation(access=access, text="jazz")
    artist = member(access.workspace, Role.ARTIST)
    assert not Conversation.objects.visible_to(artist).exists()
    with pytest.raises(Conversation.DoesNotExist):
        conversations.say(access=artist, conversation_id=talk.pk, text="faster")
