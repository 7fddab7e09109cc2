"""What the engine knows about one track: only assertions, facts and texts people stand behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TrackDocument:
    """One track as the engine sees it.

    `terms` maps facet -> slug -> weight from 0 to 1 (1 for an assertion without a weight).
    `texts` are description sentences or whole descriptions; they are read with the same lexicon
    as prompts, so "no vocals" in a description never counts as vocals.
    `key` is a tonic and a mode ("F# minor" is written "Gb minor"). `energy`, `valence` and
    `popularity` run from 0 to 1; None means unknown, and unknown is never read as zero.
    `signature` is the sonic signature of the recording, any fixed length, or empty.
    """

    track_id: int
    title: str
    artists: tuple[str, ...] = ()
    artist_ids: tuple[int, ...] = ()
    terms: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    tempo_bpm: float | None = None
    key: str = ""
    loudness_lufs: float | None = None
    energy: float | None = None
    valence: float | None = None
    year: int | None = None
    language: str = ""
    duration_s: float | None = None
    label: str = ""
    popularity: float | None = None
    signature: tuple[float, ...] = ()
