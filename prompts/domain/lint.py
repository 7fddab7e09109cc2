"""Remarks on the wording of a description. They advise and never block.

The word lists are data (`prompts/data/lint.toml`); each remark names its rule, its place and, where
there is an obvious one, the text that one press puts there instead.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prompts.domain.drafting import four_grams, overlap


@dataclass(frozen=True, slots=True)
class Remark:
    """What could be better between `start` and `end` (code points); `fix` replaces it, or None."""

    rule: str
    start: int
    end: int
    message: str
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class LintRules:
    """The lists and limits of the studio, and the terms a workspace does not want to read."""

    cliches: Mapping[str, str]
    comparing: Sequence[str]
    capitals: frozenset[str]
    small_words: Mapping[str, frozenset[str]]
    limits: Mapping[str, float]
    banned: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text is compared with: its track's names, other artists, texts of other tracks."""

    title: str = ""
    artists: Sequence[str] = ()
    other_artists: Sequence[str] = ()
    others: Sequence[tuple[str, str]] = field(default=())
    language: str = "en"


Rule = Callable[[str, LintRules, Surroundings], Iterator[Remark]]


def lint(text: str, rules: LintRules, around: Surroundings) -> list[Remark]:
    """All remarks on a text, in reading order."""
    found = [remark for rule in RULES for remark in rule(text, rules, around)]
    return sorted(found, key=lambda remark: (remark.start, -remark.end))


def apply_fix(text: str, remark: Remark) -> str:
    """The text with a remark's fix put in, its spacing and capital letter mended."""
    if remark.fix is None:
        return text
    before, after = text[: remark.start], text[remark.end :]
    fix = remark.fix
    if not fix:
        after = after.lstrip() if not before or before[-1].isspace() else after
        if after[:1] in ",.;:!?" and before.endswith(" "):
            before = before.rstrip()
    begins = not before.strip() or re.search(r"[.!?]\s*$", before) is not None
    if begins and fix:
        fix = fix[:1].upper() + fix[1:]
    elif begins:
        after = after[:1].upper() + after[1:]
    return before + fix + after


def _cliches(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    for phrase, fix in rules.cliches.items():
        for match in _phrase(phrase).finditer(text):
            words = f"“{match.group()}” is said of too many tracks."
            yield Remark("cliché", match.start(), match.end(), words, fix)


def _banned(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    for phrase in rules.banned:
        for match in _phrase(phrase).finditer(text):
            words = f"This workspace does not use “{match.group()}”."
            yield Remark("banned term", match.start(), match.end(), words, "")


def _named_artists(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    own = {name.casefold() for name in around.artists}
    named = [
        match
        for name in dict.fromkeys(around.other_artists)
        if len(name) > 3 and name.casefold() not in own
        for match in _phrase(name).finditer(text)
    ]
    if len(named) > rules.limits["named_artists"]:
        for match in named:
            words = "Names of other artists are taken for bait, and partners refuse them."
            yield Remark("artist names", match.start(), match.end(), words)
    phrases = "|".join(re.escape(phrase) for phrase in rules.comparing)
    pattern = re.compile(
        rf",?\s*\b(?:{phrases})\s+((?:[A-Z][\w'’&-]*)(?:(?:\s+|,\s*|\s+(?:and|of|the|de|von)\s+)[A-Z][\w'’&-]*)*)"
    )
    for match in pattern.finditer(text):
        words = f"Comparing with {match.group(1)} says little of this track, and dates."
        yield Remark("artist names", match.start(), match.end(), words, "")


def _keywords(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    run = int(rules.limits["keyword_run"])
    pattern = re.compile(rf"(?:[\w'’-]+(?: [\w'’-]+)?\s*[,;|/]\s*){{{run - 1},}}[\w'’-]+")
    for match in pattern.finditer(text):
        words = "A list of keywords; sentences are read by people and by systems."
        yield Remark("keywords", match.start(), match.end(), words)
    for match in re.finditer(r"(?<!\w)#\w+", text):
        words = "Hashtags belong on social pages."
        yield Remark("keywords", match.start(), match.end(), words, match.group()[1:])
    counts = Counter(w for w in re.findall(r"[^\W\d_]{5,}", text.casefold()))
    for word, count in counts.items():
        if count >= rules.limits["word_repeats"]:
            place = _phrase(word).search(text)
            if place:
                words = f"“{place.group()}” comes {count} times."
                yield Remark("repetition", place.start(), place.end(), words)


def _shouting(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    names = {word for name in (around.title, *around.artists) for word in name.split()}
    least = int(rules.limits["capitals"])
    for match in re.finditer(rf"\b[^\W\d_a-z]{{{least},}}\b", text):
        word = match.group()
        if word.upper() == word != word.lower() and word not in rules.capitals | names:
            yield Remark(
                "shouting", match.start(), match.end(), "Written in capitals.", word.lower()
            )
    for match in re.finditer(r"[!?]{2,}|!", text):
        yield Remark("shouting", match.start(), match.end(), "A full stop is enough.", ".")


def _long_sentences(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    most = int(rules.limits["sentence_words"])
    for match in re.finditer(r"[^.!?\n]+[.!?]?", text):
        count = len(re.findall(r"\w+", match.group()))
        if count > most:
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            words = f"A sentence of {count} words; two are easier to read."
            yield Remark("readability", start, match.end(), words)


def _languages(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    wanted = around.language.split("-")[0]
    if wanted not in rules.small_words:
        return
    for match in re.finditer(r"[^.!?\n]+[.!?]?", text):
        found = re.findall(r"\w+", match.group().casefold())
        if len(found) < 5:
            continue
        scores = {
            code: sum(word in small for word in found) for code, small in rules.small_words.items()
        }
        best = max(scores, key=lambda code: (scores[code], code == wanted))
        if best != wanted and scores[best] >= scores[wanted] + 2:
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            words = f"Reads as another language ({best}) than the text is for ({wanted})."
            yield Remark("mixed languages", start, match.end(), words)


def _title(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    if len(around.title) < 4:
        return
    for match in _phrase(around.title).finditer(text):
        words = "The title stands beside the text anyway."
        at_start = not text[: match.start()].strip(" \"'“”")
        yield Remark("title", match.start(), match.end(), words, "This track" if at_start else "it")


def _duplicates(text: str, rules: LintRules, around: Surroundings) -> Iterator[Remark]:
    own = four_grams(text)
    if not own:
        return
    for name, other in around.others:
        share = overlap(own, four_grams(other))
        if share >= rules.limits["duplicate_share"]:
            words = f"{share:.0%} of this text is also the text of “{name}”."
            yield Remark("duplicate", 0, len(text), words)
            return


def _phrase(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.I)


RULES: tuple[Rule, ...] = (
    _cliches, _banned, _named_artists, _keywords, _shouting, _long_sentences, _languages, _title,
    _duplicates,
)  # fmt: skip
