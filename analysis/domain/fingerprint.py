"""Acoustic fingerprints: reading Chromaprint's, and telling whether two hold the same recording.

A fingerprint is a row of 32-bit codes, about eight a second. A re-encoded copy differs in some bits
of most codes, another song in half of all bits; so two recordings are laid over each other at the
offset that most equal codes vote for, and the differing bits are counted there.
"""

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]

CODE_S = 4096 / 3 / 11_025
"""Seconds from code to code: frames of 4,096 samples at 11,025 Hz that overlap by two thirds."""
HEARD_S = 120.0
"""Only so much from the start is kept, as the AcoustID service does; bounds size and time."""
SAME_UP_TO, DOUBTFUL_UP_TO = 0.15, 0.3
"""Shares of differing bits. Copies as MP3, Ogg and Opus, trimmed or at another gain, stay below
0.13; different pieces of one composer begin at 0.37 (see docs/benchmarks.md, Duplicates)."""
LEAST_OVERLAP_S = 12.0
PART_SHIFT = 6
PARTS_OF = 4
VOTES_NEEDED = 4


@dataclass(frozen=True)
class Alignment:
    """Two fingerprints laid over each other.

    `offset_s` is how much later the same sound comes in the first; `difference` the share of bits
    that differ where both have sound, 0.5 for unrelated music.
    """

    offset_s: float
    overlap_s: float
    difference: float

    @property
    def is_same(self) -> bool:
        """Whether it is one recording, whatever was done to the file."""
        return self.overlap_s >= LEAST_OVERLAP_S and self.difference <= SAME_UP_TO

    @property
    def is_alike(self) -> bool:
        """Whether a person should look: the same recording, or parts of it in another mix."""
        return self.overlap_s >= LEAST_OVERLAP_S and self.difference <= DOUBTFUL_UP_TO


def decode_chromaprint(text: str) -> Codes:
    """Read the text that Chromaprint gives: base64 of packed differences between codes.

    Each code is written as the places of the bits that differ from the code before: distances in
    three bits, 0 for the end of a code, 7 and more continued in five bits after all of them.

    Raises
    ------
    ValueError : the text ends early
    """
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(data) < 4:
        raise ValueError("a fingerprint has at least four bytes")
    wanted = int.from_bytes(data[1:4], "big")
    bits = np.unpackbits(np.frombuffer(data, np.uint8, offset=4), bitorder="little")
    steps = _unpacked(bits, 3)
    ends = np.flatnonzero(steps == 0)
    if len(ends) < wanted:
        raise ValueError("the fingerprint ends early")
    steps = steps[: ends[wanted - 1] + 1] if wanted else steps[:0]
    far = np.flatnonzero(steps == 7)
    used_bytes = (3 * len(steps) + 7) // 8
    more = _unpacked(bits[8 * used_bytes :], 5)[: len(far)]
    if len(more) < len(far):
        raise ValueError("the fingerprint ends early")
    steps = steps.astype(np.int64)
    steps[far] += more
    codes = np.zeros(wanted, np.uint32)
    code = place = position = 0
    for step in steps.tolist():
        if step == 0:
            codes[position] = code
            position, place = position + 1, 0
        else:
            place += step
            code ^= 1 << (place - 1)
    return codes


def _unpacked(bits: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    whole = len(bits) // width
    weights = (1 << np.arange(width)).astype(np.uint8)
    return np.asarray(bits[: whole * width].reshape(whole, width) @ weights, np.uint8)


def parts_of(codes: Codes) -> list[int]:
    """Give the numbers by which a fingerprint is found in an index: some of its codes, coarsely.

    Which codes are taken depends on the codes alone, so that two copies choose the same ones
    wherever they start. Codes that stand still are silence or a held tone, in which all music is
    alike; they find nothing.
    """
    moving = codes[1:][np.diff(codes.astype(np.int64)) != 0]
    coarse = (moving >> np.uint32(PART_SHIFT)).astype(np.uint64)
    mixed = (coarse * np.uint64(2_654_435_761)) >> np.uint64(16)
    return sorted(set(coarse[mixed % np.uint64(PARTS_OF) == 0].astype(int).tolist()))


def align(one: Codes, other: Codes) -> Alignment | None:
    """Lay two fingerprints over each other; None where no offset has enough equal codes.

    Costs time in proportion to the codes that both have, not to the product of the lengths.
    """
    if not len(one) or not len(other):
        return None
    offset = _voted_offset(one, other)
    if offset is None:
        return None
    start_one, start_other = max(offset, 0), max(-offset, 0)
    length = min(len(one) - start_one, len(other) - start_other)
    first, second = one[start_one:][:length], other[start_other:][:length]
    differing = np.bitwise_count(first ^ second)
    sounding = np.ones(length, bool)
    sounding[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    if not sounding.any():
        return None
    return Alignment(
        offset_s=round(offset * CODE_S, 2),
        overlap_s=round(float(sounding.sum()) * CODE_S, 1),
        difference=round(float(differing[sounding].mean()) / 32, 4),
    )


def _voted_offset(one: Codes, other: Codes) -> int | None:
    """Find the offset that most pairs of equal coarse codes agree on; rare codes count alone."""
    shift = np.uint32(12)
    order = np.argsort(other >> shift, kind="stable")
    values = (other >> shift)[order]
    wanted = one >> shift
    first = np.searchsorted(values, wanted, "left")
    last = np.searchsorted(values, wanted, "right")
    counts = last - first
    rare = np.flatnonzero((counts > 0) & (counts <= 8))
    offsets = [place - order[first[place] : last[place]] for place in rare.tolist()]
    if not offsets:
        return None
    votes = np.concatenate(offsets) + len(other)
    tally = np.bincount(votes)
    smooth = tally.copy()
    smooth[1:] += tally[:-1]
    smooth[:-1] += tally[1:]
    best = int(smooth.argmax())
    return best - len(other) if smooth[best] >= VOTES_NEEDED else None
