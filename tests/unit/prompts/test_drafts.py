"""Drafts: from accepted facts only, different from each other, the same for the same seed."""

import random
import re
from itertools import combinations

import pytest

from catalog.vocabulary import default_terms
from prompts.claims import default_checker
from prompts.domain.drafting import article_for, four_grams, opening_of, overlap
from prompts.domain.facts import KnownTerm, Source, TrackFacts, Verdict
from prompts.domain.lexicon import Term
from prompts.drafts import write_drafts

ALBUMS, TRACKS = 20, 10
BY_FACET: dict[str, list[str]] = {}
NAMES: dict[tuple[str, str], tuple[str, ...]] = {}
for spec in default_terms():
    BY_FACET.setdefault(spec.facet, []).append(spec.slug)
    NAMES[spec.facet, spec.slug] = spec.names


def some_facts(chance: random.Random) -> TrackFacts:
    counts = {
        "genre": (1, 2), "mood": (1, 3), "instrument": (2, 5), "activity": (0, 2), "theme": (0, 2),
        "property": (0, 3),
    }  # fmt: skip
    terms = [
        KnownTerm(Term(facet, slug))
        for facet, (least, most) in counts.items()
        for slug in chance.sample(BY_FACET[facet], chance.randint(least, most))
    ]
    terms.append(KnownTerm(Term("vocals", chance.choice(BY_FACET["vocals"]))))
    tempo = chance.choice([None, float(chance.randint(60, 180))])
    return TrackFacts(tuple(terms), tempo, chance.choice(["", "D minor", "Eb major"]))


@pytest.fixture(scope="module")
def albums() -> list[list[tuple[TrackFacts, str]]]:
    """200 tracks on 20 albums; those of the first five all have the same facts."""
    chance = random.Random(11)
    written = []
    for album in range(ALBUMS):
        shared = some_facts(chance)
        texts: list[str] = []
        tracks = []
        for number in range(TRACKS):
            facts = shared if album < 5 else some_facts(chance)
            (draft,) = write_drafts(facts, length=500, seed=number, count=1, avoid=texts)
            texts.append(draft.text)
            tracks.append((facts, draft.text))
        written.append(tracks)
    return written


def test_the_claim_check_finds_nothing_unfounded_in_200_drafts(
    albums: list[list[tuple[TrackFacts, str]]],
) -> None:
    for facts, text in (track for album in albums for track in album):
        claims = default_checker().check(text, facts)
        assert {claim.verdict for claim in claims} <= {Verdict.SUPPORTED}, text
        assert len(text) <= 500


# Words of the vocabulary that the sentences use in their plain sense.
PLAIN_WORDS = {"home", "sound", "work", "date", "reading", "writing", "action", "mix"}


def test_no_draft_names_a_term_that_was_not_asserted(
    albums: list[list[tuple[TrackFacts, str]]],
) -> None:
    """Independent of the claim check: every name of the vocabulary is looked for as it is."""
    patterns = {
        key: re.compile(
            r"\b(?:" + "|".join(re.escape(n) for n in names if n not in PLAIN_WORDS) + r")\b"
        )
        for key, names in NAMES.items()
        if key[0] in ("instrument", "vocals", "mood", "genre")
    }
    for facts, text in (track for album in albums for track in album):
        asserted = {(known.term.facet, known.term.slug) for known in facts.terms}
        bare = text.lower().replace("-", " ")
        own = sorted((n for key in asserted for n in NAMES[key]), key=len, reverse=True)
        for name in own:
            bare = re.sub(rf"\b{re.escape(name)}s?\b", "…", bare)
        found = {key: m.group() for key, p in patterns.items() if (m := p.search(bare))}
        assert not found, (text, found, asserted)


def test_numbers_in_drafts_are_the_facts(albums: list[list[tuple[TrackFacts, str]]]) -> None:
    for facts, text in (track for album in albums for track in album):
        for number in re.findall(r"(\d+) BPM", text):
            assert facts.tempo_bpm == float(number)
        for key in re.findall(r"\b[A-G]b? (?:major|minor)\b", text):
            assert facts.key == key


def test_no_two_texts_of_an_album_open_alike_or_share_most_of_their_words(
    albums: list[list[tuple[TrackFacts, str]]],
) -> None:
    for album in albums:
        texts = [text for _, text in album]
        assert len({opening_of(text) for text in texts}) == len(texts)
        worst = max(overlap(four_grams(a), four_grams(b)) for a, b in combinations(texts, 2))
        assert worst <= 0.6


def test_the_same_seed_gives_the_same_drafts_and_another_seed_others() -> None:
    facts = some_facts(random.Random(5))
    first = write_drafts(facts, length=500, seed=1)
    assert first == write_drafts(facts, length=500, seed=1)
    assert first != write_drafts(facts, length=500, seed=2)
    assert len({opening_of(draft.text) for draft in first}) == len(first) == 3


@pytest.mark.parametrize("length", [120, 500, 1000])
def test_drafts_keep_to_their_length(length: int) -> None:
    for seed in range(10):
        for draft in write_drafts(some_facts(random.Random(seed)), length=length, seed=seed):
            assert 0 < len(draft.text) <= length


def test_what_was_only_heard_is_not_drafted() -> None:
    heard = KnownTerm(Term("instrument", "harp"), Source.HEARD, 0.99)
    asserted = KnownTerm(Term("genre", "ambient"))
    for draft in write_drafts(TrackFacts((heard, asserted)), length=500, seed=0):
        assert "harp" not in draft.text.lower()


def test_a_track_without_facts_has_no_draft() -> None:
    assert write_drafts(TrackFacts(), length=500, seed=0) == []


def test_articles_follow_the_sound() -> None:
    assert [article_for(w) for w in ("indie rock", "UK garage", "ukulele")] == ["an", "a", "a"]
