"""Releases and artists as people make them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from catalog.access import Access
from catalog.domain.changes import Json
from catalog.domain.stored_forms import in_stored_form
from catalog.models import Artist, ChangeSet, Release, Track
from catalog.services.changes import edit_row
from catalog.services.ledger import Ledger, change_set
from catalog.services.tracks import artist_named


def create_release(
    *,
    access: Access,
    values: Mapping[str, Json],
    artist_names: Sequence[str],
    tracks: Sequence[Track] = (),
) -> tuple[Release, ChangeSet]:
    """Make a release with its artists, and put tracks on it in the order given."""
    with _edit(access, f"Add the release “{values['title']}”") as ledger:
        artists = [artist_named(ledger, name).pk for name in artist_names]
        release: Release = ledger.create(
            "release",
            {**in_stored_form(values), "artists": artists},
        )
        for number, track in enumerate(tracks, start=1):
            ledger.put(track, release=release.pk, track_number=number)
    return release, ledger.change_set


def edit_release(
    *,
    access: Access,
    release: Release,
    values: Mapping[str, Json],
    artist_names: Sequence[str],
    row_version: int,
) -> ChangeSet | None:
    """Save a release's form; see `catalog.services.changes.edit_row` for merging."""
    with _edit(access, f"Add artists of “{release}”") as ledger:
        artists = [artist_named(ledger, name).pk for name in artist_names]
    wanted = {**in_stored_form(values), "artists": artists}
    return edit_row(
        "release",
        release.pk,
        wanted,
        row_version=row_version,
        access=access,
        reason=f"Edit “{release}”",
    )


def create_artist(*, access: Access, values: Mapping[str, Json]) -> tuple[Artist, ChangeSet]:
    """Make an artist."""
    with _edit(access, f"Add the artist “{values['name']}”") as ledger:
        artist: Artist = ledger.create("artist", in_stored_form(values))
    return artist, ledger.change_set


def edit_artist(
    *, access: Access, artist: Artist, values: Mapping[str, Json], row_version: int
) -> ChangeSet | None:
    """Save an artist's form."""
    return edit_row(
        "artist",
        artist.pk,
        in_stored_form(values),
        row_version=row_version,
        access=access,
        reason=f"Edit “{artist}”",
    )


def _edit(access: Access, reason: str) -> AbstractContextManager[Ledger]:
    return change_set(
        workspace=access.workspace,
        actor=access.user,
        source=ChangeSet.Source.TYPED,
        reason=reason,
    )
