"""Follow-ups edit the intent; each says what it changed, and anything can be taken back."""

import pytest

from prompts.domain.follow_up import Revision, Shown, differences, replay, revise
from prompts.domain.intent import Intent, Kind, Polarity
from prompts.engine import default_engine

LIST = (
    Shown("Neon", "Ada", 90.0),
    Shown("Sol", "Bo", 100.0),
    Shown("Luz", "Cy", 110.0),
)


def after(first: str, *said: str) -> Revision:
    turns = [(text, frozenset[str](), LIST) for text in (first, *said)]
    return replay(turns, default_engine().parser)


def chips(intent: Intent) -> set[str]:
    return {f"{chip.polarity}:{chip.term or chip.kind}" for chip in intent.chips if chip.counts}


def lines(revision: Revision) -> list[str]:
    return [f"{change.sign} {change.label}" for change in revision.changes]


def test_less_of_something_turns_the_wish_round() -> None:
    revision = after("indie pop with vocals", "less vocals")
    assert "less:vocals:vocals" in chips(revision.intent)
    assert "wanted:genre:indie-pop" in chips(revision.intent)
    assert lines(revision) == ["~ Vocals → less Vocals"]


def test_without_the_guitar_also_drops_the_wish_for_a_kind_of_guitar() -> None:
    revision = after("folk with acoustic guitar", "without the guitar")
    assert chips(revision.intent) == {"wanted:genre:folk", "excluded:instrument:guitar"}
    assert "acoustic" not in revision.intent.searched_text


def test_faster_is_faster_than_the_list_was() -> None:
    revision = after("techno", "faster")
    (tempo,) = revision.intent.of_kind(Kind.TEMPO)
    assert (tempo.low, tempo.high) == (105.0, None)
    slower = after("techno over 80 bpm", "a bit slower")
    (tempo,) = slower.intent.of_kind(Kind.TEMPO)
    assert (tempo.low, tempo.high) == (80.0, 95.0)


def test_faster_takes_the_place_of_slow() -> None:
    assert lines(after("slow piano", "faster")) == ["- Slow", "+ 105 BPM or faster"]


def test_without_known_tempos_the_word_itself_is_the_wish() -> None:
    parser = default_engine().parser
    revision = revise(parser.parse("techno"), "faster", parser, [Shown("A", "B")])
    assert "wanted:property:fast" in chips(revision.intent)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("more like the second one", "Sol by Bo"),
        ("more like the last", "Luz by Cy"),
        ("something similar to number 1", "Neon by Ada"),
        ("like #3", "Luz by Cy"),
    ],
)
def test_a_place_of_the_list_names_its_track(text: str, name: str) -> None:
    revision = after("techno", text)
    (like,) = revision.intent.of_kind(Kind.LIKE_TRACK)
    assert (like.value, like.polarity) == (name, Polarity.WANTED)


def test_a_place_can_be_refused_and_one_that_is_not_there_is_said() -> None:
    revision = after("techno", "remove the second one")
    (like,) = revision.intent.of_kind(Kind.LIKE_TRACK)
    assert like.polarity is Polarity.EXCLUDED
    assert after("techno", "more like the ninth one").note == "The list has no track 9."


def test_the_first_word_of_a_sentence_is_no_place() -> None:
    assert not list(after("techno", "first some jazz").intent.of_kind(Kind.LIKE_TRACK))


def test_asked_for_again_weighs_more() -> None:
    assert lines(after("jazz with piano", "more piano")) == ["~ Piano, weighs more"]


def test_instead_swaps_within_a_facet() -> None:
    assert chips(after("happy jazz", "rock instead").intent) == {
        "wanted:mood:happy",
        "wanted:genre:rock",
    }


def test_a_count_takes_the_place_of_a_count_and_a_list_can_be_longer() -> None:
    assert after("10 jazz songs", "20 songs").intent.count == 20
    assert after("jazz", "a longer list").intent.count == 4


def test_starting_over_forgets_what_was_said() -> None:
    assert chips(after("happy jazz", "start over: sad folk").intent) == {
        "wanted:mood:sad",
        "wanted:genre:folk",
    }


def test_what_is_not_understood_changes_nothing_and_says_so() -> None:
    revision = after("jazz", "wibble")
    assert revision.changes == ()
    assert "Nothing in “wibble” changes the list." in revision.note


def test_a_chip_taken_off_stays_off_in_later_turns() -> None:
    turns = [
        ("happy jazz with piano", frozenset[str](), LIST),
        ("", frozenset(["wanted:mood:happy"]), LIST),
        ("no drums", frozenset[str](), LIST),
    ]
    revision = replay(turns, default_engine().parser)
    assert chips(revision.intent) == {
        "wanted:genre:jazz",
        "wanted:instrument:piano",
        "excluded:instrument:drums",
    }


def test_an_occasion_taken_back_takes_its_order_with_it() -> None:
    assert after("running", "no running, just jazz").intent.arc == ""


def test_equal_intents_do_not_differ() -> None:
    intent = default_engine().parse("happy jazz")
    assert differences(intent, intent) == ()
