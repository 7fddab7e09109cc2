"""What a run found, as rows: each number with its confidence, model, version and seconds."""

from collections.abc import Iterator

from analysis.domain.result import ENGINE, ENGINE_VERSION, AnalysisResult
from analysis.models import AnalysisRun, Observation

Kind = Observation.Kind


def observations_of(run: AnalysisRun, result: AnalysisResult) -> list[Observation]:
    """Write a result as unsaved rows; whose stem it is, the recording of the run says."""
    found = [*_tags(result), *_rhythm(result), *_key(result), *_sound(result), *_feeling(result)]
    for row in found:
        row.workspace_id, row.run = run.workspace_id, run
        if not row.model:
            row.model, row.model_version = ENGINE, ENGINE_VERSION
    return found


def _tags(result: AnalysisResult) -> Iterator[Observation]:
    for tag in result.tags:
        yield Observation(
            kind=Kind.TAG,
            facet=tag.facet,
            term=tag.term,
            confidence=tag.confidence,
            model=tag.model,
            model_version=tag.model_version,
            ranges=[[span.start_s, span.end_s] for span in tag.ranges],
        )


def _rhythm(result: AnalysisResult) -> Iterator[Observation]:
    for each in result.tempo_candidates:
        yield Observation(kind=Kind.TEMPO, number=each.bpm, confidence=each.confidence)
    for stretch in result.tempo_stretches:
        yield Observation(
            kind=Kind.TEMPO_STRETCH,
            number=stretch.bpm,
            ranges=[[stretch.start_s, stretch.end_s]],
        )
    if bars := result.bars:
        yield Observation(
            kind=Kind.BARS,
            number=bars.beats_per_bar,
            confidence=bars.confidence,
            ranges=[[bars.starts_s[0], bars.starts_s[-1]]],
        )


def _key(result: AnalysisResult) -> Iterator[Observation]:
    if result.key:
        term = f"{result.key} {result.mode}"
        yield Observation(kind=Kind.KEY, term=term, confidence=result.key_confidence)
    if (next_best := result.key_runner_up) is not None:
        term = f"{next_best.tonic} {next_best.mode}"
        yield Observation(kind=Kind.NEXT_KEY, term=term, confidence=next_best.confidence)
    yield from _numbers((Kind.TUNING, result.tuning_hz))


def _sound(result: AnalysisResult) -> Iterator[Observation]:
    if result.vocals_label:
        yield Observation(
            kind=Kind.VOCALS, term=result.vocals_label, confidence=result.vocals_probability
        )
    yield from _numbers(
        (Kind.LOUDNESS, result.loudness_lufs),
        (Kind.LOUDNESS_RANGE, result.loudness_range_lu),
        (Kind.TRUE_PEAK, result.true_peak_dbtp),
        (Kind.BRIGHTNESS, result.brightness_hz),
        (Kind.VOCALS_SHARE, result.vocals_share),
    )


def _feeling(result: AnalysisResult) -> Iterator[Observation]:
    for kind, number in ((Kind.VALENCE, result.valence), (Kind.AROUSAL, result.arousal)):
        if number is not None:
            yield Observation(kind=kind, number=number, confidence=result.mood_confidence)


def _numbers(*figures: tuple[Kind, float | None]) -> Iterator[Observation]:
    for kind, number in figures:
        if number is not None:
            yield Observation(kind=kind, number=number)
