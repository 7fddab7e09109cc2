"""Tracks as people write them, one a line: an ISRC, a title, or a title and an artist."""

import re
from collections.abc import Mapping, Sequence

from analytics.domain.events import folded_name
from analytics.services.observing import world_of
from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Track

DASHES = re.compile(r"\s+[-–—]\s+")


class UnknownTracks(StudioError):
    """Some lines name no track, or more than one."""


def tracks_named(access: Access, text: str) -> list[Track]:
    """Find the tracks that lines name, among those one may see.

    Raises
    ------
    UnknownTracks : a line names none, or several
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    world = world_of(access.workspace)
    found: list[int] = []
    wrong: list[str] = []
    for line in lines:
        isrc = re.sub(r"[\s-]", "", line).upper()
        parts = DASHES.split(line, maxsplit=1)
        candidates = (
            [world.by_isrc[isrc]]
            if isrc in world.by_isrc
            else list(world.by_name.get((folded_name(line), ""), ()))
            or _by_both(world.by_name, parts)
        )
        if len(candidates) == 1:
            found.append(candidates[0])
        else:
            wrong.append(_said(line, len(candidates)))
    tracks = {one.pk: one for one in Track.objects.visible_to(access).filter(pk__in=found)}
    wrong += [_said(lines[at], 0) for at, pk in enumerate(found) if pk not in tracks][:5]
    if wrong:
        raise UnknownTracks(" ".join(wrong[:5]))
    return [tracks[pk] for pk in dict.fromkeys(found)]


def _by_both(by_name: Mapping[tuple[str, str], Sequence[int]], parts: Sequence[str]) -> list[int]:
    if len(parts) < 2:
        return []
    one, other = map(folded_name, parts)
    return list(by_name.get((one, other), ()) or by_name.get((other, one), ()))


def _said(line: str, number: int) -> str:
    if number > 1:
        return f"{number} tracks are called “{line[:80]}”; give the ISRC."
    return f"No track here is called “{line[:80]}”."


def as_line(track: Track) -> str:
    """Write a track as it is found again."""
    return track.isrc or track.display_title
