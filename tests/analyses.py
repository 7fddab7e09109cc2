"""Analyses that ended, without listening to anything: rows as the engine would leave them."""

from typing import Any

from django.utils import timezone

from analysis.domain.result import AnalysisResult, TagFound, TempoCandidate, TimeRange
from analysis.models import AnalysisRun
from analysis.services.performing import finish_run
from analysis.services.queueing import claim_run, queue_run
from catalog.models import AudioFile, Stem, Track, Workspace
from catalog.services.ledger import change_set
from tests.factories import make_audio_file, make_track


def found(facet: str, term: str, confidence: float = 0.8) -> TagFound:
    """A term that a model heard from 0:41 to 1:10."""
    return TagFound(facet, term, confidence, (TimeRange(41.0, 70.0),), "MTT_musicnn", "0.1.0")


def result_of(*tags: TagFound, **values: Any) -> AnalysisResult:
    """What the engine gives for a recording of 200 s."""
    defaults: dict[str, Any] = {
        "duration_s": 200.0,
        "sample_rate_hz": 44_100,
        "channels": 2,
        "codec": "flac",
        "container": "flac",
        "tempo_bpm": 120.0,
        "tempo_firm": True,
        "tempo_candidates": (TempoCandidate(120.0, 0.9), TempoCandidate(60.0, 0.4)),
        "key": "Eb",
        "mode": "minor",
        "key_confidence": 0.6,
        "loudness_lufs": -10.9,
        "loudness_range_lu": 5.2,
        "true_peak_dbtp": -0.3,
        "vocals_label": "none",
        "vocals_probability": 0.1,
        "peaks": (-100, 100, -20, 30),
        "models": {"MTT_musicnn": "0.1.0"},
        "seconds": 4.2,
        "peak_rss_mb": 640.0,
    }
    return AnalysisResult(tags=tags, **{**defaults, **values})


def heard(audio: AudioFile, *tags: TagFound, **values: Any) -> AnalysisRun:
    """Let a recording be analysed with this outcome."""
    queue_run(audio=audio)
    run = claim_run(run_id=queue_run(audio=audio).pk, now=timezone.now())
    assert run is not None
    assert finish_run(run=run, result=result_of(*tags, **values))
    run.refresh_from_db()
    return run


def heard_track(workspace: Workspace, *tags: TagFound, **values: Any) -> Track:
    """A track whose master was analysed; `title`, `artist`, `created_by` go to the track."""
    columns = {
        name: values.pop(name) for name in ("title", "artist", "created_by") if name in values
    }
    content = f"sound of {columns.get('title', 'a track')}".encode()
    audio = make_audio_file(workspace, content)
    track = make_track(workspace, audio=audio.pk, **columns)
    heard(audio, *tags, **values)
    return track


def add_stem(track: Track, role: str, content: bytes = b"") -> Stem:
    """Give a track a stem whose bytes are not stored."""
    audio = make_audio_file(track.workspace, content or role.encode(), original_name=f"{role}.wav")
    with change_set(
        workspace=track.workspace, actor=None, source="system", reason="Test data"
    ) as ledger:
        values = {"track": track.pk, "role": role, "label": role.capitalize(), "audio": audio.pk}
        stem: Stem = ledger.create("stem", values)
    return stem
