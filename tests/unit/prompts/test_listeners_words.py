"""How people really write: half-known names, slang, hyphens, numbers run together."""

import pytest

from prompts.domain.intent import Kind, Polarity
from prompts.engine import default_engine


def names(text: str) -> list[str]:
    return [c.value for c in default_engine().parse(text).chips if c.kind.startswith("like")]


def terms(text: str) -> set[str]:
    sign = {Polarity.EXCLUDED: "-", Polarity.LESS: "<"}
    return {
        sign.get(chip.polarity, "") + str(chip.term)
        for chip in default_engine().parse(text).chips
        if chip.term is not None and chip.counts
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("something like Ode to the Moon by Ferry Lane", ["Ode to the Moon by Ferry Lane"]),
        ("similar to what we forgot by oslowe and low tide by bjerke",
         ["what we forgot by oslowe", "low tide by bjerke"]),
        ("songs similar to velvet wobbel - low quarg", ["velvet wobbel - low quarg"]),
        ("looking for anything quite similar to I Dance Alone?", ["I Dance Alone"]),
        ("songs perfect for Keepers of the Lantern", ["Keepers of the Lantern"]),
        ("the first 20 seconds of Blenda would do, similar to the first 20 seconds of Blenda",
         ["Blenda"]),
        ("more rage against the machine", ["rage against the machine"]),
        ("add some iron & wine", ["iron & wine"]),
        ("songs like Florence + The Machine", ["Florence + The Machine"]),
        ("radiohead's quieter side", ["radiohead's"]),
        ("any song by Queen or Kiss", ["Queen", "Kiss"]),
        ("music fit for a queen", []),
        ("artists similar to Oslowe (other than Bjerke)", ["Oslowe", "Bjerke"]),
        ("similar songs to the following", []),
    ],
)  # fmt: skip
def test_names_are_found_however_they_are_written(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_other_than_refuses_the_name_after_it() -> None:
    chips = default_engine().parse("artists similar to Oslowe (other than Bjerke)").chips
    refused = [c.value for c in chips if c.polarity is Polarity.EXCLUDED]
    assert refused == ["Bjerke"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("drum & bass", {"genre:drum-and-bass"}),
        ("60-70s rock", {"property:1960s", "property:1970s", "genre:rock"}),
        ("non-electronic songs about summer", {"-genre:electronic", "theme:summer"}),
        ("a male and a female singer", {"vocals:male-vocals", "vocals:female-vocals"}),
        ("jazz sung by a woman singer", {"genre:jazz", "vocals:female-vocals"}),
        ("female pop music", {"vocals:female-vocals", "genre:pop"}),
        ("metal with screaming", {"genre:metal", "vocals:heavy-vocals"}),
        ("had this jazz song on repeat", {"genre:jazz"}),
        ("I really enjoy techno", {"genre:techno"}),
        ("techno for my dad", {"genre:techno"}),
        ("a fusion of folk and techno", {"genre:folk", "genre:techno"}),
        ("makes you wanna dance", {"activity:dancing"}),
        ("songs to cry to", {"mood:sad"}),
        ("gets me pumped at the gym", {"mood:energetic", "activity:workout"}),
        ("creepy covers of pop songs", {"mood:eerie", "property:cover-version", "genre:pop"}),
    ],
)
def test_listeners_words_mean_their_terms_and_no_others(text: str, found: set[str]) -> None:
    assert terms(text) == found


def test_from_a_year_means_that_year_and_on_from_it_means_later() -> None:
    bounds = {}
    for text in ("songs from 1986", "songs from 1986 on"):
        era = next(c for c in default_engine().parse(text).chips if c.kind is Kind.ERA)
        bounds[text] = (era.low, era.high)
    assert bounds == {"songs from 1986": (1986, 1986), "songs from 1986 on": (1986, None)}


@pytest.mark.parametrize(
    ("story", "found"),
    [
        ("I heard this funk song once. I know the tune, but not the lyrics.", {"genre:funk"}),
        ("I heard a rock song and remember the melody. It's really fast.",
         {"genre:rock", "property:fast"}),
        ("I can't remember the name. The video has a female singer and a man in a bar.",
         {"vocals:female-vocals"}),
        ("I heard a swing tune with more or less the bassline I like, it popped up on TV",
         {"genre:swing", "instrument:bass"}),
    ],
)  # fmt: skip
def test_who_tells_of_a_song_refuses_nothing_by_not_knowing_it(story: str, found: set[str]) -> None:
    assert terms(story) == found
