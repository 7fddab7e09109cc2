"""Why a track came: every point of a score, in words and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prompts.domain.concepts import TermReading
from prompts.domain.documents import TrackDocument
from prompts.domain.index import EncodedTrack, TrackIndex, encode_track, fold_title, name_key
from prompts.domain.intent import Chip
from prompts.domain.lexical import bucket, content_words
from prompts.domain.lexicon import Term
from prompts.domain.postings import Floats
from prompts.domain.queries import QueryBlock, chip_weights
from prompts.domain.surfacing import fact, refused_by, unknown_to

LEAST_SHOWN = 5e-4
"""Parts that round to nothing are left out."""


@dataclass(frozen=True, slots=True)
class Part:
    """What added to a score or cost it. `value` is in score points; all parts sum to the score."""

    source: str
    label: str
    value: float
    note: str = ""


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
    note: str = ""
    ignores_prompt: bool = False
    in_browser: bool = False


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
    track = _as_indexed(document, queries, index, position, row)
    space = index.space
    reading = space.read_document(document)
    blend = queries.blend
    parts: list[Part] = []
    for chip, weights in chip_weights(intent, index, blend):
        for column, weight in weights.items():
            value = float(blend.concepts * weight * track.vector[column])
            if not value:
                continue
            term = space.terms[column]
            parts.append(
                Part(
                    _source(chip), _part_label(chip, term, index), value, _why(term, reading, index)
                )
            )
    text = index.text_columns
    likeness = float(queries.weights[row, text] @ track.vector[text])
    if likeness:
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
        elif not bound.is_hard and refused_by(bound, fact(track, bound))[0]:
            parts.append(
                Part("outside", bound.chip.label, -blend.outside_wish, "Outside what is wished.")
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


def _as_indexed(
    document: TrackDocument, queries: QueryBlock, index: TrackIndex, position: int | None, row: int
) -> EncodedTrack:
    """The track as the index holds it; encoded anew only where it has no position there.

    Of its words only those of the prompt are looked up.
    """
    if position is None:
        return encode_track(document, index)
    buckets = queries.words[[row]].indices
    shared: list[int] = []
    weights: list[float] = []
    for at in buckets.tolist():
        positions = index.words.of(at)
        place = int(np.searchsorted(positions, position))
        if place < len(positions) and positions[place] == position:
            shared.append(at)
            weights.append(float(index.words.weights_of(at)[place]))
    facts = index.facts
    return EncodedTrack(
        vector=index.columns.track(position),
        carried=frozenset(),
        words=np.array(shared, dtype=np.int32),
        word_weights=np.array(weights, dtype=np.float32),
        tempo_bpm=float(facts.tempo_bpm[position]),
        year=float(facts.year[position]),
        duration_s=float(facts.duration_s[position]),
        key=int(facts.key[position]),
        artists=tuple(name_key(artist) for artist in document.artists),
        title=fold_title(document.title),
    )


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
    if not value:
        return []
    return [Part("words", "Shared words", value, ", ".join(sorted(filter(None, shared))))]


def _grouped(parts: Sequence[Part]) -> list[Part]:
    """Sum parts of one label, largest first, costs last; what rounds to nothing is left out."""
    kept: dict[tuple[str, str], Part] = {}
    for part in parts:
        before = kept.get((part.source, part.label))
        if before is not None:
            part = Part(
                part.source, part.label, before.value + part.value, before.note or part.note
            )
        kept[part.source, part.label] = part
    shown = [part for part in kept.values() if abs(part.value) >= LEAST_SHOWN]
    return sorted(shown, key=lambda part: -part.value)
