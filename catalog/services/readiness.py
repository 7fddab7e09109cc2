"""Completeness and checklists of releases, read in a fixed number of queries however many."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from django.db.models import Count, Q, QuerySet

from catalog.access import Access
from catalog.domain.readiness import (
    Facts,
    Readiness,
    Rules,
    StepState,
    judge,
    plan_steps,
    read_rules,
)
from catalog.errors import StudioError
from catalog.models import Assertion, Description, Release, ReleaseStep, Track, TrackCredit
from catalog.services.workspaces import audit

RULES_FILE = Path(__file__).parents[1] / "data" / "release_rules.toml"
COVER_PX = 3_000
TERM_RULES = ("genre", "mood", "instrument")


@dataclass(frozen=True)
class ReadyRelease:
    """A release with how ready it is and what is due."""

    release: Release
    readiness: Readiness
    steps: list[StepState]

    @property
    def next_step(self) -> StepState | None:
        """The first step that is not done, the earliest due first."""
        waiting = [step for step in self.steps if step.state != "done"]
        return min(waiting, key=lambda step: step.due or dt.date.max, default=None)

    @property
    def late_count(self) -> int:
        """How many steps are late."""
        return sum(step.state == "late" for step in self.steps)


@cache
def rules() -> Rules:
    """The rules as shipped."""
    return read_rules(RULES_FILE)


def judge_releases(
    access: Access, releases: "QuerySet[Release]", *, today: dt.date
) -> list[ReadyRelease]:
    """Judge releases; every count is of tracks the person may see."""
    rows = list(
        releases.select_related("artwork").annotate(artist_count=Count("credits", distinct=True))
    )
    ids = [row.pk for row in rows]
    tracks = _track_facts(access, ids)
    ticked: dict[int, set[str]] = {}
    steps = ReleaseStep.objects.visible_to(access).filter(release_id__in=ids)
    for release_id, key in steps.values_list("release_id", "key"):
        ticked.setdefault(release_id, set()).add(key)
    found = []
    for row in rows:
        counts = tracks.get(row.pk, {})
        total = counts.get("all", 0)
        readiness = judge(rules().rules, Facts(_met(row, total), total, counts))
        found.append(
            ReadyRelease(
                row,
                readiness,
                plan_steps(
                    rules().steps,
                    release_date=row.release_date,
                    today=today,
                    met=readiness.met,
                    ticked=frozenset(ticked.get(row.pk, ())),
                ),
            )
        )
    return found


def tick_step(*, access: Access, release: Release, key: str, done: bool) -> None:
    """Tick a step off, or take the tick back.

    Raises
    ------
    StudioError : no step that a person ticks
    """
    step = next((s for s in rules().steps if s.key == key and not s.needs), None)
    if step is None:
        raise StudioError("This step is done when the catalog has what it needs.")
    if done:
        ReleaseStep.objects.get_or_create(
            release=release,
            key=key,
            defaults={"workspace": access.workspace, "done_by": access.user},
        )
    else:
        ReleaseStep.objects.filter(release=release, key=key).delete()
    words = "done" if done else "not done"
    audit(access, "release.step", f"“{release}”: {step.label}: {words}"[:400])


def tracks_lacking(access: Access, release: Release, key: str) -> "QuerySet[Track]":
    """Pick the tracks of a release that do not meet a rule."""
    tracks = Track.objects.visible_to(access).filter(release=release)
    return tracks.exclude(pk__in=_tracks_with(tracks, key)).order_by(
        "disc_number", "track_number", "title"
    )


def _met(release: Release, track_count: int) -> frozenset[str]:
    artwork = release.artwork
    tests = {
        "title": bool(release.title.strip()),
        "artists": release.artist_count > 0,  # type: ignore[attr-defined]  # annotated
        "tracks": track_count > 0,
        "release_date": release.release_date is not None,
        "artwork": artwork is not None
        and min(artwork.width_px, artwork.height_px) >= COVER_PX
        and artwork.width_px == artwork.height_px,
        "label": bool(release.label_name),
        "upc": bool(release.upc),
        "p_line": bool(release.p_line),
        "c_line": bool(release.c_line),
        "catalogue_number": bool(release.catalogue_number),
    }
    return frozenset(key for key, is_met in tests.items() if is_met)


_COLUMN_TESTS: Mapping[str, Q] = {
    "audio": Q(audio__isnull=False),
    "track_number": Q(track_number__isnull=False),
    "isrc": ~Q(isrc=""),
    "advisory": ~Q(advisory=""),
    "lyrics_language": ~Q(lyrics_language=""),
}


def _tracks_with(tracks: "QuerySet[Track]", key: str) -> "QuerySet[Track]":
    if key in _COLUMN_TESTS:
        return tracks.filter(_COLUMN_TESTS[key])
    if key == "track_artist":
        return tracks.filter(credits__role=TrackCredit.Role.MAIN)
    if key == "description":
        return tracks.filter(descriptions__text__gt="")
    return tracks.filter(assertions__term__facet=key)


def _track_facts(access: Access, release_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    ids = list(release_ids)
    tracks = Track.objects.visible_to(access).filter(release_id__in=ids)
    found: dict[int, dict[str, int]] = {}
    plain = (
        tracks.order_by()
        .values("release_id")
        .annotate(
            all=Count("pk"),
            **{key: Count("pk", filter=test) for key, test in _COLUMN_TESTS.items()},
        )
    )
    for row in plain:
        counts = dict(cast("dict[str, int]", row))
        found[counts.pop("release_id")] = counts
    terms = Assertion.objects.filter(track__in=tracks, term__facet__in=TERM_RULES).order_by()
    grouped = terms.values_list("track__release_id", "term__facet").annotate(
        n=Count("track_id", distinct=True)
    )
    for release_id, facet, n in grouped:
        found[release_id][facet] = n
    credited = TrackCredit.objects.filter(track__in=tracks, role=TrackCredit.Role.MAIN).order_by()
    described = Description.objects.filter(track__in=tracks, text__gt="").order_by()
    for key, rows in (("track_artist", credited), ("description", described)):
        for release_id, n in rows.values_list("track__release_id").annotate(
            n=Count("track_id", distinct=True)
        ):
            found[release_id][key] = n
    return found
