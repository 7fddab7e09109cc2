"""What the analysis of one file found. Crosses the pipe from the child as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

ENGINE = "studio"
ENGINE_VERSION = "4"
"""Raise it when the same file would give another result: everything is then heard again."""

TUPLES = ("warnings", "peaks", "embedding", "embedding_spread", "fingerprint")


@dataclass(frozen=True)
class TimeRange:
    """A stretch of sound, in seconds from its start."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class TagFound:
    """A term of the vocabulary that a model heard.

    `confidence` is from 0 to 1; `ranges` are the seconds that justify it, the strongest first.
    """

    facet: str
    term: str
    confidence: float
    ranges: tuple[TimeRange, ...]
    model: str
    model_version: str


@dataclass(frozen=True)
class TempoCandidate:
    """A tempo in beats per minute with a confidence from 0 to 1."""

    bpm: float
    confidence: float


@dataclass(frozen=True)
class KeyRunnerUp:
    """The next best key; `relation` to the best is relative, parallel, fifth or other."""

    tonic: str
    mode: str
    confidence: float
    relation: str


@dataclass(frozen=True)
class TempoStretch:
    """A stretch in which the tempo stays the same."""

    start_s: float
    end_s: float
    bpm: float


@dataclass(frozen=True)
class Bars:
    """Bars that are clear: how many of the tempo's beats each has, and when they begin.

    `starts_s` covers what was heard in one piece (all of a track of up to twelve minutes).
    """

    beats_per_bar: int
    first_downbeat_s: float
    confidence: float
    starts_s: tuple[float, ...]


@dataclass(frozen=True)
class AnalysisResult:
    """Everything one analysis found. None is a valid answer: silence has no tempo and no key.

    `peaks` are waveform extremes from -127 to 127, minimum and maximum in turn; `embedding` is the
    mean of the taggers' 200-number embeddings, one after the other, `embedding_spread` their
    standard deviation over time; `fingerprint` holds Chromaprint's codes of the first two minutes;
    `key_reason` says why there is no key; `key_code` is the wheel code; `tuning_hz` the pitch of
    A. `tempo_stretches` hold the tempo over time, and are empty where it is not firm; `bars` is
    None where they are not clear.
    `vocals_share` is the share of time with a voice; `valence` and `arousal` go from -1 to 1 and
    are drawn from mood words, not measured (`domain.mood_point`). `warnings` are sentences for the
    person.
    """

    duration_s: float
    sample_rate_hz: int
    channels: int
    codec: str
    container: str
    tempo_bpm: float | None = None
    tempo_firm: bool = False
    tempo_candidates: tuple[TempoCandidate, ...] = ()
    key: str | None = None
    mode: str | None = None
    key_confidence: float | None = None
    key_code: str | None = None
    key_runner_up: KeyRunnerUp | None = None
    key_reason: str = ""
    tuning_hz: float | None = None
    tempo_stretches: tuple[TempoStretch, ...] = ()
    bars: Bars | None = None
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None
    vocals_label: str | None = None
    vocals_probability: float | None = None
    vocals_share: float | None = None
    valence: float | None = None
    arousal: float | None = None
    mood_confidence: float | None = None
    tags: tuple[TagFound, ...] = ()
    warnings: tuple[str, ...] = ()
    peaks: tuple[int, ...] = ()
    embedding: tuple[float, ...] = ()
    embedding_spread: tuple[float, ...] = ()
    brightness_hz: float | None = None
    fingerprint: tuple[int, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    peak_rss_mb: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AnalysisResult":
        """Read what `as_json` wrote."""
        values = dict(data)
        values["tempo_candidates"] = tuple(
            TempoCandidate(**entry) for entry in values.get("tempo_candidates", ())
        )
        values["tempo_stretches"] = tuple(
            TempoStretch(**entry) for entry in values.get("tempo_stretches", ())
        )
        if bars := values.get("bars"):
            values["bars"] = Bars(**{**bars, "starts_s": tuple(bars["starts_s"])})
        if runner_up := values.get("key_runner_up"):
            values["key_runner_up"] = KeyRunnerUp(**runner_up)
        values["tags"] = tuple(
            TagFound(**{**entry, "ranges": tuple(TimeRange(**span) for span in entry["ranges"])})
            for entry in values.get("tags", ())
        )
        for name in TUPLES:
            values[name] = tuple(values.get(name, ()))
        return cls(**values)
