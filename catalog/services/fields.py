"""How each versioned value is read as JSON and written back, for many rows at once."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import models

from catalog.domain.changes import Json
from catalog.errors import StudioError
from catalog.models import (
    Artist,
    Assertion,
    ChangeSet,
    ReleaseCredit,
    Term,
    TrackCredit,
)
from catalog.services.copying import copy_rows

Rows = Mapping[int, Any]


class InvalidValue(StudioError):
    """A value that the field cannot hold; the sentence names the field."""


class VersionedField(Protocol):
    """One value of a row that change sets read and write."""

    @property
    def empty(self) -> Json:
        """What a cleared value is."""

    @property
    def is_column(self) -> bool:
        """Whether the value is a column of the row itself."""

    def read(self, rows: Rows) -> dict[int, Json]:
        """Give the value of each row, as JSON."""

    def write(self, rows: Rows, values: Mapping[int, Json], change_set: ChangeSet) -> None:
        """Put values; a column is only set on the instance, whoever calls saves the row."""


@dataclass(frozen=True)
class Column:
    """A plain column."""

    column: "models.Field[Any, Any]"
    is_column: bool = True

    @property
    def empty(self) -> Json:
        """What a cleared value is."""
        return None if self.column.null else self.column.get_default()

    def read(self, rows: Rows) -> dict[int, Json]:
        """Give the column as JSON; dates as ISO texts."""
        name = self.column.attname
        return {pk: _to_json(getattr(row, name)) for pk, row in rows.items()}

    def write(self, rows: Rows, values: Mapping[int, Json], change_set: ChangeSet) -> None:
        """Check the values and set them on the instances."""
        for pk, value in values.items():
            setattr(rows[pk], self.column.attname, self.clean(value, rows[pk]))

    def clean(self, value: Json, row: Any) -> Any:
        """Turn JSON into what the column holds.

        Raises
        ------
        InvalidValue : of the wrong type, too long, not finite, or with characters no database keeps
        """
        label = str(self.column.verbose_name)
        if isinstance(value, str):
            check_text(value, label)
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidValue(f"The {label} must be a finite number.")
        try:
            return self.column.clean(value, row)
        except ValidationError as error:
            sentence = " ".join(error.messages)
            raise InvalidValue(f"{label[:1].upper()}{label[1:]}: {sentence}") from error


@dataclass(frozen=True)
class Reference(Column):
    """A link to another row of the same workspace, as its id."""

    def write(self, rows: Rows, values: Mapping[int, Json], change_set: ChangeSet) -> None:
        """Check in one query that the targets are in the workspace, and set them."""
        wanted = {value for value in values.values() if value is not None}
        target: Any = self.column.related_model
        known = target.objects.filter(pk__in=wanted, workspace_id=change_set.workspace_id)
        if wanted and known.count() != len(wanted):
            raise InvalidValue(f"The {self.column.verbose_name} is not in this workspace any more.")
        for pk, value in values.items():
            setattr(rows[pk], self.column.attname, value)


@dataclass(frozen=True)
class TermSet:
    """The terms of one facet on a track: a sorted list of slugs."""

    facet: str
    is_column: bool = False

    @property
    def empty(self) -> Json:
        """No term."""
        return []

    def read(self, rows: Rows) -> dict[int, Json]:
        """Give each track's slugs in one query."""
        found: dict[int, list[str]] = {pk: [] for pk in rows}
        pairs = Assertion.objects.filter(track_id__in=list(rows), term__facet=self.facet)
        for track_id, slug in pairs.order_by("term__slug").values_list("track_id", "term__slug"):
            found[track_id].append(slug)
        return found

    def write(self, rows: Rows, values: Mapping[int, Json], change_set: ChangeSet) -> None:
        """Remove what is gone and add what is new, keeping the origin of what stays."""
        wanted = {pk: frozenset(slugs) for pk, slugs in values.items()}
        terms = self._terms(change_set.workspace_id, wanted)
        before = self.read({pk: rows[pk] for pk in wanted})
        present = {pk: frozenset(slugs) for pk, slugs in before.items()}
        gone: dict[str, list[int]] = {}
        for pk, slugs in wanted.items():
            for slug in present[pk] - slugs:
                gone.setdefault(slug, []).append(pk)
        for slug, track_ids in gone.items():
            Assertion.objects.filter(
                track_id__in=track_ids, term__facet=self.facet, term__slug=slug
            ).delete()
        source = str(_assertion_source(change_set))
        copy_rows(
            Assertion,
            ("track", "term", "source", "change_set"),
            (
                (pk, terms[slug], source, change_set.pk)
                for pk, slugs in wanted.items()
                for slug in sorted(slugs - present[pk])
            ),
        )

    def _terms(self, workspace_id: int, wanted: Mapping[int, frozenset[str]]) -> dict[str, int]:
        slugs = frozenset().union(*wanted.values()) if wanted else frozenset()
        found = dict(
            Term.objects.filter(
                workspace_id=workspace_id, facet=self.facet, slug__in=slugs
            ).values_list("slug", "pk")
        )
        if missing := slugs - found.keys():
            words = ", ".join(f"“{slug}”" for slug in sorted(missing))
            raise InvalidValue(
                f"The vocabulary has no {self.facet} {words}.",
                hint="Pick a term from the list, or add it to the vocabulary first.",
            )
        return found


