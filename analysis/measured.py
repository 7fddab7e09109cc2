"""What was measured of a track: its recordings, how far they are, and their figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.domain.bar_ruler import BarRuler, ruler
from analysis.domain.result import ENGINE, Bars
from analysis.domain.streaming import Playback, playbacks
from analysis.models import AnalysisRun, Status
from analysis.rules import loudness_targets
from catalog.domain.keys import Key
from catalog.models import AudioFile, Stem


@dataclass(frozen=True)
class Recording:
    """The master or a stem, with its newest run."""

    label: str
    audio: AudioFile
    run: AnalysisRun | None
    stem: Stem | None = None


@dataclass(frozen=True)
class Progress:
    """How far the analysis of a track is, over all its recordings."""

    recordings: tuple[Recording, ...]

    @property
    def unfinished(self) -> list[Recording]:
        """Recordings that are waiting or being heard."""
        return [each for each in self.recordings if each.run and each.run.is_unfinished]

    @property
    def failed(self) -> list[Recording]:
        """Recordings whose analysis failed."""
        return [each for each in self.recordings if each.run and each.run.status == Status.FAILED]

    @property
    def stopped(self) -> list[Recording]:
        """Recordings whose analysis somebody stopped."""
        found = [each for each in self.recordings if each.run]
        return [each for each in found if each.run and each.run.status == Status.CANCELLED]

    @property
    def is_busy(self) -> bool:
        """Whether something is still to come."""
        return bool(self.unfinished)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; every recording counts the same."""
        if not self.recordings:
            return 0.0
        done = sum(_share_of(each.run) for each in self.recordings)
        return round(done / len(self.recordings), 3)

    @property
    def sentence(self) -> str:
        """Say what happens now: “Drums (3 of 5): decoding”."""
        running = [each for each in self.unfinished if each.run and each.run.status != "queued"]
        total = len(self.recordings)
        count = f" ({total - len(self.unfinished) + 1} of {total})" if total > 1 else ""
        if not running:
            return f"Waiting for its turn{count}"
        stage = (running[0].run.stage if running[0].run else "") or "Starting"
        if total == 1:
            return stage
        label = running[0].label
        return f"{label[:1].upper()}{label[1:]}{count}: {stage[:1].lower()}{stage[1:]}"

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """What people should know about their files, with the name of the recording."""
        return [
            (each.label, warning)
            for each in self.recordings
            if each.run and each.run.status == Status.DONE
            for warning in each.run.warnings
        ]


def _share_of(run: AnalysisRun | None) -> float:
    if run is None:
        return 0.0
    return run.progress if run.is_unfinished else 1.0


@dataclass(frozen=True)
class TempoCandidate:
    """A tempo that could be meant."""

    bpm: float
    confidence: float


@dataclass(frozen=True)
class TempoStretch:
    """Seconds in which the tempo stays the same."""

    start_s: float
    end_s: float
    bpm: float


@dataclass(frozen=True)
class RunnerUp:
    """The next best key, and how it is related to the best."""

    key: Key
    confidence: float
    relation: str


@dataclass(frozen=True)
class Facts:
    """What was measured in the recording that speaks for the track."""

    recording: str
    tempo_bpm: float | None
    tempo_candidates: tuple[TempoCandidate, ...]
    tempo_stretches: tuple[TempoStretch, ...]
    bars: BarRuler | None
    key: Key | None
    key_confidence: float | None
    key_runner_up: RunnerUp | None
    key_reason: str
    tuning_hz: float | None
    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    playback: tuple[Playback, ...]
    vocals_label: str
    vocals_probability: float | None
    vocals_share: float | None
    valence: float | None
    arousal: float | None
    models: tuple[tuple[str, str], ...]

    @property
    def tempo_changes(self) -> bool:
        """Whether the tempo is another one in some part."""
        return len(self.tempo_stretches) > 1

    @property
    def vocals_words(self) -> str:
        """Say whether somebody sings."""
        return VOCALS_WORDS.get(self.vocals_label, "Not clear")


def model_name(model: str) -> str:
    """Name a model as people read it; our own estimators carry the studio's name."""
    return "Liner" if model == ENGINE else model


VOCALS_WORDS = {"present": "Somebody sings", "none": "No voice", "ambiguous": "Not clear"}


def facts_of(recordings: Sequence[Recording]) -> Facts | None:
    """Read the figures of the master, or of the first stem where there is no master."""
    heard = [each for each in recordings if each.run and each.run.status == Status.DONE]
    if not heard:
        return None
    first = heard[0]
    result: dict[str, Any] = first.run.result if first.run else {}
    lufs, peak = result.get("loudness_lufs"), result.get("true_peak_dbtp")
    tonic, mode = result.get("key"), result.get("mode")
    return Facts(
        recording=first.label,
        tempo_bpm=result.get("tempo_bpm") if result.get("tempo_firm") else None,
        tempo_candidates=tuple(
            TempoCandidate(round(each["bpm"], 1), each["confidence"])
            for each in result.get("tempo_candidates", ())
        ),
        tempo_stretches=tuple(TempoStretch(**each) for each in result.get("tempo_stretches", ())),
        bars=_bars(result),
        key=Key(tonic, mode) if tonic and mode else None,
        key_confidence=result.get("key_confidence"),
        key_runner_up=_runner_up(result.get("key_runner_up")),
        key_reason=result.get("key_reason") or "",
        tuning_hz=result.get("tuning_hz"),
        loudness_lufs=lufs,
        loudness_range_lu=result.get("loudness_range_lu"),
        true_peak_dbtp=peak,
        playback=tuple(playbacks(lufs, peak, loudness_targets())) if lufs is not None else (),
        vocals_label=result.get("vocals_label") or "",
        vocals_probability=result.get("vocals_probability"),
        vocals_share=result.get("vocals_share"),
        valence=result.get("valence"),
        arousal=result.get("arousal"),
        models=tuple(
            sorted(
                (model_name(model), version) for model, version in result.get("models", {}).items()
            )
        ),
    )


def _bars(result: dict[str, Any]) -> BarRuler | None:
    found, duration_s = result.get("bars"), result.get("duration_s")
    return ruler(Bars(**found), duration_s) if found and duration_s else None


def _runner_up(found: dict[str, Any] | None) -> RunnerUp | None:
    if not found:
        return None
    key = Key(found["tonic"], found["mode"])
    return RunnerUp(key, found["confidence"], found["relation"])
