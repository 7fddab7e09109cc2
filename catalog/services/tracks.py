"""Tracks and their texts as people change them one at a time."""

from collections.abc import Mapping, Sequence

from catalog.access import Access, Permission
from catalog.domain.changes import Json
from catalog.domain.stored_forms import in_stored_form
from catalog.models import Artist, Assertion, ChangeSet, Description, Stem, Term, Track, TrackCredit
from catalog.services.changes import NotYours, edit_row
from catalog.services.descriptions import Slot, save_text
from catalog.services.ledger import Ledger, change_set


def artist_named(ledger: Ledger, name: str) -> Artist:
    """Find the workspace's artist of that name, in any case, or make one in the change set."""
    name = " ".join(name.split())
    found = Artist.objects.filter(workspace_id=ledger.workspace_id, name__iexact=name).first()
    if found is not None:
        return found
    created: Artist = ledger.create("artist", {"name": name})
    return created


def credits_of(artists: Sequence[Artist], role: str = TrackCredit.Role.MAIN) -> list[Json]:
    """Write credits as change sets hold them."""
    return [{"artist": artist.pk, "role": str(role)} for artist in artists]


def edit_track(
    *,
    access: Access,
    track: Track,
    values: Mapping[str, Json],
    row_version: int,
    artist_names: Sequence[str] | None = None,
) -> ChangeSet | None:
    """Save a track's form; codes are brought into their stored form first.

    Raises
    ------
    catalog.services.changes.EditConflict : somebody changed the same fields since `row_version`
    MalformedIdentifier, InvalidValue : with words for the field
    """
    wanted = in_stored_form(values)
    if artist_names is not None:
        wanted["credits"] = _credits(access, track, artist_names)
    return edit_row(
        "track", track.pk, wanted, row_version=row_version, access=access, reason=f"Edit “{track}”"
    )


def assert_terms(
    *,
    access: Access,
    track: Track,
    add: Sequence[Term] = (),
    remove: Sequence[Term] = (),
    reason: str,
    source: str = ChangeSet.Source.TYPED,
    values: Mapping[str, Json] | None = None,
    stem_roles: Mapping[int, str] | None = None,
) -> ChangeSet | None:
    """Add and remove single terms, set plain values and roles of stems, in one change set.

    This is how an accepted suggestion becomes an assertion: `source` says so.
    """
    _check_editable(access, track)
    with change_set(
        workspace=access.workspace, actor=access.user, source=source, reason=reason
    ) as ledger:
        wanted: dict[str, Json] = dict(values or {})
        ledger.current("track", {track.pk}, ())
        for facet in {term.facet for term in (*add, *remove)}:
            present = set(
                Assertion.objects.filter(track=track, term__facet=facet).values_list(
                    "term__slug", flat=True
                )
            )
            present |= {term.slug for term in add if term.facet == facet}
            present -= {term.slug for term in remove if term.facet == facet}
            wanted[facet] = sorted(present)
        ledger.put(track, **wanted)
        for stem in Stem.objects.filter(track=track, pk__in=stem_roles or ()):
            ledger.put(stem, role=(stem_roles or {})[stem.pk])
    return None if ledger.is_empty else ledger.change_set


def save_description(
    *,
    access: Access,
    track: Track,
    text: str,
    row_version: int,
    language: str = "en",
    length: int = Description.Length.MEDIUM,
) -> ChangeSet | None:
    """Save a description; earlier texts stay in the ledger. `row_version` 0 means a new one.

    Raises
    ------
    StudioError : longer than the length allows, counted in code points
    catalog.services.changes.EditConflict : somebody saved another text since
    """
    slot = Slot(language, int(length))
    return save_text(
        access=access, track=track, slot=slot, text=text, row_version=row_version
    ).change_set


def delete_track(*, access: Access, track: Track) -> ChangeSet:
    """Remove a track with its stems and texts; undo brings everything back."""
    _check_editable(access, track)
    with change_set(
        workspace=access.workspace,
        actor=access.user,
        source=ChangeSet.Source.TYPED,
        reason=f"Remove “{track}”",
    ) as ledger:
        ledger.delete(track)
    return ledger.change_set


def _credits(access: Access, track: Track, names: Sequence[str]) -> list[Json]:
    """Keep the roles of artists who stay; new names become artists in a change set of their own."""
    roles = {credit.artist_id: credit.role for credit in TrackCredit.objects.filter(track=track)}
    with change_set(
        workspace=access.workspace,
        actor=access.user,
        source=ChangeSet.Source.TYPED,
        reason=f"Add artists of “{track}”",
    ) as ledger:
        artists = [artist_named(ledger, name) for name in names if name.strip()]
    unique = {artist.pk: artist for artist in artists}
    return [{"artist": pk, "role": roles.get(pk, str(TrackCredit.Role.MAIN))} for pk in unique]


def _check_editable(access: Access, track: Track) -> None:
    if access.can(Permission.EDIT):
        if track.workspace_id == access.workspace_id:
            return
    elif Track.objects.editable_by(access).filter(pk=track.pk).exists():
        return
    raise NotYours([str(track)])
