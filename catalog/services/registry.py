"""Which rows and which of their values are under change control."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from catalog.models import Artist, Description, Release, Stem, Term, Track
from catalog.models.terms import Facet
from catalog.services.fields import (
    Credits,
    ReleaseArtists,
    TermSet,
    VersionedField,
    columns,
)


@dataclass(frozen=True)
class VersionedModel:
    """A table under change control.

    `dependants` are the tables whose rows go with a row, and the column that points at it;
    `detached` those whose column is emptied first. `named_by` are the relations that the name of a
    row reads.
    """

    name: str
    model: type[models.Model]
    fields: Mapping[str, VersionedField]
    dependants: tuple[tuple[str, str], ...] = ()
    detached: tuple[tuple[str, str], ...] = ()
    named_by: tuple[str, ...] = ()

    def rows(self, workspace_id: int) -> "models.QuerySet[Any]":
        """Give the table's rows of one workspace."""
        everything: Any = self.model._default_manager
        found: models.QuerySet[Any] = everything.filter(workspace_id=workspace_id)
        return found


TERM_FIELDS: Mapping[str, VersionedField] = {facet.value: TermSet(facet.value) for facet in Facet}

_TABLES = (
    VersionedModel("artist", Artist, columns(Artist, "name", "sort_name", "isni", "ipi", "notes")),
    VersionedModel(
        "release",
        Release,
        {
            **columns(
                Release,
                "title",
                "version_title",
                "kind",
                "upc",
                "catalogue_number",
                "label_name",
                "release_date",
                "release_year",
                "original_date",
                "p_line",
                "c_line",
                "artwork",
            ),
            "artists": ReleaseArtists(),
        },
        detached=(("track", "release"),),
    ),
    VersionedModel(
        "track",
        Track,
        {
            **columns(
                Track,
                "title",
                "version_title",
                "release",
                "disc_number",
                "track_number",
                "isrc",
                "iswc",
                "audio",
                "tempo_bpm",
                "key_tonic",
                "key_mode",
                "title_language",
                "lyrics_language",
                "advisory",
                "recording_year",
                "notes",
                "opt_out_simulation",
                "opt_out_training",
                "opt_out_export",
            ),
            "credits": Credits(),
            **TERM_FIELDS,
        },
        dependants=(("stem", "track"), ("description", "track")),
    ),
    VersionedModel("stem", Stem, columns(Stem, "track", "role", "label", "audio", "position")),
    VersionedModel(
        "description",
        Description,
        columns(Description, "track", "purpose", "language", "length", "text", "picks", "state"),
        named_by=("track",),
    ),
    VersionedModel(
        "term",
        Term,
        columns(
            Term,
            "facet",
            "slug",
            "label",
            "synonyms",
            "parents",
            "avs_list",
            "avs_code",
            "never_automatic",
            "valence",
            "arousal",
        ),
    ),
)

VERSIONED: Mapping[str, VersionedModel] = {table.name: table for table in _TABLES}
_BY_MODEL = {table.model: table for table in _TABLES}


def table_of(row: models.Model) -> VersionedModel:
    """Find the entry of a row's table."""
    return _BY_MODEL[type(row)]
