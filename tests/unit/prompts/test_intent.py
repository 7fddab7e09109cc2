"""What a prompt is understood to ask for: polarity, strength, numbers, names, order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.domain.intent import Chip, Kind, Polarity, Strength
from prompts.engine import default_engine


def chips(text: str) -> list[Chip]:
    return list(default_engine().parse(text).chips)


def said(text: str) -> set[str]:
    """Chips in short: polarity sign, term or kind, and "!" for hard ones."""
    sign = {
        Polarity.WANTED: "",
        Polarity.TOUCH: "~",
        Polarity.LESS: "<",
        Polarity.EXCLUDED: "-",
    }
    return {
        f"{sign[chip.polarity]}{chip.term or f'{chip.kind}:{chip.value or chip.label}'}"
        f"{'!' if chip.strength is Strength.HARD else ''}"
        for chip in chips(text)
        if chip.counts and not (chip.kind is Kind.ARC and not chip.text)
    }


def test_the_late_night_sentence_is_three_wishes_and_a_touch() -> None:
    assert said("late-night synthwave for studying, a few modern indie touches") == {
        "activity:late-night",
        "genre:synthwave",
        "activity:studying",
        "~genre:indie",
    }


def test_the_sunset_run_refuses_heavy_vocals_only_and_implies_a_rise() -> None:
    prompt = "sunset run with Latin percussion but no heavy vocals"
    assert said(prompt) == {
        "activity:sunset",
        "activity:running",
        "instrument:latin-percussion",
        "-vocals:heavy-vocals!",
    }
    assert default_engine().parse(prompt).arc == "rise"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("without drums or bass", {"-instrument:drums!", "-instrument:bass!"}),
        (
            "no drums, bass or guitar",
            {"-instrument:drums!", "-instrument:bass!", "-instrument:guitar!"},
        ),
        ("no, I want jazz", {"genre:jazz"}),
        ("no vocals, piano and rain", {"-vocals:vocals!", "instrument:piano", "theme:rain"}),
        ("no drums and a slow beat", {"-instrument:drums!", "property:slow", "instrument:beats"}),
        ("calm but not sad", {"mood:calm", "-mood:sad!"}),
        ("not too slow", {"<property:slow"}),
        ("not too slow instrumental", {"<property:slow", "vocals:instrumental!"}),
        ("less guitar, more piano", {"<instrument:guitar", "instrument:piano"}),
        ("instrumental", {"vocals:instrumental!"}),
        ("no singing please", {"-vocals:vocals!"}),
        ("without lyrics", {"-vocals:vocals!"}),
        ("songs with lyrics", {"vocals:vocals"}),
        ("not instrumental", {"vocals:vocals!"}),
        ("non-ambient, calming", {"-genre:ambient!", "mood:calm"}),
        ("anything but jazz", {"-genre:jazz!"}),
        ("I don't want jazz", {"-genre:jazz!"}),
        ("doesn't have drums", {"-instrument:drums!"}),
        ("I can't find calm music", {"mood:calm"}),
        ("not only jazz but also blues", {"genre:jazz", "genre:blues"}),
    ],
)  # fmt: skip
def test_negation_reaches_as_far_as_it_is_meant(text: str, expected: set[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text", ["nothing without guitars", "not without guitars", "don't leave out the guitars"]
)
def test_two_negations_cancel_out(text: str) -> None:
    assert said(text) == {"instrument:guitar"}


def test_an_adjective_and_a_noun_are_refused_together() -> None:
    (chip,) = chips("no distorted piano")
    assert chip.polarity is Polarity.EXCLUDED
    assert [str(term) for term in (chip.term, *chip.together)] == [
        "instrument:piano",
        "property:distorted",
    ]


def test_an_unknown_adjective_does_not_refuse_the_noun() -> None:
    assert said("no whiny vocals") == set()
    assert any(
        chip.strength is Strength.UNSUPPORTED and "whiny" in chip.label
        for chip in chips("no whiny vocals")
    )


def test_what_is_fine_either_way_changes_nothing() -> None:
    assert said("I don't mind vocals") == set()
    assert "changes nothing" in chips("I don't mind vocals")[0].note


def test_degrees_weigh() -> None:
    weights = {
        str(chip.term): chip.weight for chip in chips("very calm, a touch of jazz, maybe piano")
    }
    assert weights["genre:jazz"] < weights["instrument:piano"] < 1 < weights["mood:calm"]


def test_must_and_only_are_hard() -> None:
    assert "instrument:piano!" in said("only piano")
    assert "vocals:female-vocals!" in said("female vocals only")
    assert "vocals:female-vocals!" in said("over 200 BPM only female vocals")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("between 90 and 100 bpm", 90, 100),
        ("120-130 BPM", 120, 130),
        ("over 140 bpm", 140, None),
        ("nothing faster than 110 bpm", None, 110),
        ("at least 120 BPM", 120, None),
        ("100 bpm or slower", None, 100),
    ],
)
def test_tempo_ranges_are_read(text: str, low: float | None, high: float | None) -> None:
    (chip,) = (chip for chip in chips(text) if chip.kind is Kind.TEMPO)
    assert (chip.low, chip.high, chip.strength) == (low, high, Strength.HARD)


def test_about_a_tempo_reaches_to_both_sides() -> None:
    (chip,) = (chip for chip in chips("techno around 125 bpm") if chip.kind is Kind.TEMPO)
    assert chip.low is not None
    assert chip.high is not None
    assert chip.low < 125 < chip.high


def test_years_decades_counts_keys_and_lengths_are_read() -> None:
    found = said("30 songs from 1995 to 1999, 80s synths, in A minor, before 2010, under 4 minutes")
    assert {"property:1980s", "key:A minor!"} <= found
    intent = default_engine().parse("30 songs from 1995 to 1999")
    assert intent.count == 30
    (era,) = intent.of_kind(Kind.ERA)
    assert (era.low, era.high) == (1995, 1999)


def test_fifty_songs_are_not_the_fifties() -> None:
    assert said("50 songs") == {"count:50 tracks!"}
    assert said("50's songs") == {"property:1950s"}


@pytest.mark.parametrize(
    ("text", "arc"),
    [
        ("bump up the tempo transitions", "rise"),
        ("start slow and get faster", "rise"),
        ("cool down after training", "cool-down"),
        ("steady tempo throughout", "steady"),
        ("songs for falling asleep", "cool-down"),
        ("jazz", ""),
    ],
)
def test_the_order_is_understood(text: str, arc: str) -> None:
    assert default_engine().parse(text).arc == arc


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("songs like Daft Punk and Justice but slower", ["Daft Punk", "Justice"]),
        ("more Blue October please", ["Blue October"]),
        ("add some songs by jhene aiko and Giveon", ["jhene aiko", "Giveon"]),
        ("similar to Castle by Halsey", ["Castle by Halsey"]),
        ("Something like Oloff - Sun Rays", ["Oloff - Sun Rays"]),
        ("something like jazz", []),
        ("music like rain", []),
    ],
)
def test_names_are_told_from_words(text: str, names: list[str]) -> None:
    kinds = (Kind.LIKE_ARTIST, Kind.LIKE_TRACK)
    assert [chip.value for chip in chips(text) if chip.kind in kinds] == names


def test_what_is_not_understood_or_not_supported_is_shown() -> None:
    strengths = {chip.label: chip.strength for chip in chips("popular jazz with wibbly flooms")}
    assert strengths["popular"] is Strength.UNSUPPORTED
    assert strengths["wibbly flooms"] is Strength.UNKNOWN


def test_a_link_is_not_taken_for_words() -> None:
    assert said("like this https://example.org/jazz-piano") == set()


def test_the_text_part_never_sees_what_was_refused() -> None:
    free_text = default_engine().parse("piano, no heavy vocals, without drums").free_text
    assert "piano" in free_text
    for refused in ("vocals", "drums", "no", "without"):
        assert refused not in free_text.split()


def test_a_chip_can_be_taken_off() -> None:
    intent = default_engine().parse("calm piano without drums")
    fewer = intent.without(frozenset({"excluded:instrument:drums"}))
    assert [str(chip.term) for chip in fewer.chips] == ["mood:calm", "instrument:piano"]


def test_the_same_text_gives_the_same_intent() -> None:
    text = "late-night synthwave for studying, a few modern indie touches"
    assert default_engine().parse(text) == default_engine().parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x" * 10_000,
        "no " * 3_000,
        "🎧🔥🎷 " * 50,
        "أريد موسيقى هادئة للنوم بدون غناء",
        "'; DROP TABLE tracks; --",
        "the of and to in",
        "a\x00b\x1f",
        "\ud800 lone \udfff surrogates",
        "musique calme pour dormir, sans voix",
        "1" * 400 + " bpm",
        "((((" * 500,
    ],
)
def test_hostile_prompts_are_read_without_error(text: str) -> None:
    intent = default_engine().parse(text)
    intent.text.encode("utf-8")
    assert len(intent.chips) < 60


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    intent = default_engine().parse(text)
    for chip in intent.chips:
        assert 0 <= chip.start <= chip.end <= len(intent.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("grand", "mood:epic"),
        ("a touching ballad", "mood:emotional"),
        ("indie rock with big guitars", "instrument:electric-guitar"),
        ("00s", "property:2000s"),
        ("something for driving", "activity:driving"),
        ("driving techno", "mood:energetic"),
    ],
)
def test_words_that_used_to_be_missed_are_understood(text: str, expected: str) -> None:
    assert expected in {
        str(chip.term) for chip in default_engine().parse(text).chips if chip.counts
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("songs like IGOR by Tyler", "IGOR by Tyler"),
        ("similar to of monsters and men", "of monsters and men"),
        ("Cloud 404 - 9LIFE", "Cloud 404 - 9LIFE"),
    ],
)
def test_a_name_stays_in_one_piece(text: str, name: str) -> None:
    assert name in {chip.value for chip in default_engine().parse(text).chips}


def test_stories_ask_for_no_pictures_and_no_occasions_told_of() -> None:
    story = (
        "I am trying to find an old rock song. In the video a sad man is running through the city "
        "with a guitar. I heard it while my mother was cooking, many years ago, on the radio, and "
        "I have never been able to find it again. I want it for a workout."
    )
    terms = {str(chip.term) for chip in default_engine().parse(story).chips if chip.term}
    assert {"genre:rock", "activity:workout"} <= terms
    assert not terms & {"mood:sad", "activity:running", "theme:city"}


def test_a_voice_without_lyrics_is_no_contradiction() -> None:
    polarities = {
        str(chip.term): (chip.polarity, chip.strength)
        for chip in default_engine().parse("a female voice, no lyrics").chips
    }
    assert polarities["vocals:vocals"] == (Polarity.LESS, Strength.SOFT)
    refused = {str(c.term) for c in default_engine().parse("choir, no vocals").chips
               if c.polarity is Polarity.EXCLUDED}  # fmt: skip
    assert refused == {"vocals:vocals"}


def test_names_left_out_of_a_story_stay_words_to_search() -> None:
    story = (
        "I typically find too many lyrics distracting when I am at the gym, unless it is just a "
        "repetition of the same phrase or something simple that I do not have to think about at "
        "all; an example would be Au5 - Snowblind"
    )
    assert "Snowblind" in default_engine().parse(story).searched_text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lunde, Bo Vinter,, Quento", ["Ada Lunde", "Bo Vinter", "Quento"]),
        ('songs like "quietly" by the Hedgers', ["quietly by the Hedgers"]),
        ("anything similar to Norwegian rapper Oslowe", ["Oslowe"]),
        ("artists like Gail Barren or even Bjerke would fit", ["Gail Barren", "Bjerke"]),
        ('a song where she says "Run the whole Town" again and again', []),
        ("I don't have a preference", []),
    ],
)  # fmt: skip
def test_names_are_read_in_one_piece_and_sung_words_are_none(text: str, names: list[str]) -> None:
    found = [c.value for c in default_engine().parse(text).chips if c.kind.startswith("like")]
    assert found == names


def test_who_looks_for_a_half_known_song_asks_only_for_its_music() -> None:
    text = (
        "What is this song playing in the background of season 2? A dog is walking. It is a rock "
        "song from the 90s. Here is my sad attempt: https://vocaroo.com/abc"
    )
    found = {str(c.term) for c in default_engine().parse(text).chips if c.term and c.counts}
    assert found == {"genre:rock", "property:1990s"}


def test_a_long_request_that_explains_itself_is_taken_by_its_word() -> None:
    text = (
        "I went through all of these and they are not what I had in my head when I wrote to you. "
        "They seem a little too upbeat for me. Could I get songs that are a little softer, and "
        "more sad, for a long evening alone?"
    )
    chips = {str(c.term): c.polarity for c in default_engine().parse(text).chips if c.term}
    assert chips["mood:upbeat"] == "less"
    assert {"mood:sad", "property:soft"} <= chips.keys()
