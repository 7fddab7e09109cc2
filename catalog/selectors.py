"""Reads that pages and APIs share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, IntegerField, Prefetch, Q, QuerySet, Value, When

from catalog.access import Access
from catalog.domain.changes import Json
from catalog.models import (
    Artist,
    Assertion,
    AudioFile,
    Change,
    ChangeSet,
    Description,
    Release,
    Stem,
    Term,
    Track,
    TrackCredit,
    User,
    Workspace,
)
from catalog.models.terms import Facet

SORTS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "pk"),
    "-title": ("-title", "-pk"),
    "tempo": ("tempo_bpm", "pk"),
    "-tempo": ("-tempo_bpm", "-pk"),
    "added": ("created_at", "pk"),
    "-added": ("-created_at", "-pk"),
}


def workspaces_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Workspace]:
    """Workspaces the person belongs to, the one used last first."""
    if not isinstance(user, User):
        return Workspace.objects.none()
    used_last = Case(
        When(pk=user.last_workspace_id, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return Workspace.objects.filter(memberships__user=user).order_by(used_last, "name", "pk")


def tracks_for_list(access: Access) -> QuerySet[Track]:
    """Tracks with what a row of a list shows, in a fixed number of queries."""
    credits = TrackCredit.objects.select_related("artist").order_by("position", "pk")
    return (
        Track.objects.visible_to(access)
        .select_related("release__artwork", "audio")
        .prefetch_related(
            Prefetch("credits", queryset=credits),
            Prefetch("assertions", queryset=Assertion.objects.select_related("term")),
        )
    )


def search_tracks(
    *, access: Access, text: str = "", term: Term | None = None, missing: str = "", sort: str = ""
) -> QuerySet[Track]:
    """Tracks whose title, version, artist, release or ISRC holds every word of the text."""
    found = tracks_for_list(access)
    for word in text.replace("\x00", "").split():
        found = found.filter(
            Q(title__icontains=word)
            | Q(version_title__icontains=word)
            | Q(release__title__icontains=word)
            | Q(isrc__icontains=word.replace("-", ""))
            | Q(pk__in=TrackCredit.objects.filter(artist__name__icontains=word).values("track_id"))
        )
    if term is not None:
        found = found.filter(assertions__term=term)
    if missing == "description":
        found = found.exclude(descriptions__text__gt="")
    elif missing == "isrc":
        found = found.filter(isrc="")
    elif missing == "mood":
        found = found.exclude(assertions__term__facet=Facet.MOOD)
    return found.order_by(*SORTS.get(sort, SORTS["-added"]))


@dataclass(frozen=True)
class TrackSheet:
    """A track with everything its page shows."""

    track: Track
    artists: list[str]
    terms: dict[str, list[Term]]
    stems: list[Stem]
    descriptions: list[Description]


def track_sheet(access: Access, track_id: int) -> TrackSheet | None:
    """Read a track for its page; None where it is not there for this person."""
    track = tracks_for_list(access).filter(pk=track_id).first()
    if track is None:
        return None
    terms: dict[str, list[Term]] = {}
    for assertion in track.assertions.all():
        terms.setdefault(assertion.term.facet, []).append(assertion.term)
    return TrackSheet(
        track=track,
        artists=[credit.artist.name for credit in track.credits.all()],
        terms=terms,
        stems=list(track.stems.select_related("audio")),
        descriptions=list(track.descriptions.all()),
    )


def description_versions(description: Description) -> QuerySet[Change]:
    """Every text a description had, the newest first; from the ledger."""
    return (
        Change.objects.filter(
            workspace_id=description.workspace_id,
            model="description",
            object_id=description.pk,
            field__in=["text", "*"],
        )
        .select_related("change_set__actor")
        .order_by("-pk")
    )


def releases_for_list(access: Access) -> QuerySet[Release]:
    """Releases with artwork, artists and how many tracks they hold."""
    visible = Track.objects.visible_to(access)
    return (
        Release.objects.visible_to(access)
        .select_related("artwork")
        .prefetch_related("artists")
        .annotate(track_count=Count("tracks", filter=Q(tracks__in=visible)))
        # A grouped query forgets the order of its table.
        .order_by("-release_date", "title", "pk")
    )


def artists_for_list(access: Access) -> QuerySet[Artist]:
    """Artists with how many tracks they are credited on."""
    visible = Track.objects.visible_to(access)
    found = Artist.objects.visible_to(access).annotate(
        track_count=Count("tracks", filter=Q(tracks__in=visible), distinct=True)
    )
    return found.order_by("name", "pk")


def change_sets_for_list(access: Access, text: str = "") -> QuerySet[ChangeSet]:
    """Change sets, the newest first, with who did them."""
    found = ChangeSet.objects.visible_to(access).select_related("actor", "undoes", "undo_run")
    for word in text.replace("\x00", "").split():
        found = found.filter(
            Q(reason__icontains=word)
            | Q(actor__name__icontains=word)
            | Q(actor__email__icontains=word)
        )
    return found


def audio_visible_to(access: Access, audio_id: int) -> AudioFile | None:
    """Find a stored file that is the master or a stem of a track the person may see."""
    tracks = Track.objects.visible_to(access)
    return (
        AudioFile.objects.visible_to(access)
        .filter(Q(tracks__in=tracks) | Q(stems__track__in=tracks), pk=audio_id)
        .first()
    )


@dataclass(frozen=True)
class ChangeLine:
    """One change as a page shows it: names instead of ids."""

    change: Change
    what: str
    before: str
    after: str
    is_text: bool


TABLE_WORDS = {
    "artist": "Artist",
    "release": "Release",
    "track": "Track",
    "stem": "Stem",
    "description": "Description",
    "term": "Term",
}


def change_lines(changes: Iterable[Change], workspace_id: int) -> list[ChangeLine]:
    """Put changes into words: artists, releases and terms by name, never by id."""
    rows = list(changes)
    names = _Names(workspace_id, rows)
    lines = []
    for change in rows:
        whole = change.field == "*"
        what = TABLE_WORDS.get(change.model, change.model)
        if not whole:
            what = f"{what} · {change.field.replace('_', ' ')}"
        lines.append(
            ChangeLine(
                change=change,
                what=what,
                before="" if whole else names.words(change.field, change.before),
                after="" if whole else names.words(change.field, change.after),
                is_text=change.field in {"text", "notes"},
            )
        )
    return lines


class _Names:
    """Looks up the names behind the ids in a page of changes, in one query a table."""

    def __init__(self, workspace_id: int, changes: list[Change]) -> None:
        artists: set[int] = set()
        releases: set[int] = set()
        files: set[int] = set()
        tracks: set[int] = set()
        for change in changes:
            for value in (change.before, change.after):
                if change.field == "credits":
                    artists.update(credit["artist"] for credit in value or ())
                elif change.field == "artists":
                    artists.update(value or ())
                elif isinstance(value, int):
                    {"release": releases, "audio": files, "track": tracks}.get(
                        change.field, set()
                    ).add(value)
        here = {"workspace_id": workspace_id}
        self._artists = _labels(Artist.objects.filter(**here, pk__in=artists), "name", artists)
        self._labels: dict[str, dict[int, str]] = {
            "release": _labels(Release.objects.filter(**here, pk__in=releases), "title", releases),
            "audio": _labels(
                AudioFile.objects.filter(**here, pk__in=files), "original_name", files
            ),
            "track": _labels(Track.objects.filter(**here, pk__in=tracks), "title", tracks),
        }

    def words(self, field: str, value: Json) -> str:
        """Say a value."""
        if value in (None, "", []):
            return ""
        if field == "credits":
            return "; ".join(self._artist(credit["artist"]) for credit in value)
        if field == "artists":
            return "; ".join(map(self._artist, value))
        if field in self._labels and isinstance(value, int):
            return self._labels[field].get(value, "one that was removed since")
        if field == "artwork":
            return "a picture"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(str(item).replace("-", " ") for item in value)
        return str(value)

    def _artist(self, pk: int) -> str:
        return self._artists.get(pk, "an artist removed since")


def _labels(rows: QuerySet[Any], name: str, wanted: set[int]) -> dict[int, str]:
    return dict(rows.values_list("pk", name)) if wanted else {}
