"""What every request passes: addresses that are none, characters that no text may hold."""

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db


def test_an_unknown_address_shows_our_page_with_debug_on_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "DEBUG", True)
    response = Client().get("/no-such-page/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "DEBUG = True" not in page
    assert "<h1" in page


def test_a_nul_in_an_address_is_dropped_and_in_a_form_refused() -> None:
    owner = member(WorkspaceFactory(slug="ada"))
    client = Client()
    client.force_login(owner.user)
    assert client.get("/w/ada/tracks/?term=a%00b&q=%00").status_code == 200
    for where in ("/shared/%00/", "/go/a%00b/", "/w/%00/tracks/"):
        assert client.get(where).status_code == 404
    answer = client.post(
        "/w/ada/vocabulary/", "facet=mood&label=a%00b", "application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400
    assert "This request could not be read" in answer.content.decode()
