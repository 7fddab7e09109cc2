"""The lookalike query: a description or a track gives the prompts it answers."""

import pytest
from django.test import Client
from django.urls import reverse

from analytics.lookalike import answers_of_text
from catalog.access import Access
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


def address(access: Access) -> str:
    return reverse("analytics:lookalike", args=[access.workspace.slug])


def test_a_description_answers_prompts_of_its_kind() -> None:
    found = answers_of_text("Calm solo piano without vocals, for studying and falling asleep.")
    assert found.answered > 0
    assert any("piano" in prompt for space in found.spaces for prompt in space.examples)
    assert not any("heavy metal" in prompt for space in found.spaces for prompt in space.examples)


def test_a_text_that_names_nothing_reaches_no_list_and_the_page_says_so() -> None:
    access = member(WorkspaceFactory())
    client = Client()
    client.force_login(access.user)
    page = client.get(address(access), {"text": "wibble wobble"}).content.decode()
    assert "Nothing in it names a genre" in page


def test_a_track_can_be_picked_and_a_foreign_one_is_not_there() -> None:
    access = member(WorkspaceFactory())
    track = make_track(access.workspace, title="Still", genre=["ambient"], mood=["calm"])
    foreign = make_track(WorkspaceFactory(), title="Elsewhere")
    client = Client()
    client.force_login(access.user)
    assert "Ambient" in client.get(address(access), {"track": track.pk}).content.decode()
    assert client.get(address(access), {"track": foreign.pk}).status_code == 404
