"""The order of a playlist: along an arc of energy and tempo, with small jumps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

ARCS = ("fit", "steady", "rise", "wave", "cool-down")
"""`fit` keeps the order of relevance; the others follow a path."""

ARC_WEIGHT = 6.0
JUMP_WEIGHT = 1.0
SAME_ARTIST = 50.0
MAX_ROUNDS = 40
TEMPO_JUMP_FULL = 0.35
"""A tempo ratio of 2**0.35 (about 27 %) counts as a full jump; a DJ would not mix across it."""

_CIRCLE_OF_FIFTHS = ("C", "G", "D", "A", "E", "B", "Gb", "Db", "Ab", "Eb", "Bb", "F")
_FIFTHS = {tonic: place for place, tonic in enumerate(_CIRCLE_OF_FIFTHS)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What ordering needs to know of a track; None and empty mean unknown."""

    tempo_bpm: float | None
    energy: float | None
    key: str
    artist: str


@dataclass(frozen=True, slots=True)
class PlayOrder:
    """An order (positions in the candidates given) and the jump before each track but the first."""

    order: tuple[int, ...]
    jumps: tuple[float, ...]

    @property
    def mean_jump(self) -> float:
        """Mean jump between neighbours, 0 (seamless) to 1; 0 for a single track."""
        return sum(self.jumps) / len(self.jumps) if self.jumps else 0.0


def sequence(candidates: Sequence[Candidate], arc: str = "fit") -> PlayOrder:
    """Order candidates (given best first) along an arc; deterministic.

    Raises
    ------
    ValueError : for an arc that is not in `ARCS`
    """
    if arc not in ARCS:
        raise ValueError(f"unknown arc {arc!r}")
    size = len(candidates)
    if size < 2:
        return PlayOrder(tuple(range(size)), ())
    jumps = _jump_table(candidates)
    deviation = _deviation(candidates, arc)
    start = sorted(range(size), key=lambda i: (deviation[i, :].argmin(), i))
    if arc == "fit":
        start = list(range(size))
    elif arc in ("rise", "cool-down", "wave"):
        start = _assign(candidates, arc)
    smoothness = 0.0 if arc == "fit" else JUMP_WEIGHT  # best first means best first
    order = _improve(start, deviation, smoothness * jumps, candidates)
    return PlayOrder(
        tuple(order),
        tuple(round(float(jumps[a, b]), 4) for a, b in pairwise(order)),
    )


def jump(a: Candidate, b: Candidate) -> float:
    """How rough the change from one track to the next is, 0 to 1.

    Mean of the known ones of: tempo (octaves folded, so 70 to 140 is smooth), key (steps on the
    wheel of fifths, relative keys next to each other) and energy.
    """
    parts: list[tuple[float, float]] = []
    if a.tempo_bpm and b.tempo_bpm:
        octaves = abs(math.log2(a.tempo_bpm / b.tempo_bpm))
        folded = abs(octaves - round(octaves)) + 0.1 * round(octaves)
        parts.append((0.5, min(1.0, folded / TEMPO_JUMP_FULL)))
    steps = key_distance(a.key, b.key)
    if steps is not None:
        parts.append((0.2, steps / 6))
    if a.energy is not None and b.energy is not None:
        parts.append((0.3, min(1.0, abs(a.energy - b.energy) / 0.6)))
    total = sum(weight for weight, _ in parts)
    return sum(weight * value for weight, value in parts) / total if total else 0.0


def key_distance(a: str, b: str) -> int | None:
    """Steps between two keys on the wheel, 0 to 6; None where one is unknown."""
    places = [_wheel(key) for key in (a, b)]
    if places[0] is None or places[1] is None:
        return None
    around = abs(places[0][0] - places[1][0])
    steps = min(around, 12 - around)
    return min(6, steps + (1 if places[0][1] != places[1][1] and steps else 0))


def _wheel(key: str) -> tuple[int, str] | None:
    tonic, _, mode = key.partition(" ")
    place = _FIFTHS.get(tonic)
    if place is None or mode not in ("major", "minor"):
        return None
    return (place if mode == "major" else (place - 3) % 12), mode


