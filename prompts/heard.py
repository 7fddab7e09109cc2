"""What is known of listening in a workspace, as the ranking needs it; kept until it changes."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db.models import Count, OuterRef, Subquery

from catalog.access import Access
from catalog.models import Workspace
from prompts.domain.collaborative import WEIGHTS
from prompts.domain.index import TrackIndex
from prompts.domain.postings import Floats
from prompts.domain.queries import Blend
from prompts.learned import neighbours_of
from prompts.models import LearnedModel, ListeningEvent

MOST_KEPT = 8
MOST_SEEDS = 100


@dataclass(frozen=True, slots=True)
class Heard:
    """Listening in one workspace: how known each track is, what was learned, and when."""

    newest_event: int
    events: int
    plays: Mapping[int, int]
    model: int | None
    neighbours: Mapping[int, Mapping[int, float]]
    trained_at: datetime | None
    blend: Blend

    def popularity(self, index: TrackIndex) -> Floats | None:
        """Share of the tracks that are played less than each one, 0 to 1; None without events."""
        if not self.plays:
            return None
        counts = np.array([self.plays.get(int(i), 0) for i in index.track_ids], dtype=np.int64)
        below = np.searchsorted(np.sort(counts), counts, side="left")
        share: Floats = (below / max(len(counts) - 1, 1)).astype(np.float32)
        return share


NOTHING = Heard(0, 0, {}, None, {}, None, Blend())
_kept: OrderedDict[int, Heard] = OrderedDict()
_guard = threading.Lock()


def heard_in(workspace: Workspace) -> Heard:
    """What listeners did and what was learned from it; one small query while nothing changed."""
    models = LearnedModel.objects.filter(workspace=OuterRef("pk"), is_used=True).order_by("-pk")
    events = ListeningEvent.objects.filter(workspace=OuterRef("pk")).order_by("-pk")
    row = (
        Workspace.objects.filter(pk=workspace.pk)
        .values_list(
            Subquery(events.values("pk")[:1]),
            Subquery(models.filter(kind=LearnedModel.Kind.COLLABORATIVE).values("pk")[:1]),
            Subquery(models.filter(kind=LearnedModel.Kind.BLEND).values("pk")[:1]),
        )
        .get()
    )
    newest, *used = (value or 0 for value in row)
    stamp = max(used)
    with _guard:
        known = _kept.get(workspace.pk)
    if known is not None and (known.newest_event, known.model or 0) == (newest, stamp):
        return known
    read = _read(workspace, newest, stamp, used)
    with _guard:
        _kept[workspace.pk] = read
        _kept.move_to_end(workspace.pk)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return read


def _read(workspace: Workspace, newest: int, stamp: int, used: Sequence[int]) -> Heard:
    if not newest and not stamp:
        return NOTHING
    rows = ListeningEvent.objects.filter(workspace=workspace).order_by()
    plays = dict(rows.values_list("track_id").annotate(Count("pk")))
    found = {row.kind: row for row in LearnedModel.objects.filter(pk__in=used)}
    together = found.get(LearnedModel.Kind.COLLABORATIVE)
    weights = found.get(LearnedModel.Kind.BLEND)
    return Heard(
        newest_event=newest,
        events=sum(plays.values()),
        plays=plays,
        model=stamp,
        neighbours=neighbours_of(together) if together else {},
        trained_at=together.trained_at if together else None,
        blend=replace(Blend(), **weights.payload["weights"]) if weights else Blend(),
    )


def taste_of(access: Access) -> dict[int, float]:
    """What the person asking has liked, by track; the strongest only."""
    sums: dict[int, float] = {}
    rows = ListeningEvent.objects.filter(workspace=access.workspace, listener=access.user)
    for track, kind in rows.order_by("-pk").values_list("track_id", "kind")[:2_000]:
        sums[track] = sums.get(track, 0.0) + WEIGHTS.get(kind, 0.0)
    liked = sorted(((w, t) for t, w in sums.items() if w > 0), reverse=True)[:MOST_SEEDS]
    return {track: weight for weight, track in liked}
