"""Keeping signatures, finding tracks that hold the same recording, remembering what people say."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from analysis.domain.fingerprint import Alignment, Codes, align, parts_of
from analysis.domain.result import AnalysisResult
from analysis.domain.signature import Sound, signature_of
from analysis.models import AnalysisRun, Duplicate, Signature
from analysis.scales import signature_scale
from catalog.access import Access
from catalog.domain.keys import Key
from catalog.errors import StudioError
from catalog.models import Track

MOST_CANDIDATES = 25
"""Only so many recordings are laid over a new one, those that share most parts of the fingerprint;
in a catalog of unrelated music a recording shares parts with next to none."""
LEAST_SHARED_PARTS = 3
_LOCK_CLASS = 0x4653  # any number; the key space of PostgreSQL's advisory locks is shared

Answer = Duplicate.Answer


class NotDecided(StudioError):
    """The answer cannot be stored."""

    http_status = 409


def keep_signature(*, run: AnalysisRun, result: AnalysisResult) -> Signature:
    """Store what a recording is known by, in the place of what was known before."""
    vector = signature_of(sound_of(result), signature_scale())
    codes = np.array(result.fingerprint, np.uint32)
    signature, _ = Signature.objects.update_or_create(
        audio_id=run.audio_id,
        defaults={
            "workspace_id": run.workspace_id,
            "run": run,
            "vector": b"" if vector is None else vector.astype(np.float16).tobytes(),
            "codes": codes.tobytes(),
            "parts": parts_of(codes) if len(codes) else [],
        },
    )
    return signature


def sound_of(result: AnalysisResult) -> Sound:
    """Take from a result what the signature is made of."""
    figures: dict[str, Any] = result.as_json()
    return Sound(
        embedding=result.embedding,
        embedding_spread=result.embedding_spread,
        tempo_bpm=result.tempo_bpm if result.tempo_firm else None,
        key=Key(result.key, result.mode) if result.key and result.mode else None,
        loudness_lufs=result.loudness_lufs,
        brightness_hz=result.brightness_hz,
        valence=figures.get("valence"),
        arousal=figures.get("arousal"),
    )


@transaction.atomic
def find_duplicates(*, track_ids: Iterable[int]) -> list[Duplicate]:
    """Compare the masters of tracks with all others of their workspace; gives the new pairs.

    One such comparison of a workspace runs at a time, so that of two copies that are heard at once
    the later one finds the earlier.
    """
    found = []
    for track in Track.objects.filter(pk__in=set(track_ids), audio__signature__isnull=False):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, track.workspace_id]
            )
        assert track.audio is not None
        mine = codes_of(track.audio.signature)
        for signature in candidates(track.audio.signature):
            alignment = align(mine, codes_of(signature))
            if alignment is not None and alignment.is_alike:
                found += _pairs(track, signature, alignment)
        found += _sharing_one_file(track)
    return found


def codes_of(signature: Signature) -> Codes:
    """Read the fingerprint."""
    return np.frombuffer(bytes(signature.codes), np.uint32)


def candidates(signature: Signature) -> "QuerySet[Signature]":
    """Give the masters that share parts of a fingerprint, those that share most first."""
    if not signature.parts:
        return Signature.objects.none()
    shared = RawSQL(
        "cardinality(ARRAY(SELECT unnest(analysis_signature.parts)"
        " INTERSECT SELECT unnest(%s::integer[])))",
        [list(signature.parts)],
    )
    return (
        Signature.objects.filter(
            Exists(Track.objects.filter(audio=OuterRef("audio"))),
            workspace_id=signature.workspace_id,
            parts__overlap=list(signature.parts),
        )
        .exclude(audio_id=signature.audio_id)
        .annotate(shared=shared)
        .filter(shared__gte=LEAST_SHARED_PARTS)
        .order_by("-shared", "pk")[:MOST_CANDIDATES]
    )


def _pairs(track: Track, signature: Signature, alignment: Alignment) -> list[Duplicate]:
    others = Track.objects.filter(audio_id=signature.audio_id).exclude(pk=track.pk)
    pairs = [_pair(track, other, alignment) for other in others]
    return [pair for pair in pairs if pair is not None]


def _sharing_one_file(track: Track) -> list[Duplicate]:
    """Two tracks with the very same file differ in nothing."""
    assert track.audio is not None
    whole = Alignment(offset_s=0.0, overlap_s=track.audio.duration_s or 0.0, difference=0.0)
    others = Track.objects.filter(audio_id=track.audio_id).exclude(pk=track.pk)
    pairs = [_pair(track, other, whole) for other in others]
    return [pair for pair in pairs if pair is not None]


def _pair(track: Track, other: Track, alignment: Alignment) -> Duplicate | None:
    """Note a pair unless it is known; None where it is."""
    first, second, sign = (track, other, 1) if track.pk < other.pk else (other, track, -1)
    pair, is_new = Duplicate.objects.get_or_create(
        one=first,
        other=second,
        one_audio_id=first.audio_id,
        other_audio_id=second.audio_id,
        defaults={
            "workspace_id": track.workspace_id,
            "offset_s": sign * alignment.offset_s,
            "overlap_s": alignment.overlap_s,
            "difference": alignment.difference,
        },
    )
    return pair if is_new else None


@transaction.atomic
def decide_duplicate(*, duplicate: Duplicate, answer: str, access: Access) -> Duplicate:
    """Remember what a person says about a pair; it can be changed later.

    Raises
    ------
    NotDecided : the answer is none of those there are
    Duplicate.DoesNotExist : the person may not change both tracks
    """
    if answer not in Answer.values:
        raise NotDecided("Say whether it is the same recording, another version, or neither.")
    pair = (
        Duplicate.objects.decidable_by(access).select_for_update(of=("self",)).get(pk=duplicate.pk)
    )
    pair.answer = answer
    pair.decided_by = None if answer == Answer.OPEN else access.user
    pair.decided_at = None if answer == Answer.OPEN else timezone.now()
    pair.save(update_fields=["answer", "decided_by", "decided_at"])
    return pair