@dataclass(frozen=True)
class Credits:
    """Who made a track, in order: a list of `{"artist": id, "role": role}`."""

    is_column: bool = False

    @property
    def empty(self) -> Json:
        """Nobody."""
        return []

    def read(self, rows: Rows) -> dict[int, Json]:
        """Give each track's credits in one query."""
        found: dict[int, list[Json]] = {pk: [] for pk in rows}
        for credit in TrackCredit.objects.filter(track_id__in=list(rows)).order_by(
            "position", "pk"
        ):
            found[credit.track_id].append({"artist": credit.artist_id, "role": credit.role})
        return found

    def write(self, rows: Rows, values: Mapping[int, Json], change_set: ChangeSet) -> None:
        """Replace the credits."""
        artists = {credit["artist"] for credits in values.values() for credit in credits}
        _check_artists(artists, change_set.workspace_id)
        TrackCredit.objects.filter(track_id__in=list(values)).delete()
        copy_rows(
            TrackCredit,
            ("track", "artist", "role", "position"),
            (
                (pk, credit["artist"], credit["role"], position)
                for pk, credits in values.items()
                for position, credit in enumerate(credits)
            ),
        )


@dataclass(frozen=True)
class ReleaseArtists:
    """The artists of a release, in order: a list of ids."""

    is_column: bool = False

    @property
    def empty(self) -> Json:
        """Nobody."""
        return []

    def read(self, rows: Rows) -> dict[int, Json]:
        """Give each release's artists in one query."""
        found: dict[int, list[int]] = {pk: [] for pk in rows}
        credits = ReleaseCredit.objects.filter(release_id__in=list(rows))
        for credit in credits.order_by("position", "pk"):
            found[credit.release_id].append(credit.artist_id)
        return found

    def write(self, rows: Rows, values: Mapping[int, Json], change_set: ChangeSet) -> None:
        """Replace the artists."""
        _check_artists(
            {pk for artists in values.values() for pk in artists}, change_set.workspace_id
        )
        ReleaseCredit.objects.filter(release_id__in=list(values)).delete()
        ReleaseCredit.objects.bulk_create(
            [
                ReleaseCredit(release_id=pk, artist_id=artist, position=position)
                for pk, artists in values.items()
                for position, artist in enumerate(artists)
            ],
            batch_size=2000,
        )


def check_text(value: str, label: str) -> None:
    """Refuse what PostgreSQL or a browser cannot keep: NUL and lone surrogates."""
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidValue(
            f"The {label} holds characters that cannot be stored (NUL or half a character).",
            hint="Paste the text again, or type it.",
        )


def columns(model: type[models.Model], *names: str) -> dict[str, VersionedField]:
    """Give plain columns and references of a model by name; a reference is `x`, not `x_id`."""
    found: dict[str, VersionedField] = {}
    for name in names:
        column: Any = model._meta.get_field(name)
        found[name] = Reference(column) if column.is_relation else Column(column)
    return found


def _to_json(value: Any) -> Json:
    return value.isoformat() if isinstance(value, dt.date) else value


def _check_artists(artist_ids: Iterable[int], workspace_id: int) -> None:
    wanted = set(artist_ids)
    known = Artist.objects.filter(workspace_id=workspace_id, pk__in=wanted).count()
    if known != len(wanted):
        raise InvalidValue("One of the artists is not in this workspace any more.")


def _assertion_source(change_set: ChangeSet) -> str:
    by_source = {
        ChangeSet.Source.IMPORTED: Assertion.Source.IMPORTED,
        ChangeSet.Source.UPLOAD: Assertion.Source.IMPORTED,
        ChangeSet.Source.SUGGESTION: Assertion.Source.SUGGESTION,
        ChangeSet.Source.UNDO: Assertion.Source.RESTORED,
    }
    return by_source.get(ChangeSet.Source(change_set.source), Assertion.Source.TYPED)
