"""Writing one prompt of a space in the many ways people do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from analytics.domain.grammar import Genre, Grammar, Limit, SpaceSpec, Term

EXTRA_SHARES = (0.35, 0.45, 0.20)
"""How often a prompt adds nothing, one thing, two things to the wish of its space. Chosen."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of the bank, with what the person meant by it.

    `key` ("calm-piano-studying/12") names the prompt for ever: its text depends on the seed and the
    grammar only, never on how many prompts the bank holds.
    """

    key: str
    space: str
    text: str
    wants: tuple[Term, ...]
    without: tuple[Term, ...] = ()
    tempo_bpm: tuple[float, float] | None = None


def folded(text: str) -> str:
    """Fold what does not make a different prompt: case, punctuation, politeness."""
    words = re.findall(r"[\w&']+", text.casefold())
    return " ".join(word for word in words if word not in ("please", "some"))


@dataclass(slots=True)
class _Wish:
    """What one prompt says, by facet; slugs of the grammar."""

    mood: list[str]
    genre: str | None
    instrument: str | None
    activity: str | None
    era: str | None
    voice: str | None
    theme: str | None
    limit: Limit | None = None


class PromptWriter:
    """Writes one prompt. Uses only `Random.random`, whose numbers Python promises to keep."""

    def __init__(self, grammar: Grammar, space: SpaceSpec, random: Random) -> None:
        self.grammar = grammar
        self.space = space
        self.random = random
        self.wish = _Wish(
            mood=[slug for facet, slug in space.wants if facet == "mood"],
            genre=space.of("genre"),
            instrument=space.of("instrument"),
            activity=space.of("activity"),
            era=space.of("property"),
            voice=space.of("vocals"),
            theme=space.of("theme"),
        )

    def write(self, key: str) -> Prompt | None:
        """Write the prompt, or None when it came out clumsy (a word twice)."""
        self._add_extras()
        text = self._sentence()
        if _repeats_a_word(text):
            return None
        limit = self.wish.limit
        return Prompt(
            key=key,
            space=self.space.slug,
            text=self._as_typed(text),
            wants=tuple(self._wanted()),
            without=limit.without if limit else (),
            tempo_bpm=limit.tempo_bpm if limit else None,
        )

    def _wanted(self) -> Iterator[Term]:
        wish = self.wish
        yield from (("mood", mood) for mood in wish.mood)
        for facet, slug in (
            ("genre", wish.genre),
            ("instrument", wish.instrument),
            ("activity", wish.activity),
            ("property", wish.era),
            ("vocals", wish.voice),
            ("theme", wish.theme),
        ):
            if slug is not None:
                yield facet, slug
        if wish.limit:
            yield from wish.limit.wants

    # What is added to the wish of the space

    def _add_extras(self) -> None:
        additions = [
            self._add_mood,
            self._add_genre,
            self._add_instrument,
            self._add_era,
            self._add_voice,
            self._add_limit,
        ]
        wanted = self._index(EXTRA_SHARES)
        while wanted and additions:
            addition = additions.pop(int(self.random.random() * len(additions)))
            if addition():
                wanted -= 1

    def _genre(self) -> Genre | None:
        return self.grammar.genres[self.wish.genre] if self.wish.genre else None

    def _add_mood(self) -> bool:
        genre, wish = self._genre(), self.wish
        activity = self.grammar.activities[wish.activity] if wish.activity else None
        pools = [set(genre.moods)] if genre else []
        pools += [set(activity.moods)] if activity else []
        pools += [set(self.grammar.moods[mood].near) for mood in wish.mood]
        fitting = sorted(set.intersection(*pools) - set(wish.mood)) if pools else []
        if not fitting:
            return False
        weights = [self.grammar.moods[mood].asked for mood in fitting]
        wish.mood.append(fitting[self._index(weights)])
        return True

    def _add_genre(self) -> bool:
        wish = self.wish
        if wish.genre or wish.instrument or wish.theme or not wish.activity:
            return False
        fitting = [
            slug
            for slug in self.grammar.activities[wish.activity].genres
            if set(wish.mood) <= set(self.grammar.genres[slug].moods)
            and not (wish.voice == "instrumental" and self.grammar.genres[slug].voice == "sung")
            and not self._against(slug)
        ]
        if not fitting:
            return False
        wish.genre = self._pick(fitting)
        return True

    def _add_instrument(self) -> bool:
        genre = self._genre()
        if genre is None or self.wish.instrument or not genre.instruments:
            return False
        fitting = [slug for slug in genre.instruments if not self._against(slug)]
        if not fitting:
            return False
        self.wish.instrument = self._pick(fitting)
        return True

    def _add_era(self) -> bool:
        genre = self._genre()
        if genre is None or self.wish.era or not genre.eras:
            return False
        self.wish.era = self._pick(genre.eras)
        return True

    def _add_voice(self) -> bool:
        genre, wish = self._genre(), self.wish
        if genre is None or wish.voice or genre.voice == "wordless" or self._against("voice/sung"):
            return False
        choices = ["female-vocals", "male-vocals"]
        if genre.voice == "mixed":
            choices += ["light-vocals", "instrumental", "instrumental"]
        wish.voice = self._pick(choices)
        return True

    def _add_limit(self) -> bool:
        wish = self.wish
        if wish.limit or not wish.activity:
            return False
        genre = self._genre()
        said = {*wish.mood, wish.genre, wish.instrument, wish.activity}
        if genre:
            said.add(f"voice/{genre.voice}")
        if wish.voice:
            said.add("voice/sung")
            said |= {"voice/wordless"} if wish.voice == "instrumental" else set()
        limits = [
            self.grammar.limits[slug] for slug in self.grammar.activities[wish.activity].limits
        ]
        fitting = [limit for limit in limits if not limit.against & said]
        if not fitting:
            return False
        wish.limit = fitting[self._index([limit.asked for limit in fitting])]
        return True

    def _against(self, word: str) -> bool:
        return self.wish.limit is not None and word in self.wish.limit.against

    # How it is said

    def _sentence(self) -> str:
        frames = self.grammar.frames
        frame = frames[self._index([frame.share for frame in frames])]
        wish = self.wish
        activity = self.grammar.activities[wish.activity] if wish.activity else None
        pattern = frame.with_use if activity else frame.plain
        use = self._pick(activity.use) if activity else ""
        nouns = self._noun_phrase(something=frame.something, before_use=bool(use))
        text = pattern.format(
            np=nouns,
            use=use,
            lead=self._pick(activity.lead) if activity else "",
            keys=self._keywords() if "{keys}" in pattern else "",
        )
        if wish.limit and "{keys}" not in pattern:
            end = ", please" if text.endswith(", please") else ""
            text = f"{text.removesuffix(', please')}, {self._pick(wish.limit.say)}"
            text += "" if "please" in text else end
        if pattern.startswith(("what", "can you")) and self.random.random() < 0.6:
            text += "?"
        return text

    def _noun_phrase(self, *, something: bool, before_use: bool) -> str:
        wish, grammar = self.wish, self.grammar
        moods = [self._pick(grammar.moods[mood].say) for mood in wish.mood]
        adjectives = " and ".join(moods) if self.random.random() < 0.4 else ", ".join(moods)
        after: list[str] = []
        head = self._head()
        if head is None and moods and something and self.random.random() < 0.3 and not wish.voice:
            parts = ["something", adjectives]
        else:
            parts = [adjectives] if adjectives else []
            if wish.era:
                parts, after = self._date(parts, after)
            if wish.voice == "instrumental" and self.random.random() < 0.6:
                parts.append("instrumental")
            elif wish.voice:
                after.append(self._pick(grammar.voices[wish.voice].after))
            quiet = wish.voice == "instrumental" or bool(
                wish.limit and ("vocals", "vocals") in wish.limit.without
            )
            nouns = grammar.nouns_without_singing if quiet else grammar.nouns
            parts.append(head or self._pick(nouns))
        if wish.instrument and (wish.genre or not grammar.instruments[wish.instrument].say):
            after.insert(0, self._pick(grammar.instruments[wish.instrument].with_))
        if wish.theme:
            about = grammar.themes[wish.theme].after
            fitting = [words for words in about if not (before_use and words.startswith("for "))]
            after.append(self._pick(fitting or about))
        return " ".join([*parts, *_joined(after)])

    def _head(self) -> str | None:
        wish = self.wish
        if wish.genre:
            return self._pick(self.grammar.genres[wish.genre].say)
        if wish.instrument and self.grammar.instruments[wish.instrument].say:
            return self._pick(self.grammar.instruments[wish.instrument].say)
        return None

    def _date(self, parts: list[str], after: list[str]) -> tuple[list[str], list[str]]:
        assert self.wish.era is not None
        era = self.grammar.eras[self.wish.era]
        if self.random.random() < 0.65:
            return [*parts, self._pick(era.say)], after
        return parts, [*after, self._pick(era.from_)]

    def _keywords(self) -> str:
        wish, grammar = self.wish, self.grammar
        words = [self._pick(grammar.moods[mood].say) for mood in wish.mood]
        if wish.era:
            words.append(self._pick(grammar.eras[wish.era].say))
        if wish.genre:
            words.append(grammar.genres[wish.genre].key)
        if wish.instrument:
            words.append(grammar.instruments[wish.instrument].key)
        if wish.theme:
            words.append(grammar.themes[wish.theme].key)
        if wish.activity:
            words.append(grammar.activities[wish.activity].key)
        if wish.voice:
            words.append(grammar.voices[wish.voice].key)
        if wish.limit:
            words.append(wish.limit.key)
        if self.random.random() < 0.25:
            cut = int(self.random.random() * len(words))
            words = words[cut:] + words[:cut]
        return (", " if self.random.random() < 0.25 else " ").join(words)

    def _as_typed(self, text: str) -> str:
        """Finish the text the way people do: capitals or none, apostrophes or none."""
        roll = self.random.random()
        if roll < 0.45:
            text = text.lower()
        elif roll < 0.85:
            text = re.sub(r"(^|[.?] )(\w)", lambda m: m.group(1) + m.group(2).upper(), text)
        if self.random.random() < 0.08:
            text = text.replace("I'm", "Im").replace("i'm", "im").replace("can't", "cant")
        return text

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random.random() * len(choices))]

    def _index(self, weights: Sequence[float]) -> int:
        rest = self.random.random() * sum(weights)
        for index, weight in enumerate(weights):
            rest -= weight
            if rest < 0:
                return index
        return len(weights) - 1


def _joined(phrases: Iterable[str]) -> list[str]:
    """Say "with" once: "with piano and a female singer"."""
    said_with = False
    joined = []
    for phrase in sorted(phrases, key=lambda words: not words.startswith("with ")):
        if phrase.startswith("with ") and said_with:
            phrase = "and " + phrase.removeprefix("with ")
        said_with = said_with or phrase.startswith("with ")
        joined.append(phrase)
    return joined


_SMALL_WORDS = frozenset(
    ("with", "that", "from", "some", "your", "have", "this", "what", "when", "week")
)


def _repeats_a_word(text: str) -> bool:
    """Say whether two words of a prompt begin alike ("study music to study to")."""
    stems = [
        word[:5]
        for word in re.findall(r"[a-z0-9]+", text.casefold())
        if len(word) > 3 and word not in _SMALL_WORDS
    ]
    return len(stems) != len(set(stems))
