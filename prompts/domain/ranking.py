"""One prompt, one list: scores with their parts, the fate of every chip, limits and their cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompts.domain.concepts import TermReading
from prompts.domain.documents import TrackDocument
from prompts.domain.index import EncodedTrack, Floats, TrackIndex, encode_track
from prompts.domain.intent import Chip, Kind, Polarity, Strength
from prompts.domain.lexical import bucket, content_words
from prompts.domain.lexicon import Term
from prompts.domain.names import known_name
from prompts.domain.queries import (
    Filters,
    QueryBlock,
    bounds_of,
    chip_weights,
)
from prompts.domain.surfacing import (
    apply_filters,
    carry_all,
    fact,
    refused_by,
    score_all,
    unknown_to,
)

LEAST_EVIDENCE = 0.03
"""A track must owe at least this much to terms or words; likeness of texts alone lists nothing."""

LEAST_LIKENESS = 0.14
"""... unless the texts are this much alike, in score points (out of the blend's 0.28)."""


@dataclass(frozen=True, slots=True)
class Part:
    """What added to a score or cost it. `value` is in score points; all parts sum to the score."""

    source: str
    label: str
    value: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one chip: what it did to the catalog, in numbers and words."""

    chip: Chip
    words: str
    kept: int | None = None
    removed: int | None = None
    unknown: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A track of the list before ordering."""

    position: int
    score: float
    is_over_limit: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The tracks chosen for a prompt, best first, and what the limits did."""

    picks: tuple[Pick, ...]
    fates: tuple[Fate, ...]
    considered: int
    eligible: int
    held_back: int
    limit_cost: float


@dataclass(frozen=True, slots=True)
class Component:
    """What an approach adds beside the intent: one value a track, already weighted."""

    source: str
    label: str
    values: Floats
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mix:
    """How an approach composes a score: a share of the intent's points, and its own components."""

    intent_share: float = 1.0
    components: tuple[Component, ...] = ()


def select(
    queries: QueryBlock,
    index: TrackIndex,
    *,
    limit: int = 25,
    per_artist: int = 2,
    among: NDArray[np.bool_] | None = None,
    mix: Mix | None = None,
) -> Selection:
    """Choose the tracks for the first prompt of a block.

    `among` marks the positions the asker may see. `per_artist` gives way where the list could not
    be filled otherwise; such picks say so. The cost is the mean score the limit gave away.
    """
    mix = mix or Mix()
    intent = queries.intents[0]
    scores = score_all(queries, index)[0]
    visible = np.ones(len(index), dtype=bool) if among is None else among
    eligible = np.isfinite(scores) & visible & has_evidence(queries, index, scores, mix)
    if mix.intent_share != 1.0 or mix.components:
        scores = mix.intent_share * np.where(np.isfinite(scores), scores, 0.0)
        for component in mix.components:
            scores = scores + component.values
    positions = np.flatnonzero(eligible)
    order = positions[np.lexsort((positions, -scores[positions]))]
    picks, held_back = _limited(order, scores, index, limit, per_artist)
    best = scores[order[: len(picks)]]
    cost = float(best.mean() - np.mean([pick.score for pick in picks])) if picks else 0.0
    return Selection(
        picks,
        tuple(fate_of(chip, index, visible) for chip in intent.chips),
        considered=int(visible.sum()),
        eligible=len(positions),
        held_back=held_back,
        limit_cost=max(0.0, cost),
    )


def has_evidence(
    queries: QueryBlock, index: TrackIndex, scores: Floats, mix: Mix
) -> NDArray[np.bool_]:
    """Which tracks owe enough to terms, words or texts to be listed for a single prompt.

    A prompt of hard wishes only ("over 120 BPM") lists every track that meets them.
    """
    weights = queries.weights[0]
    if not weights[: len(index.space)].any() and queries.filters[0]:
        return np.ones(len(index), dtype=bool)
    text = index.text_columns
    likeness = weights[text] @ index.matrix[text]
    enough = np.asarray(((scores - likeness) >= LEAST_EVIDENCE) | (likeness >= LEAST_LIKENESS))
    for component in mix.components:
        enough |= component.values >= LEAST_EVIDENCE
    return enough


def _limited(
    order: NDArray[np.intp], scores: Floats, index: TrackIndex, limit: int, per_artist: int
) -> tuple[tuple[Pick, ...], int]:
    taken: list[Pick] = []
    waiting: list[int] = []
    counts: Counter[int] = Counter()
    for position in order:
        if len(taken) == limit:
            break
        artist = int(index.artist_codes[position])
        if counts[artist] >= per_artist:
            waiting.append(int(position))
            continue
        counts[artist] += 1
        taken.append(Pick(int(position), float(scores[position])))
    held_back = len(waiting)
    for position in waiting[: limit - len(taken)]:
        taken.append(Pick(position, float(scores[position]), is_over_limit=True))
        held_back -= 1
    return tuple(taken), held_back


def fate_of(chip: Chip, index: TrackIndex, visible: NDArray[np.bool_]) -> Fate:
    """Say what a chip did to this catalog."""
    total = int(visible.sum())
    if chip.strength is Strength.UNSUPPORTED:
        return Fate(chip, chip.note)
    if chip.strength is Strength.UNKNOWN:
        return _unknown_fate(chip, index, visible)
    if chip.kind in (Kind.LIKE_ARTIST, Kind.LIKE_TRACK):
        name = known_name(chip, index)
        found = int(visible[name.positions(index)].sum()) if name else 0
        if not name or not found:
            return Fate(
                chip, f"Nothing by that name in this catalog, so “{chip.value}” changes nothing.", 0
            )
        if chip.polarity is Polarity.EXCLUDED:
            return Fate(chip, f"Removed {_tracks(found)} of that name.", total - found, found)
        return Fate(chip, f"Compared with {_tracks(found)} of that name.", found)
    if chip.term is not None and chip.term in index.space.columns:
        return _term_fate(chip, index, visible, total)
    if chip.kind is Kind.COUNT:
        return Fate(chip, "Sets how many tracks are listed.")
    if chip.kind is Kind.ARC:
        return Fate(chip, "Sets the order of the list.")
    if chip.kind is Kind.DURATION and chip.value == "list":
        return Fate(chip, "Sets how long the list runs.")
    if chip.kind is Kind.NOVELTY:
        return Fate(
            chip,
            "Prefers less known tracks."
            if chip.value == "fresh"
            else "Prefers better known tracks.",
        )
    return _bound_fate(chip, index, visible)


def _term_fate(chip: Chip, index: TrackIndex, visible: NDArray[np.bool_], total: int) -> Fate:
    assert chip.term is not None
    columns = index.space.columns
    group = [columns[t] for t in (chip.term, *chip.together) if t in columns]
    have = int(visible[carry_all(tuple(group), index)].sum())
    if chip.polarity is Polarity.EXCLUDED:
        return Fate(chip, f"Removed {_tracks(have)}.", total - have, have)
    if chip.strength is Strength.HARD and chip.term == Term("vocals", "instrumental"):
        sung = int(visible[index.carriers.of(columns[Term("vocals", "vocals")])].sum())
        silent = total - sung - have
        words = f"Removed {_tracks(sung)} with voices"
        words += (
            f"; {_tracks(silent)} say nothing about voices and come later." if silent > 0 else "."
        )
        return Fate(chip, words, total - sung, sung, max(0, silent))
    if chip.strength is Strength.HARD:
        return Fate(
            chip,
            f"Kept {_tracks(have)} that have it, removed {total - have:,}.",
            have,
            total - have,
        )
    if chip.polarity is Polarity.LESS:
        return Fate(chip, f"Moved {_tracks(have)} that have it back.", have)
    near = int(((index.matrix[group[0]] >= 0.25) & visible).sum()) - have
    words = f"{_tracks(have).capitalize()} {'has' if have <= 1 else 'have'} it"
    words += f", {near:,} more {'comes' if near == 1 else 'come'} near." if near > 0 else "."
    return Fate(chip, words, have)


def _bound_fate(chip: Chip, index: TrackIndex, visible: NDArray[np.bool_]) -> Fate:
    bounds = bounds_of(chip)
    if not bounds:
        return Fate(chip, chip.note or "Changes nothing here.")
    values = getattr(index.facts, bounds[0].field)
    unknown = int((unknown_to(bounds[0], values) & visible).sum())
    removed = int((refused_by(bounds[0], values) & visible).sum())
    kept = int(visible.sum()) - removed - unknown
    words = f"{_tracks(kept).capitalize()} {'fits' if kept <= 1 else 'fit'}, {removed:,} removed"
    words += f"; {unknown:,} without this fact come last." if unknown else "."
    return Fate(chip, words, kept, removed, unknown)


def _unknown_fate(chip: Chip, index: TrackIndex, visible: NDArray[np.bool_]) -> Fate:
    words = content_words([chip.text], index.space.lexicon.cues.stop_words)
    found: set[int] = set()
    for word in words:
        found.update(int(p) for p in index.words.of(bucket(word)) if visible[p])
    if found:
        return Fate(chip, f"Not a term; found in the words of {_tracks(len(found))}.", len(found))
    return Fate(chip, "Not understood, and in no title, name or description.", 0)


def _tracks(number: int) -> str:
    return "1 track" if number == 1 else f"{number:,} tracks" if number else "no track"


def left_by(filters: Filters, index: TrackIndex, visible: NDArray[np.bool_]) -> int:
    """How many visible tracks the filters together leave."""
    probe = np.zeros(len(index), dtype=np.float32)
    apply_filters(filters, index, probe)
    return int((np.isfinite(probe) & visible).sum())


def explain(
    document: TrackDocument,
    queries: QueryBlock,
    index: TrackIndex,
    *,
    position: int | None = None,
    mix: Mix | None = None,
    row: int = 0,
) -> list[Part]:
    """List what gave a track its score for one prompt; the parts sum to the score."""
    intent = queries.intents[row]
    track = encode_track(document, index)
    space = index.space
    reading = space.read_document(document)
    blend = queries.blend
    parts: list[Part] = []
    for chip, weights in chip_weights(intent, index, blend):
        for column, weight in weights.items():
            value = float(blend.concepts * weight * track.vector[column])
            if abs(value) < 5e-4:
                continue
            term = space.terms[column]
            parts.append(
                Part(
                    _source(chip), _part_label(chip, term, index), value, _why(term, reading, index)
                )
            )
    text = index.text_columns
    likeness = float(queries.weights[row, text] @ track.vector[text])
    if abs(likeness) >= 5e-4:
        parts.append(
            Part(
                "text",
                "Likeness of the texts",
                likeness,
                "How near the wording of prompt and track are.",
            )
        )
    parts.extend(_word_parts(track, queries, index, row))
    parts += [
        Part("name", f"By name: {name.chip.value}", blend.named, "Named in the prompt.")
        for name in queries.names[row]
        if name.names(track)
    ]
    for bound in queries.filters[row].bounds:
        if unknown_to(bound, fact(track, bound))[0]:
            parts.append(
                Part(
                    "unknown",
                    bound.chip.label,
                    -blend.unknown_fact,
                    "This fact is not known of the track.",
                )
            )
    if mix is not None:
        share = mix.intent_share
        parts = [Part(p.source, p.label, share * p.value, p.note) for p in parts if share]
        parts += [
            Part(c.source, c.label, float(c.values[position]), c.note)
            for c in mix.components
            if position is not None
        ]
    return _grouped(parts)


def _source(chip: Chip | None) -> str:
    return "like" if chip is None else str(chip.kind)


def _part_label(chip: Chip | None, term: Term, index: TrackIndex) -> str:
    if chip is None:
        return "Like the named artists"
    if chip.term is not None and chip.term != term:
        return index.space.lexicon.label(term)
    return chip.label


def _why(term: Term, reading: TermReading, index: TrackIndex) -> str:
    """Which of the track's terms reached a column most, in words."""
    space = index.space
    label = space.lexicon.label
    row = space.relations[space.columns[term]]
    reached = [
        (row[space.columns[other]] * weight, other)
        for other, weight in reading.weights.items()
        if row[space.columns[other]] * weight > 0.02
    ]
    if not reached:
        return ""
    _, nearest = max(reached, key=lambda pair: (pair[0], pair[1]))
    where = {
        "asserted": "tagged",
        "description": "said in the description",
        "tempo": "from its tempo",
        "energy": "from its energy",
        "year": "from its year",
        "key": "from its key",
        "language": "from its language",
    }[reading.sources[nearest]]
    if nearest == term:
        return where.capitalize()
    return f"{label(nearest)} ({where}) comes near {label(term).lower()}"


def _word_parts(
    track: EncodedTrack, queries: QueryBlock, index: TrackIndex, row: int
) -> list[Part]:
    has = dict(zip(track.words.tolist(), track.word_weights.tolist(), strict=True))
    words = queries.words[[row]]
    stop_words = index.space.lexicon.cues.stop_words
    spelled = {
        bucket(word): word
        for word in content_words([queries.intents[row].searched_text], stop_words)
    }
    value = 0.0
    shared: list[str] = []
    for at, weight in zip(words.indices.tolist(), words.data.tolist(), strict=True):
        if at in has:
            value += weight * has[at]
            shared.append(spelled.get(at, ""))
    if value < 5e-4:
        return []
    return [Part("words", "Shared words", value, ", ".join(sorted(filter(None, shared))))]


def _grouped(parts: Sequence[Part]) -> list[Part]:
    """Sum parts of one label, largest first, costs last."""
    kept: dict[tuple[str, str], Part] = {}
    for part in parts:
        before = kept.get((part.source, part.label))
        if before is not None:
            part = Part(
                part.source, part.label, before.value + part.value, before.note or part.note
            )
        kept[part.source, part.label] = part
    return sorted(kept.values(), key=lambda part: -part.value)
