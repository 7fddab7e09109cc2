"""What a run has to know of our tracks beside the catalog: how they sound, and who saved them."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Sum

from analysis.models import AnalysisRun, Observation, Status
from analytics.domain.sounding import AUDIBLE
from analytics.models import ObservedDay
from catalog.models import Track, Workspace
from prompts.domain.documents import TrackDocument
from prompts.learned import neighbours_of, newest_model
from prompts.models import LearnedModel, ListeningEvent

SAVING = (ListeningEvent.Kind.SAVED, ListeningEvent.Kind.LIKED)


def heard_documents(
    workspace: Workspace, documents: Sequence[TrackDocument]
) -> list[TrackDocument]:
    """Describe tracks by what the analysis heard in their recordings, and by nothing else.

    One for each given track, in the same order; without terms and tempo where nothing was heard.
    """
    tracks = dict(
        Track.objects.filter(workspace=workspace, audio__isnull=False).values_list("pk", "audio_id")
    )
    newest = {
        audio: (pk, status, bpm, is_firm, arousal)
        for pk, audio, status, bpm, is_firm, arousal in AnalysisRun.objects.filter(
            workspace=workspace, audio_id__in=tracks.values()
        )
        .order_by("pk")
        .values_list(
            "pk",
            "audio_id",
            "status",
            "result__tempo_bpm",
            "result__tempo_firm",
            "result__arousal",
        )
    }
    done = {row[0] for row in newest.values() if row[1] == Status.DONE}
    terms: dict[int, dict[str, dict[str, float]]] = {}
    tags = Observation.objects.filter(
        workspace=workspace, run_id__in=done, kind=Observation.Kind.TAG, facet__in=AUDIBLE
    ).values_list("run_id", "facet", "term", "confidence")
    for run, facet, term, confidence in tags:
        terms.setdefault(run, {}).setdefault(facet, {})[term] = confidence or 0.0
    heard = []
    for document in documents:
        run, _, bpm, is_firm, arousal = newest.get(
            tracks.get(document.track_id, 0), (0, "", None, False, None)
        )
        found = terms.get(run, {})
        heard.append(
            TrackDocument(
                document.track_id,
                "",
                terms=found,
                tempo_bpm=bpm if found and is_firm else None,
                energy=(arousal + 1) / 2 if found and arousal is not None else None,
            )
        )
    return heard


def is_heard(document: TrackDocument) -> bool:
    """Whether the analysis heard something in the recording."""
    return bool(document.terms)


def real_saves(workspace: Workspace) -> dict[int, int]:
    """Count saves of each track, here and in imported events; not of tracks kept from training."""
    allowed = Track.objects.filter(workspace=workspace).trainable().simulatable()
    here = (
        ListeningEvent.objects.filter(workspace=workspace, track__in=allowed, kind__in=SAVING)
        .order_by()
        .values_list("track_id")
        .annotate(Count("pk"))
    )
    imported = (
        ObservedDay.objects.filter(workspace=workspace, track__in=allowed)
        .order_by()
        .values_list("track_id")
        .annotate(Sum("saves"))
    )
    saves: dict[int, int] = {}
    for rows in (here, imported):
        for track, number in rows:
            if number:
                saves[track] = saves.get(track, 0) + number
    return saves


def packed_listening(workspace: Workspace, *, own_market: bool) -> bytes:
    """Keep real saves, and what was learned from listening here where our catalog is the market."""
    known: dict[str, Any] = {"saves": real_saves(workspace)}
    model = newest_model(workspace, LearnedModel.Kind.COLLABORATIVE) if own_market else None
    if model is not None:
        allowed = set(
            Track.objects.filter(workspace=workspace)
            .trainable()
            .simulatable()
            .values_list("pk", flat=True)
        )
        known["neighbours"] = {
            track: {other: value for other, value in near.items() if other in allowed}
            for track, near in neighbours_of(model).items()
            if track in allowed
        }
    return zlib.compress(json.dumps(known).encode())


def unpacked_listening(
    content: bytes | memoryview,
) -> tuple[dict[int, int], dict[int, dict[int, float]]]:
    """Read what `packed_listening` wrote: saves by track, and neighbours by track."""
    known = json.loads(zlib.decompress(bytes(content)))
    near = known.get("neighbours", {})
    return (
        {int(track): int(number) for track, number in known["saves"].items()},
        {int(t): {int(o): float(v) for o, v in row.items()} for t, row in near.items()},
    )