def intensity(candidates: Sequence[Candidate], *, by_tempo: bool) -> NDArray[np.float64]:
    """One number a track for its place on the arc; unknown ones get the middle of the list."""
    tempos = np.array([c.tempo_bpm or np.nan for c in candidates])
    energies = np.array([np.nan if c.energy is None else c.energy for c in candidates])
    scaled_tempo = _scaled(np.log2(tempos))
    scaled_energy = _scaled(energies)
    first, second = (scaled_tempo, scaled_energy) if by_tempo else (scaled_energy, scaled_tempo)
    mixed = np.where(np.isnan(first), second, first)
    if not by_tempo:
        both = ~np.isnan(first) & ~np.isnan(second)
        mixed = np.where(both, 0.7 * first + 0.3 * second, mixed)
    return np.asarray(np.where(np.isnan(mixed), 0.5, mixed))


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if np.isnan(values).all():
        return values
    low, high = np.nanmin(values), np.nanmax(values)
    return (values - low) / (high - low) if high > low else np.where(np.isnan(values), values, 0.5)


def _assign(candidates: Sequence[Candidate], arc: str) -> list[int]:
    values = intensity(candidates, by_tempo=arc == "rise")
    rising = sorted(range(len(candidates)), key=lambda i: (values[i], i))
    if arc == "rise":
        return rising
    if arc == "cool-down":
        return rising[::-1]
    target = _curve(arc, len(candidates))
    places = sorted(range(len(candidates)), key=lambda place: (target[place], place))
    order = [0] * len(candidates)
    for place, track in zip(places, rising, strict=True):
        order[place] = track
    return order


def _curve(arc: str, size: int) -> NDArray[np.float64]:
    along = np.linspace(0.0, 1.0, size)
    if arc == "rise":
        return along
    if arc == "cool-down":
        return along[::-1]
    if arc == "wave":
        return 0.5 - 0.5 * np.cos(2 * np.pi * along * max(1, round(size / 10)))
    return np.full(size, 0.5)


def _deviation(candidates: Sequence[Candidate], arc: str) -> NDArray[np.float64]:
    """`deviation[track, place]`: how far a track would be off the arc at a place."""
    size = len(candidates)
    if arc == "fit":
        ranks = np.arange(size)
        return np.asarray(np.abs(ranks[:, None] - ranks[None]) / size)
    if arc == "steady":
        return np.zeros((size, size))
    values = intensity(candidates, by_tempo=arc == "rise")
    target = np.empty(size)
    for place, track in enumerate(_assign(candidates, arc)):
        target[place] = values[track]
    return np.abs(values[:, None] - target[None])


def _jump_table(candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    size = len(candidates)
    table = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1, size):
            table[i, j] = table[j, i] = jump(candidates[i], candidates[j])
    return table


def _improve(
    order: list[int],
    deviation: NDArray[np.float64],
    roughness: NDArray[np.float64],
    candidates: Sequence[Candidate],
) -> list[int]:
    """Swap pairs while that makes the whole better: arc, jumps, no artist twice in a row."""
    size = len(order)
    artists = [candidate.artist for candidate in candidates]
    same = [[bool(a) and a == b for b in artists] for a in artists]
    step = [
        [roughness[i, j] + (SAME_ARTIST if same[i][j] else 0.0) for j in range(size)]
        for i in range(size)
    ]
    off = (ARC_WEIGHT * deviation).tolist()

    def around(places: set[int]) -> float:
        edges = {place for at in places for place in (at - 1, at) if 0 <= place < size - 1}
        steps = sum(step[order[place]][order[place + 1]] for place in edges)
        return float(steps + sum(off[order[place]][place] for place in places))

    for _ in range(MAX_ROUNDS):
        improved = False
        for i in range(size - 1):
            for j in range(i + 1, size):
                before = around({i, j})
                order[i], order[j] = order[j], order[i]
                if around({i, j}) < before - 1e-9:
                    improved = True
                else:
                    order[i], order[j] = order[j], order[i]
        if not improved:
            break
    return order
