"""Wordings of a prompt: how alike they answer, and which finds more that is saved, if any."""

import pytest

from analytics.services.prompt_wordings import WordingsRefused, compare_prompts, template_of
from catalog.access import Access
from catalog.models import Track, Workspace
from catalog.roles import Role
from prompts.domain.packs import PackRefused
from tests.factories import make_track, member
from tests.services.analytics.test_pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]

MOODS = "mood: calm, dreamy, dark, happy, sad, romantic, energetic, peaceful"
GENRES = "genre: jazz, techno, folk, classical, ambient, soul"


@pytest.fixture
def access(workspace: Workspace) -> Access:
    for number, mood in enumerate(("calm", "dreamy", "dark", "happy", "sad", "romantic") * 3):
        genre = ("jazz", "techno", "folk", "classical", "ambient")[number % 5]
        make_track(workspace, title=f"Piece {number}", mood=[mood], genre=[genre])
    return member(workspace)


def test_the_same_prompt_in_other_letters_is_the_same(access: Access) -> None:
    template = template_of(["calm jazz", "calm, jazz!"], "")
    found = compare_prompts(access=access, template=template)
    (overlap,) = found.overlaps
    assert (overlap.same_tracks, overlap.same_places) == (1.0, pytest.approx(1.0))
    assert found.verdict.winner is None
    assert not found.verdict.is_enough
    assert "would be needed" in found.verdict.reason


def test_prompts_that_share_nothing_do_not_overlap(access: Access) -> None:
    found = compare_prompts(access=access, template=template_of(["techno", "folk"], ""))
    assert found.overlaps[0].same_tracks < 0.2
    assert found.fillings == 1


def test_a_template_with_enough_fillings_can_have_a_winner(access: Access) -> None:
    texts = ["{mood} {genre}", "no {mood} music and nothing with {genre}, please"]
    found = compare_prompts(access=access, template=template_of(texts, f"{MOODS}\n{GENRES}"))
    assert found.fillings == 48
    (compared,) = found.verdict.comparisons
    difference = compared.difference
    assert difference.low <= difference.estimate <= difference.high
    assert compared.prompts_needed > 0
    if found.verdict.winner is not None:
        assert difference.n >= compared.prompts_needed


def test_an_artist_s_comparison_holds_her_own_tracks_only(
    access: Access, workspace: Workspace
) -> None:
    artist = member(workspace, Role.ARTIST)
    found = compare_prompts(access=artist, template=template_of(["techno", "folk"], ""))
    assert (found.tracks, found.first) == (0, ((), ()))
    Track.objects.filter(workspace=workspace).update(opt_out_simulation=True)
    found = compare_prompts(access=access, template=template_of(["techno", "folk"], ""))
    assert found.tracks == 0


@pytest.mark.parametrize(
    ("texts", "slots", "error"),
    [
        (["calm"], "", WordingsRefused),
        (["calm", "Calm"], "", WordingsRefused),
        (["{mood} jazz", "jazz"], "", PackRefused),
        (["a", "b", "c", "d", "e"], "", WordingsRefused),
    ],
)
def test_what_cannot_be_compared_is_refused(
    texts: list[str], slots: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        template_of(texts, slots)


def test_the_page_shows_the_overlap_and_refuses_with_words(access: Access) -> None:
    client = signed_in(access)
    where = address(access.workspace, "wording_prompts")
    assert client.get(where).status_code == 200
    page = client.get(where, {"a": "chill Saturday morning", "b": "relaxed Saturday AM"})
    text = page.content.decode()
    assert "Same tracks" in text
    assert "would be needed" in text
    assert "A model, not a measurement" in text
    refused = client.get(where, {"a": "{mood} jazz", "b": "jazz"})
    assert refused.status_code == 422
    assert "Nothing fills" in refused.content.decode()
