"""One prompt, one list: scores with their parts, the fate of every chip, limits and their cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompts.domain.explaining import Mix
from prompts.domain.index import TrackIndex
from prompts.domain.intent import Chip, Kind, Polarity, Strength
from prompts.domain.lexical import bucket, content_words
from prompts.domain.lexicon import Term
from prompts.domain.limits import Choice, Effect, Length, Limits, Pick, choose
from prompts.domain.names import known_name
from prompts.domain.postings import Floats
from prompts.domain.queries import (
    Filters,
    QueryBlock,
    bounds_of,
)
from prompts.domain.surfacing import (
    apply_filters,
    carry_all,
    refused_by,
    score_single,
    unknown_to,
)

LEAST_EVIDENCE = 0.03
"""A track must owe at least this much to terms or words; likeness of texts alone lists nothing."""

LEAST_OF_BEST = 0.3
"""... and at least this share of the best score: what comes only faintly near is no answer."""

LEAST_LIKENESS = 0.15
"""... unless the texts are this much alike, in score points (out of the blend's 0.3)."""


DEFAULT_LIMIT = 25


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one chip: what it did to the catalog, in numbers and words."""

    chip: Chip
    words: str
    kept: int | None = None
    removed: int | None = None
    unknown: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The tracks chosen for a prompt, best first, and what the limits did."""

    picks: tuple[Pick, ...]
    effects: tuple[Effect, ...]
    fates: tuple[Fate, ...]
    considered: int
    eligible: int
    faint: int
    seconds: float
    unknown_lengths: int


def select(
    queries: QueryBlock,
    index: TrackIndex,
    *,
    length: Length | None = None,
    limits: Limits | None = None,
    among: NDArray[np.bool_] | None = None,
    mix: Mix | None = None,
    popularity: Floats | None = None,
) -> Selection:
    """Choose the tracks for the first prompt of a block.

    `among` marks the positions the asker may see. Limits on artists and labels give way where the
    list could not be filled otherwise; such picks say so. `popularity` (0 to 1) is None where
    nothing is known of what people listened to.
    """
    mix = mix or Mix()
    length = length or Length(DEFAULT_LIMIT)
    limits = limits or Limits()
    intent = queries.intents[0]
    scores, likeness = score_single(queries, index)
    visible = np.ones(len(index), dtype=bool) if among is None else among
    eligible = np.isfinite(scores) & visible & has_evidence(queries, scores, likeness, mix)
    if mix.intent_share != 1.0 or mix.components:
        share = np.float32(mix.intent_share)
        scores = share * np.where(np.isfinite(scores), scores, np.float32(0))
        for component in mix.components:
            scores = scores + component.values
    positions = np.flatnonzero(eligible)
    order = positions[np.lexsort((positions, -scores[positions]))]
    fitting = len(order)
    if fitting and not intent.is_filter_only:
        fitting = int((scores[order] >= LEAST_OF_BEST * scores[order[0]]).sum())
    faint = len(order) - fitting
    order = order[:fitting]
    choice = choose(order, scores, index, length, limits, popularity)
    return Selection(
        choice.picks,
        choice.effects,
        tuple(list_fate(chip, choice) or fate_of(chip, index, visible) for chip in intent.chips),
        considered=int(visible.sum()),
        eligible=fitting,
        faint=faint,
        seconds=choice.seconds,
        unknown_lengths=choice.unknown_lengths,
    )


def has_evidence(
    queries: QueryBlock, scores: Floats, likeness: Floats, mix: Mix
) -> NDArray[np.bool_]:
    """Which tracks owe enough to terms, words or texts to be listed for a single prompt.

    A prompt of hard wishes only ("over 120 BPM") lists every track that meets them.
    """
    if queries.intents[0].is_filter_only:
        return np.ones(len(scores), dtype=bool)
    enough = np.asarray(((scores - likeness) >= LEAST_EVIDENCE) | (likeness >= LEAST_LIKENESS))
    for component in mix.components:
        enough |= component.values >= LEAST_EVIDENCE
    return enough


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
    return _bound_fate(chip, index, visible)


def list_fate(chip: Chip, choice: Choice) -> Fate | None:
    """What became of a chip about the list as a whole; None for chips about tracks."""
    if not chip.counts:
        return None
    listed = len(choice.picks)
    if chip.kind is Kind.COUNT:
        if chip.low is not None and listed < int(chip.low):
            return Fate(chip, f"Asked for {int(chip.low):,}; {_tracks(listed)} fit.", listed)
        return Fate(chip, f"Cut the list to {_tracks(listed)}.", listed)
    if chip.kind is Kind.ARC:
        return Fate(chip, "Sets the order of the list.")
    if chip.kind is Kind.DURATION and chip.value == "list":
        words = f"The list runs {minutes(choice.seconds)}"
        if choice.unknown_lengths:
            words += f"; {_tracks(choice.unknown_lengths)} of unknown length counted as 3:30"
        return Fate(chip, f"{words}.", listed)
    if chip.kind is Kind.NOVELTY:
        which = "less" if chip.value == "fresh" else "better"
        return Fate(chip, f"Moved {which} known tracks forward, by what was played here.")
    return None


def minutes(seconds: float) -> str:
    """A running time as players show it."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    clock = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{clock}" if hours else f"{rest // 60}:{rest % 60:02d}"


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
    near = int(((index.columns.term(group[0]) >= 0.25) & visible).sum()) - have
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
    outcome = "removed" if bounds[0].is_hard else "further back"
    words = f"{_tracks(kept).capitalize()} {'fits' if kept <= 1 else 'fit'}, {removed:,} {outcome}"
    words += f"; {unknown:,} without this fact come last." if unknown else "."
    return Fate(chip, words, kept, removed if bounds[0].is_hard else None, unknown)


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
