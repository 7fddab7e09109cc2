"""Real events as rows: counts of files put in place, single events added up.

A row says what its day came to, so writing it twice changes nothing and a later file corrects it.
"""

import hashlib
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from analytics.domain.events import COUNTS, Key, Observation, World, folded_name
from analytics.models import EventImport, ObservedDay, ObservedEvent
from analytics.prompt_spaces import space_of, spaces_by_name
from catalog.models import Track, TrackCredit, Workspace


def world_of(workspace: Workspace) -> World:
    """What rows may point at, in two queries."""
    tracks = list(
        Track.objects.filter(workspace=workspace).values_list(
            "pk", "title", "version_title", "isrc"
        )
    )
    by_name: dict[tuple[str, str], list[int]] = {}
    artists: dict[int, list[str]] = {}
    for track_id, name in (
        TrackCredit.objects.filter(track__workspace=workspace)
        .order_by("position", "pk")
        .values_list("track_id", "artist__name")
    ):
        artists.setdefault(track_id, []).append(name)
    for track_id, title, version, _ in tracks:
        names = {folded_name(title), folded_name(f"{title} {version}")}
        people = artists.get(track_id, [])
        for name in names:
            for by in {"", *map(folded_name, people), folded_name(" ".join(people))}:
                by_name.setdefault((name, by), []).append(track_id)
    return World(
        today=timezone.localdate(),
        track_ids=frozenset(row[0] for row in tracks),
        by_isrc={row[3]: row[0] for row in tracks if row[3]},
        by_name=by_name,
        spaces=spaces_by_name(),
        space_of=space_of,
        zone=timezone.get_current_timezone(),
    )


def write_counts(found: EventImport, observations: Sequence[Observation]) -> None:
    """Put counts in place; the last row of a key wins."""
    latest: dict[Key, Observation] = {one.key: one for one in observations}
    ObservedDay.objects.bulk_create(
        [_row(found.workspace_id, one, came_with=found) for one in latest.values()],
        update_conflicts=True,
        unique_fields=["workspace", "track", "day", "space", "prompt_key", "place", "source"],
        update_fields=[*COUNTS, "came_with", "updated_at", "prompt"],
    )


def _row(
    workspace_id: int, one: Observation, *, came_with: EventImport | None = None
) -> ObservedDay:
    return ObservedDay(
        workspace_id=workspace_id,
        track_id=one.key.track_id,
        day=one.key.day,
        space=one.key.space,
        prompt=one.key.prompt,
        prompt_key=_prompt_key(one.key.prompt),
        place=one.key.place or 0,
        source=one.key.source,
        came_with=came_with,
        **{name: one.counts.get(name) for name in COUNTS},
    )


def _prompt_key(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest() if prompt else ""


# Single events


EVENT_KINDS = {
    "impression": "impressions",
    "play": "plays",
    "completion": "completions",
    "skip": "skips",
    "save": "saves",
    "replay": "replays",
    "follow": "follows",
}
MOST_EVENTS = 1_000


@transaction.atomic
def record_events(
    *, workspace: Workspace, events: Sequence[tuple[str, str, Key]]
) -> tuple[int, int]:
    """Count single events `(idempotency key, kind, where)`; say how many were new and known.

    Late events count on the day they happened. An event whose key was seen is not counted again.
    """
    # One request at a time, so that two that carry the same event cannot both count it.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    keys = {key for key, _, _ in events}
    known = set(
        ObservedEvent.objects.filter(workspace=workspace, key__in=keys).values_list(
            "key", flat=True
        )
    )
    fresh = {key: (kind, where) for key, kind, where in events if key not in known}
    ObservedEvent.objects.bulk_create(
        [
            ObservedEvent(workspace=workspace, key=key, day=where.day)
            for key, (_, where) in fresh.items()
        ]
    )
    sums: dict[Key, dict[str, int]] = {}
    for kind, where in fresh.values():
        counts = sums.setdefault(where, {})
        counts[EVENT_KINDS[kind]] = counts.get(EVENT_KINDS[kind], 0) + 1
    for where, counts in sums.items():
        _add(workspace, where, counts)
    return len(fresh), len(events) - len(fresh)


def _add(workspace: Workspace, where: Key, counts: dict[str, int]) -> None:
    """Add to a day's counts; a key that was never counted starts at nought."""
    row, _ = ObservedDay.objects.get_or_create(
        workspace=workspace,
        track_id=where.track_id,
        day=where.day,
        space=where.space,
        prompt_key=_prompt_key(where.prompt),
        place=where.place or 0,
        source=where.source,
        defaults={"prompt": where.prompt},
    )
    ObservedDay.objects.filter(pk=row.pk).update(
        updated_at=timezone.now(),
        **{name: Coalesce(F(name), 0) + number for name, number in counts.items()},
    )
