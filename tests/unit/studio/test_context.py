"""Which place of the rail a page belongs to, and what the browser remembers."""

import pytest
from django.test import RequestFactory

from studio.context import PLACES, place_of, studio


@pytest.mark.parametrize(
    ("view_name", "place"),
    [
        ("catalog:home", "Home"),
        ("catalog:track_detail", "Catalog"),
        ("catalog:change_set_list", "Catalog"),
        ("catalog:member_edit", "Settings"),
        ("catalog:vocabulary", "Settings"),
        ("analysis:review", "Review"),
        ("analysis:operations", "Settings"),
        ("analytics:track_report", "Surfacing"),
        ("prompts:box", "Prompts"),
    ],
)
def test_a_page_lies_in_the_place_that_names_it_most_closely(view_name: str, place: str) -> None:
    found = place_of(view_name)
    assert found
    assert found.label == place


def test_pages_outside_a_workspace_lie_nowhere() -> None:
    assert place_of("account_login") is None
    assert place_of("") is None


def test_every_place_lies_in_itself() -> None:
    assert [place_of(place.view_name) for place in PLACES] == list(PLACES)


def test_only_a_known_theme_and_density_come_out_of_a_cookie() -> None:
    request = RequestFactory().get("/")
    request.COOKIES = {"liner_theme": "dark", "liner_density": '"><script>'}
    assert studio(request)["ui"] == {"theme": "dark", "density": ""}
