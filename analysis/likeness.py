"""Reads about how alike recordings sound: signatures, nearest neighbours, possible duplicates."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Max, Prefetch, QuerySet
from numpy.typing import NDArray

from analysis.domain.radar_chart import RadarChart, draw
from analysis.domain.signature import SIZE, Share, Vector, radar, shares_of
from analysis.models import AnalysisRun, Duplicate, Signature, Status
from analysis.services.deriving import newest_runs
from catalog.access import Access
from catalog.models import Track, TrackCredit, Workspace
from catalog.roles import Role

MOST_KEPT = 4
CHUNK = 4096
NEAREST = 6
LEAST_ALIKE = 0.2
ALIKE_FROM = 0.4
REASONS = 3


@dataclass(frozen=True)
class Signatures:
    """The vectors of a workspace's tracks: row i of `matrix` belongs to `track_ids[i]`.

    Every row has length 1, so the product with another signature is how alike two tracks sound,
    from -1 to 1. Rows are float16, shape (n_tracks, `analysis.domain.signature.SIZE`).
    """

    track_ids: NDArray[np.int64]
    matrix: NDArray[np.float16]

    def likeness_to(self, vector: Vector) -> Vector:
        """Compare all tracks with one signature, exactly; shape (n_tracks,)."""
        parts = [
            self.matrix[start : start + CHUNK].astype(np.float32) @ vector
            for start in range(0, len(self.matrix), CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def aligned_to(self, track_ids: NDArray[np.int64]) -> Vector:
        """Give a row for each of these tracks, shape (n, SIZE); zeros where there is none."""
        table = np.zeros((len(track_ids), SIZE), np.float32)
        places = np.searchsorted(self.track_ids, track_ids)
        places = np.minimum(places, max(len(self.track_ids) - 1, 0))
        known = self.track_ids[places] == track_ids if len(self.track_ids) else np.zeros(0, bool)
        if known.any():
            table[known] = self.matrix[places[known]]
        return table

    def vector_of(self, track_id: int) -> Vector | None:
        """Give the signature of a track, if it has one."""
        found = np.flatnonzero(self.track_ids == track_id)
        return self.matrix[found[0]].astype(np.float32) if len(found) else None


_kept: "OrderedDict[int, tuple[tuple[Any, ...], Signatures]]" = OrderedDict()
_lock = threading.Lock()


def signatures(workspace: Workspace) -> Signatures:
    """Read the signatures of a workspace's tracks; kept in the process until one changes.

    The content-based approach of prompts lays them beside its own rows with `aligned_to`.
    """
    rows = Track.objects.filter(workspace=workspace, audio__signature__isnull=False)
    state = rows.aggregate(
        n=Count("pk"), tracks=Max("pk"), signatures=Max("audio__signature__kept_at")
    )
    stamp = (workspace.catalog_stamp, *state.values())
    with _lock:
        known = _kept.get(workspace.pk)
        if known is not None and known[0] == stamp:
            _kept.move_to_end(workspace.pk)
            return known[1]
    found = _read(rows)
    with _lock:
        _kept[workspace.pk] = (stamp, found)
        _kept.move_to_end(workspace.pk)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def _read(rows: "QuerySet[Track]") -> Signatures:
    wanted = 2 * SIZE  # bytes; what an older version of the signature left is passed over
    pairs = [
        (pk, bytes(vector))
        for pk, vector in rows.order_by("pk").values_list("pk", "audio__signature__vector")
        if len(vector) == wanted
    ]
    matrix = np.frombuffer(b"".join(vector for _, vector in pairs), np.float16)
    return Signatures(
        track_ids=np.array([pk for pk, _ in pairs], np.int64), matrix=matrix.reshape(-1, SIZE)
    )


@dataclass(frozen=True)
class Neighbour:
    """A track that sounds like another one, how much, and in what."""

    track: Track
    likeness: float
    reasons: tuple[Share, ...]

    @property
    def why(self) -> str:
        """Say in what the two are alike."""
        words = [share.words for share in self.reasons]
        if not words:
            return "a little of everything"
        return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def neighbours_of(access: Access, track_id: int, count: int = NEAREST) -> list[Neighbour]:
    """Find the visible tracks that sound most like a track, the nearest first."""
    known = signatures(access.workspace)
    vector = known.vector_of(track_id)
    if vector is None:
        return []
    likeness = known.likeness_to(vector)
    likeness[known.track_ids == track_id] = -2
    if access.role is Role.ARTIST:
        mine = list(Track.objects.visible_to(access).values_list("pk", flat=True))
        likeness[~np.isin(known.track_ids, mine)] = -2
    best = np.argsort(-likeness, kind="stable")[:count]
    best = best[likeness[best] >= LEAST_ALIKE]
    tracks = _tracks(access, known.track_ids[best].tolist())
    found = []
    for place in best.tolist():
        track = tracks.get(int(known.track_ids[place]))
        if track is not None:
            shares = shares_of(vector, known.matrix[place].astype(np.float32))
            reasons = tuple(share for share in shares if share.alike >= ALIKE_FROM)[:REASONS]
            found.append(Neighbour(track, round(float(likeness[place]), 3), reasons))
    return found


def _tracks(access: Access, ids: Sequence[int]) -> dict[int, Track]:
    credits = TrackCredit.objects.select_related("artist").order_by("position", "pk")
    rows = (
        Track.objects.visible_to(access)
        .filter(pk__in=ids)
        .select_related("audio", "release")
        .prefetch_related(Prefetch("credits", queryset=credits))
    )
    return {track.pk: track for track in rows}


@dataclass(frozen=True)
class TrackSound:
    """What the panel about the sound of a track shows."""

    track: Track
    chart: RadarChart | None
    neighbours: list[Neighbour]
    has_signature: bool


def track_sound(access: Access, track_id: int) -> TrackSound | None:
    """Read the picture and the neighbours of a track; None where it is not there for the person."""
    track = _tracks(access, [track_id]).get(track_id)
    if track is None:
        return None
    run = newest_runs([track.audio_id]).get(track.audio_id) if track.audio_id else None
    return TrackSound(
        track=track,
        chart=_chart(run) if run is not None and run.status == Status.DONE else None,
        neighbours=neighbours_of(access, track_id),
        has_signature=Signature.objects.filter(audio__tracks=track).exclude(vector=b"").exists(),
    )


def _chart(run: AnalysisRun) -> RadarChart | None:
    heard: dict[str, Any] = run.result
    return draw(
        radar(
            tempo_bpm=heard.get("tempo_bpm") if heard.get("tempo_firm") else None,
            loudness_lufs=heard.get("loudness_lufs"),
            loudness_range_lu=heard.get("loudness_range_lu"),
            brightness_hz=heard.get("brightness_hz"),
            voice=heard.get("vocals_probability"),
            valence=heard.get("valence"),
            arousal=heard.get("arousal"),
        )
    )


def duplicates(access: Access, track_id: int | None = None) -> "QuerySet[Duplicate]":
    """Pairs of visible tracks that share sound, of all or with one track, undecided ones first."""
    pairs = Duplicate.objects.visible_to(access).current()
    if track_id is not None:
        pairs = pairs.of_track(track_id)
    credits = TrackCredit.objects.select_related("artist").order_by("position", "pk")
    return (
        pairs.select_related(
            "one__audio", "other__audio", "one__release", "other__release", "decided_by"
        )
        .prefetch_related(
            Prefetch("one__credits", queryset=credits), Prefetch("other__credits", queryset=credits)
        )
        .order_by("decided_at", "-pk")
    )


def open_duplicates_count(access: Access) -> int:
    """Count the pairs that wait for a decision of this person."""
    pairs = Duplicate.objects.decidable_by(access).current()
    return pairs.filter(answer=Duplicate.Answer.OPEN).count()


@dataclass(frozen=True)
class Difference:
    """One fact of two tracks side by side."""

    name: str
    one: str
    other: str

    @property
    def is_different(self) -> bool:
        """Whether the two say something else."""
        return self.one != self.other


def differences(pair: Duplicate) -> list[Difference]:
    """Lay the facts of two tracks side by side."""
    runs = newest_runs([pair.one_audio_id, pair.other_audio_id])
    facts = [_facts(track, runs) for track in (pair.one, pair.other)]
    return [Difference(name, facts[0][name], facts[1][name]) for name in facts[0]]


def _facts(track: Track, runs: dict[int, AnalysisRun]) -> dict[str, str]:
    assert track.audio is not None
    audio, run = track.audio, runs.get(track.audio.pk)
    heard: dict[str, Any] = run.result if run is not None else {}
    lufs, tonic = heard.get("loudness_lufs"), heard.get("key")
    length_s = audio.duration_s or 0.0
    return {
        "Title": track.display_title,
        "Artist": track.artist_line or "Not set",
        "Release": str(track.release) if track.release else "Not set",
        "ISRC": track.isrc or "Not set",
        "Length": f"{int(length_s) // 60}:{length_s % 60:04.1f}",
        "File": f"{audio.codec.upper() or 'unknown'}, {(audio.sample_rate_hz or 0) / 1000:g} kHz",
        "Size": f"{audio.byte_size / 1_000_000:.1f} MB",
        "Loudness": f"{lufs:.1f} LUFS" if lufs is not None else "Not measured",
        "Tempo": f"{track.tempo_bpm:g} BPM" if track.tempo_bpm else "Not set",
        "Key heard": f"{tonic} {heard.get('mode')}" if tonic else "No clear key",
        "Uploaded": f"{audio.stored_at:%-d %b %Y}",
    }
