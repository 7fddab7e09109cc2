"""News from the catalog: recordings that were stored, and values that people changed."""

import logging
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from analysis.models import Status
from analysis.services.comparing import find_duplicates
from analysis.services.deciding import accept_redone, reopen_undone
from analysis.services.deriving import refresh_suggestions_of, tracks_with
from analysis.services.queueing import queue_run
from catalog.models import AudioFile, Change, ChangeSet, Stem, Track

AT_ONCE = 20  # more tracks than a page waits for are left to a worker
STANDS_ON_TRACK = frozenset(
    {"*", "audio", "tempo_bpm", "key_tonic", "genre", "mood", "activity", "theme"}
    | {"instrument", "vocals", "property"}
)

logger = logging.getLogger(__name__)


def hear_stored_audio(*, audio_file_id: int, **_: Any) -> None:
    """Queue a recording; one that was heard before speaks for its new track at once."""
    audio = AudioFile.objects.filter(pk=audio_file_id).first()
    if audio is None:
        return
    run = queue_run(audio=audio)
    if run.status == Status.DONE:
        refresh_suggestions_of(track_ids=tracks_with(audio_id=audio.pk))
        masters = Track.objects.filter(audio=audio).values_list("pk", flat=True)
        find_duplicates(track_ids=masters)


def follow_change_set(*, change_set_id: int, **_: Any) -> None:
    """Ask no longer what somebody typed in, and again what somebody undid."""
    change_set = ChangeSet.objects.select_related("undoes__undoes").get(pk=change_set_id)
    undone = change_set.undoes
    touched: set[int] = set()
    if undone is not None:
        touched |= reopen_undone(undone=undone)
        if undone.undoes is not None:
            touched |= accept_redone(redone=undone.undoes)
    touched |= tracks_touched(change_set)
    replaced = Change.objects.filter(change_set=change_set, model="track", field="audio")
    find_duplicates(track_ids=replaced.values_list("object_id", flat=True))
    if len(touched) <= AT_ONCE:
        refresh_suggestions_of(track_ids=touched)
        return
    try:
        current_app.send_task("analysis.tasks.refresh_suggestions", args=[sorted(touched)])
    except OperationalError:
        logger.warning(
            "No broker for %d tracks, so they are brought up to date here.", len(touched)
        )
        refresh_suggestions_of(track_ids=touched)


def tracks_touched(change_set: ChangeSet) -> set[int]:
    """Give the tracks whose recordings, tags or facts a change set changed."""
    touched: set[int] = set()
    stem_ids: set[int] = set()
    rows = Change.objects.filter(change_set=change_set, model__in=["track", "stem"])
    for row in rows.only("model", "object_id", "field", "before", "after"):
        if row.model == "track":
            if row.field in STANDS_ON_TRACK:
                touched.add(row.object_id)
            continue
        stem_ids.add(row.object_id)
        for side in (row.before, row.after):
            if row.field == "track" and isinstance(side, int):
                touched.add(side)
            elif row.field == "*" and isinstance(side, dict):
                touched.add(side["track"])
    touched |= set(Stem.objects.filter(pk__in=stem_ids).values_list("track_id", flat=True))
    return touched
