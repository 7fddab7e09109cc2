"""Laying the stems of a track over its master, in the analysis child."""

from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from analysis.child import ChildDied
from analysis.domain.stem_sum import StemSum
from analysis.errors import UnusableAudio
from analysis.models import StemCheck
from analysis.services.deriving import refresh_suggestions
from analysis.services.listening import local_copy, warm_child
from analysis.services.queueing import SETTLES_AFTER, lease
from analysis.services.stem_sums import recordings_key, wake
from catalog.models import AudioFile, Stem, Track

WOKEN_AT_ONCE = 50


def perform_stem_check(*, track_id: int) -> bool:
    """Compare the stems of one track if nobody else does; says whether this call ended it."""
    now = timezone.now()
    waiting = StemCheck.objects.claimable(now).filter(track=track_id)
    if not waiting.update(attempts=F("attempts") + 1, lease_until=now + lease()):
        return False
    check = StemCheck.objects.select_related("track__audio").get(track=track_id)
    try:
        found = _compared(check)
    except (UnusableAudio, ChildDied) as error:
        return _end(check, error=f"{error} {error.hint}".strip())
    except BaseException:
        StemCheck.objects.filter(pk=check.pk).update(lease_until=None)
        raise
    return _end(check, found=found)


def _compared(check: StemCheck) -> StemSum:
    track = check.track
    stems = list(Stem.objects.filter(track=track).select_related("audio"))
    if track.audio is None or recordings_key(track, stems) != check.recordings:
        raise UnusableAudio("The recordings changed while they were compared.")
    with ExitStack() as opened:
        files = [
            (stem.pk, str(stem), opened.enter_context(local_copy(stem.audio)), _length(stem.audio))
            for stem in stems
        ]
        master = (opened.enter_context(local_copy(track.audio)), _length(track.audio))
        return warm_child().compare(master, files, on_wait=_Keeper(check).on_wait)


class _Keeper:
    """Renews the lease while the child is at work."""

    def __init__(self, check: StemCheck) -> None:
        self._check = check
        self._renewed_at = timezone.now()

    def on_wait(self) -> None:
        now = timezone.now()
        if now - self._renewed_at > timedelta(seconds=1):
            StemCheck.objects.filter(pk=self._check.pk).update(lease_until=now + lease())
            self._renewed_at = now


@transaction.atomic
def _end(check: StemCheck, *, found: StemSum | None = None, error: str = "") -> bool:
    """Write the outcome for the recordings that were compared, and ask anew what follows."""
    track = Track.objects.select_for_update().get(pk=check.track_id)
    ended = StemCheck.objects.filter(
        pk=check.pk, recordings=check.recordings, attempts=check.attempts
    ).update(
        is_done=True,
        lease_until=None,
        error=error,
        result=found.as_json() if found else {},
        checked_at=timezone.now(),
    )
    if not ended:
        return False
    refresh_suggestions(track=track)
    return True


def wake_forgotten_checks(*, now: datetime | None = None) -> int:
    """Wake workers for checks whose message or worker was lost; returns how many."""
    moment = now or timezone.now()
    silent = Q(woken_at=None) | Q(woken_at__lt=moment - SETTLES_AFTER)
    found = StemCheck.objects.claimable(moment).filter(silent).order_by("pk")[:WOKEN_AT_ONCE]
    track_ids = list(found.values_list("track_id", flat=True))
    StemCheck.objects.filter(track__in=track_ids).update(woken_at=moment)
    for track_id in track_ids:
        wake(track_id)
    return len(track_ids)


def _length(audio: AudioFile) -> float:
    return audio.duration_s or 0.0
