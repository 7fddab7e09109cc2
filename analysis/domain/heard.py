"""What one analysis found in a recording, as the suggestions see it."""

from dataclasses import dataclass

from analysis.domain.result import TempoCandidate, TimeRange

SILENT_BELOW_LUFS = -60.0  # bleed and dither of an empty stem lie below; chosen by ear


@dataclass(frozen=True)
class HeardTag:
    """A term a model heard in one recording."""

    facet: str
    term: str
    confidence: float
    ranges: tuple[TimeRange, ...]
    model: str
    model_version: str


@dataclass(frozen=True)
class Heard:
    """What one analysis found in the master (no stem) or in a stem."""

    audio: str
    tags: tuple[HeardTag, ...] = ()
    tempo_bpm: float | None = None
    tempo_firm: bool = False
    tempo_candidates: tuple[TempoCandidate, ...] = ()
    key: str | None = None
    mode: str | None = None
    key_confidence: float | None = None
    loudness_lufs: float | None = None
    duration_s: float = 0.0
    brightness_hz: float | None = None
    vocals_label: str = ""
    vocals_probability: float = 0.0
    stem_id: int | None = None
    stem_role: str = ""
    stem_name: str = ""

    @property
    def has_sound(self) -> bool:
        """Whether there is more in it than silence."""
        return self.loudness_lufs is not None and self.loudness_lufs > SILENT_BELOW_LUFS
