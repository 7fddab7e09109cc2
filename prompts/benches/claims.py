"""Whether false statements in descriptions are found, and true ones left alone.

`vocals`: captions with what their own wording (Song Describer) or their writer's list of aspects
(MusicCaps) says of voices. Each is checked against that truth and against its contrary; a
contradiction must be found in the second case and in none of the first.

`planted`: in true captions one instrument, tempo word or statement about voices is swapped for one
that is not so. The facts are the aspects of the clip (or the other captions of the track) and the
instruments, tempo and voices that the caption names, found by the plain word list below, which
knows nothing of the studio's lexicon. A contradiction on the swapped words counts as found, one
anywhere else as false; so does every contradiction in the caption before the swap.
"""

import re
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from prompts.benches.data import folder, needs, rows
from prompts.claims import default_checker
from prompts.domain.claims import ClaimChecker
from prompts.domain.facts import KnownTerm, TrackFacts, Verdict
from prompts.domain.intent import Polarity
from prompts.domain.lexicon import Term
from prompts.domain.reading import Reader
from prompts.domain.text import clean_all
from prompts.lexicon import default_lexicon

Say = Callable[[str], None]
SEED = 7

_WORDS = tomllib.loads((Path(__file__).parent / "claim_words.toml").read_text(encoding="utf-8"))
INSTRUMENTS: dict[str, str] = {
    word: slug for slug, words in _WORDS["instruments"].items() for word in words
}
TEMPO_WORDS: dict[str, str] = {
    word: slug for slug, words in _WORDS["tempo_words"].items() for word in words
}
OTHER_TEMPO = {"slow": "fast", "fast": "slow"}


@dataclass(frozen=True, slots=True)
class Text:
    """A caption with what is known of its recording."""

    text: str
    aspects: tuple[str, ...] = ()
    said_of_voices: str = ""
    fact_of_voices: str = ""


