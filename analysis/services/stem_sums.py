"""What is known of a track's stems against its master, and asking for what is not."""

import hashlib
from collections.abc import Sequence

from celery import current_app
from django.db import transaction
from django.utils import timezone

from analysis.domain.stem_sum import StemSum
from analysis.models import StemCheck
from catalog.models import Stem, Track

TASK = "analysis.tasks.check_stems"


def recordings_key(track: Track, stems: Sequence[Stem]) -> str:
    """Name a set of recordings: the same key means that the same files were compared."""
    ids = [track.audio_id, *sorted(stem.audio_id for stem in stems)]
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()


def ask_for_stem_check(*, track: Track, stems: Sequence[Stem]) -> None:
    """Have stems compared with their master, unless these were; harmless to call again."""
    if track.audio_id is None or not stems:
        StemCheck.objects.filter(track=track).delete()
        return
    key = recordings_key(track, stems)
    now = timezone.now()
    fresh = {"recordings": key, "attempts": 0, "lease_until": None, "woken_at": now}
    check, is_new = StemCheck.objects.get_or_create(
        track=track, defaults={"workspace_id": track.workspace_id, **fresh}
    )
    if not is_new:
        if check.recordings == key:
            return
        again = {**fresh, "is_done": False, "error": "", "result": {}}
        StemCheck.objects.filter(pk=check.pk).update(**again)
    transaction.on_commit(lambda: wake(track.pk), robust=True)


def current_check(track: Track, stems: Sequence[Stem]) -> StemCheck | None:
    """Give the check of these very recordings; None where none was asked for yet."""
    check = StemCheck.objects.filter(track=track).first()
    return check if check and check.recordings == recordings_key(track, stems) else None


def known_sum(track: Track, stems: Sequence[Stem]) -> StemSum | None:
    """Give what was found about these very recordings; None where it is still to come."""
    check = current_check(track, stems)
    return StemSum.from_json(check.result) if check and check.result else None


def wake(track_id: int) -> None:
    """Tell a worker."""
    current_app.send_task(TASK, args=[track_id])