@dataclass(slots=True)
class Score:
    """Counts of one test, and what went wrong."""

    found: int = 0
    missed: int = 0
    false: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, Any]:
        """Precision and recall with what they count."""
        flagged, planted = self.found + self.false, self.found + self.missed
        return {
            "precision": round(self.found / flagged, 4) if flagged else None,
            "recall": round(self.found / planted, 4) if planted else None,
            "n": planted,
            "found": self.found,
            "false": self.false,
        }

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.found + other.found, self.missed + other.missed, self.false + other.false,
            [*self.wrong, *other.wrong],
        )  # fmt: skip


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Score the data sets that are there; the totals pool them."""
    songs, caps = folder(data, "song-describer"), folder(data, "musiccaps")
    needs((songs, caps), "song-describer or musiccaps")
    sets: dict[str, list[Text]] = {}
    if songs:
        sets["song_describer"] = read_songs(songs)
    if caps:
        sets["musiccaps"] = read_caps(caps)
    figures: dict[str, Any] = {"seed": SEED}
    voices, planted, bare = Score(), Score(), Score()
    for name, texts in sets.items():
        say(f"{name}: {len(texts)} captions.")
        of_voices = score_voices(texts)
        kinds = score_planted(texts)
        alone = score_planted(texts, caption_counts=False)
        of_planted = sum(kinds.values(), Score())
        figures[name] = {
            "vocals": of_voices.figures,
            "planted": of_planted.figures,
            "planted_by_kind": {kind: score.figures for kind, score in kinds.items()},
            "planted_other_words_only": sum(alone.values(), Score()).figures,
        }
        voices, planted = voices + of_voices, planted + of_planted
        bare = sum(alone.values(), bare)
    figures["vocals"] = voices.figures
    figures["planted"] = planted.figures
    figures["planted_other_words_only"] = bare.figures
    figures["ms_per_check"] = timing([text for texts in sets.values() for text in texts])
    return figures


def read_songs(place: Path) -> list[Text]:
    """Song Describer: a caption; the other captions of its track are what else is known."""
    captions = rows(place / "captions.csv")
    consensus = {row["track_id"]: row["vocal_consensus"] for row in rows(place / "tracks.csv")}
    others: dict[str, list[str]] = {}
    for row in captions:
        others.setdefault(row["track_id"], []).append(row["caption"])
    return [
        Text(
            row["caption"],
            tuple(other for other in others[row["track_id"]] if other != row["caption"]),
            {"positive": "sung", "negative": "silent", "none": "nothing"}.get(
                row["caption_vocal_mention"], ""
            ),
            {"vocal": "sung", "instrumental": "silent"}.get(consensus[row["track_id"]], ""),
        )
        for row in captions
    ]


def read_caps(place: Path) -> list[Text]:
    """MusicCaps: a caption and the aspects its writer listed."""
    import ast

    return [
        Text(
            row["caption"],
            tuple(ast.literal_eval(row["aspect_list"])),
            {"yes": "sung", "no": "silent"}.get(row["aspect_vocal"], ""),
            {"yes": "sung", "no": "silent"}.get(row["aspect_vocal"], ""),
        )
        for row in rows(place / "musiccaps.csv")
    ]


VOICE_FACTS = {
    "sung": KnownTerm(Term("vocals", "vocals")),
    "silent": KnownTerm(Term("vocals", "instrumental")),
}
CONTRARY = {"sung": "silent", "silent": "sung"}


def score_voices(texts: Sequence[Text]) -> Score:
    """Check each caption against the truth about voices, and against its contrary."""
    score = Score()
    for text in texts:
        if not text.said_of_voices or not text.fact_of_voices:
            continue
        for fact in (text.fact_of_voices, CONTRARY[text.fact_of_voices]):
            claims = checker().check(text.text, TrackFacts((VOICE_FACTS[fact],)))
            flagged = any(c.kind == "vocals" and c.verdict is Verdict.CONTRADICTED for c in claims)
            expected = text.said_of_voices == CONTRARY[fact]
            _count(score, text.text, flagged=flagged, expected=expected)
    return score


def _count(score: Score, text: str, *, flagged: bool, expected: bool) -> None:
    if flagged and expected:
        score.found += 1
    elif flagged:
        score.false += 1
        score.wrong.append(("false", text))
    elif expected:
        score.missed += 1
        score.wrong.append(("missed", text))


@dataclass(frozen=True, slots=True)
class Planted:
    """A caption with one false statement between `start` and `end`."""

    kind: str
    text: str
    start: int
    end: int


def score_planted(texts: Sequence[Text], *, caption_counts: bool = True) -> dict[str, Score]:
    """Swap one statement of each kind where there is one, and look what is flagged.

    With `caption_counts` false the facts are only what others, or the aspects, say: then a true
    statement of the caption that nobody else made is flagged too, and counted as false.
    """
    random = Random(SEED)
    scores = {kind: Score() for kind in ("instrument", "tempo", "vocals")}
    for text in texts:
        facts = known_of(text, caption_counts=caption_counts)
        before = [c for c in checker().check(text.text, facts) if _flagged(c.verdict, c.kind)]
        for planted in planted_in(text, facts, random):
            score = scores[planted.kind]
            claims = checker().check(planted.text, facts)
            hits = [c for c in claims if _flagged(c.verdict, c.kind)]
            on_it = [c for c in hits if c.start < planted.end and planted.start < c.end]
            elsewhere = len(hits) - len(on_it)
            score.found += bool(on_it)
            score.missed += not on_it
            score.false += max(elsewhere, len(before))
            if not on_it:
                score.wrong.append(("missed", planted.text))
            if elsewhere:
                score.wrong.append(("false", f"{planted.text} -> {[c.text for c in hits]}"))
    return scores


def _flagged(verdict: Verdict, kind: str) -> bool:
    return verdict is Verdict.CONTRADICTED and kind in ("instrument", "tempo", "vocals")


def known_of(text: Text, *, caption_counts: bool) -> TrackFacts:
    """What is known of the recording behind a caption."""
    known: set[Term] = set()
    for aspect in text.aspects:
        for mention in _reader().read(clean_all(aspect), numbers=False).mentions:
            if mention.polarity is Polarity.WANTED:
                known |= {t for t in mention.terms if t.facet in ("instrument", "property")}
    if caption_counts:
        known |= {
            Term("instrument", slug)
            for start, _, slug in words_in(text.text, INSTRUMENTS)
            if not _refused(text.text, start)
        }
        known |= {Term("property", slug) for _, _, slug in words_in(text.text, TEMPO_WORDS)}
    slow, fast = Term("property", "slow"), Term("property", "fast")
    if {slow, fast} <= known:
        known -= {slow, fast}
    facts = [KnownTerm(term) for term in sorted(known)]
    if text.fact_of_voices:
        facts.append(VOICE_FACTS[text.fact_of_voices])
    return TrackFacts(tuple(facts))


def planted_in(text: Text, facts: TrackFacts, random: Random) -> Iterator[Planted]:
    """False versions of a caption, at most one of each kind."""
    known = {fact.term for fact in facts.terms}
    instruments = [
        place
        for place in words_in(text.text, INSTRUMENTS)
        if not _refused(text.text, place[0]) and text.text[place[0]].islower()
    ]
    named = {slug for _, _, slug in instruments} | {
        t.slug for t in known if t.facet == "instrument"
    }
    if instruments:
        start, end, slug = random.choice(instruments)
        near = set().union(*(family for family in _WORDS["families"] if named & set(family)))
        others = [w for w in _WORDS["swapped_for"] if INSTRUMENTS[w] not in named | near]
        if others:
            yield _swapped("instrument", text.text, start, end, random.choice(others))
    tempos = words_in(text.text, TEMPO_WORDS)
    if len({slug for _, _, slug in tempos}) == 1:
        start, end, slug = tempos[0]
        if Term("property", slug) in known and not _refused(text.text, start):
            others = [w for w, s in TEMPO_WORDS.items() if s == OTHER_TEMPO[slug]]
            same_shape = [
                w for w in others if (" tempo" in w) == (" tempo" in text.text[start:end])
            ]
            yield _swapped("tempo", text.text, start, end, random.choice(same_shape or others))
    if text.fact_of_voices == "silent":
        places = words_in(text.text, dict.fromkeys(_WORDS["no_voice"], "silent"))
        if places:
            yield _swapped("vocals", text.text, *places[0][:2], "female vocals")
    elif text.fact_of_voices == "sung":
        places = words_in(text.text, dict.fromkeys(_WORDS["voice"], "sung"))
        if places and not _refused(text.text, places[0][0]):
            start, end = _sentence_around(text.text, places[0][0])
            yield _swapped(
                "vocals", text.text, start, end, random.choice(_WORDS["no_voice_sentences"])
            )


def _sentence_around(text: str, place: int) -> tuple[int, int]:
    start = max(text.rfind(mark, 0, place) for mark in ".!?") + 1
    ends = [at for at in (text.find(mark, place) for mark in ".!?") if at >= 0]
    return start, min(ends) + 1 if ends else len(text)


def _refused(text: str, start: int) -> bool:
    return (
        re.search(r"\b(?:no|not|without|never|non)[\s-]+(?:\w+\s+)?$", text[:start], re.I)
        is not None
    )


def _swapped(kind: str, text: str, start: int, end: int, words: str) -> Planted:
    return Planted(kind, text[:start] + words + text[end:], start, start + len(words))


def words_in(text: str, words: dict[str, str]) -> list[tuple[int, int, str]]:
    """Places of the listed words, the longest at each place, with what they stand for."""
    pattern = _pattern(tuple(sorted(words, key=len, reverse=True)))
    return [(m.start(), m.end(), words[m.group(1).lower()]) for m in pattern.finditer(text)]


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})s?\b", re.I)


@cache
def checker() -> ClaimChecker:
    """The studio's checker with the shipped vocabulary."""
    return default_checker()


@cache
def _reader() -> Reader:
    return Reader(default_lexicon())


def timing(texts: Sequence[Text]) -> dict[str, float]:
    """How long one check of a text of 1,000 characters takes, in milliseconds."""
    long_text = ""
    measured: list[float] = []
    facts = TrackFacts((VOICE_FACTS["sung"], KnownTerm(Term("instrument", "piano"))))
    for text in texts:
        long_text += f" {text.text}"
        if len(long_text) >= 1000:
            started = time.perf_counter()
            checker().check(long_text[:1000], facts)
            measured.append((time.perf_counter() - started) * 1000)
            long_text = ""
        if len(measured) >= 300:
            break
    measured.sort()
    if not measured:
        return {}
    return {
        "median": round(measured[len(measured) // 2], 2),
        "p95": round(measured[int(len(measured) * 0.95)], 2),
        "texts": len(measured),
    }
