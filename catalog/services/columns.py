"""Cells against the database: the words of a workspace, cells of many tracks, cells written."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from catalog.domain.cells import CellChange, Cells, Column, InvalidCell, Kind
from catalog.domain.changes import Change, Json
from catalog.domain.columns import COLUMNS
from catalog.models import Artist, Assertion, Release, Term, Track, TrackCredit
from catalog.services.ledger import Ledger, StaleChange
from catalog.vocabulary import fold_name


class WorkspaceWords:
    """The terms, artists and releases of a workspace by name; each list is read when first asked.

    One of these serves one request or job: what it read does not change under its reader.
    """

    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
        self._known_releases: dict[int, str] = {}

    def know_release(self, release_id: int, title: str) -> None:
        """Take the title of a release that was read along with something else."""
        self._known_releases[release_id] = title

    def term(self, facet: str, word: str) -> str | None:
        """Give the slug of a term by slug, label or synonym, in that order."""
        return self._slugs.get((facet, fold_name(word)))

    def term_label(self, facet: str, slug: str) -> str:
        """Give the label of a term; one that is gone keeps its slug."""
        return self._labels.get((facet, slug), slug)

    def terms(self, facet: str) -> list[tuple[str, str]]:
        """Give slug and label of every term of a facet, by label."""
        found = [(slug, label) for (of, slug), label in self._labels.items() if of == facet]
        return sorted(found, key=lambda pair: pair[1].casefold())

    def terms_like(self, facet: str, text: str) -> list[str]:
        """Give labels of terms whose label or synonym holds a text, those that begin with it first.

        A label that would lead to another term is given as its slug.
        """
        folded = fold_name(text)
        found: dict[str, tuple[bool, str]] = {}
        for (of, name), slug in self._slugs.items():
            if of == facet and folded in name:
                label = self.term_label(facet, slug)
                starts = not fold_name(label).startswith(folded)
                shown = label if self.term(facet, label) == slug else slug
                found[slug] = (starts, shown)
        return [shown for _, shown in sorted(found.values(), key=lambda pair: (pair[0], pair[1]))]

    def artists_like(self, text: str) -> list[str]:
        """Give names of artists that hold a text."""
        return _like(text, set(self._artists.values()))

    def releases_like(self, text: str) -> list[str]:
        """Give titles of releases that hold a text."""
        return _like(text, set(self._releases.values()))

    def artist_name(self, name: str) -> str | None:
        """Give the name of a known artist as it is spelt here."""
        return self._artists.get(name) or self._artists.get(name.casefold())

    def releases(self, title: str) -> tuple[int, ...]:
        """Give the ids of the releases with this title, in any case."""
        return tuple(self._releases_by_title.get(title.casefold(), ()))

    def release_title(self, release_id: int) -> str:
        """Give the title of a release."""
        known = self._known_releases.get(release_id)
        return self._releases.get(release_id, "") if known is None else known

    @cached_property
    def _terms(self) -> list[tuple[str, str, str, list[str]]]:
        rows = Term.objects.filter(workspace_id=self.workspace_id)
        return list(rows.order_by("pk").values_list("facet", "slug", "label", "synonyms"))

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str]:
        return {(facet, slug): label for facet, slug, label, _ in self._terms}

    @cached_property
    def _slugs(self) -> dict[tuple[str, str], str]:
        found = {(facet, fold_name(slug)): slug for facet, slug, _, _ in self._terms}
        for facet, slug, label, _ in self._terms:
            found.setdefault((facet, fold_name(label)), slug)
        for facet, slug, _, synonyms in self._terms:
            for synonym in synonyms:
                found.setdefault((facet, fold_name(synonym)), slug)
        return found

    @cached_property
    def _artists(self) -> dict[str, str]:
        names = Artist.objects.filter(workspace_id=self.workspace_id).order_by("-pk")
        found: dict[str, str] = {}
        for name in names.values_list("name", flat=True):
            found[name.casefold()] = name
        found.update({name: name for name in found.values()})
        return found

    @cached_property
    def _releases(self) -> dict[int, str]:
        rows = Release.objects.filter(workspace_id=self.workspace_id)
        return dict(rows.order_by("pk").values_list("pk", "title"))

    @cached_property
    def _releases_by_title(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for pk, title in self._releases.items():
            found.setdefault(" ".join(title.split()).casefold(), []).append(pk)
        return found


def _like(text: str, names: set[str]) -> list[str]:
    folded = text.casefold()
    found = [name for name in names if folded in name.casefold()]
    return sorted(found, key=lambda name: (not name.casefold().startswith(folded), name))


def read_cells(
    workspace_id: int, track_ids: Iterable[int], columns: Sequence[Column]
) -> dict[int, Cells]:
    """Read cells of tracks, in at most three queries; a track that is gone is missing.

    Every row also holds `id`, `row_version` and `release` (the id), whatever the columns.
    """
    ids = list(track_ids)
    plain: dict[str, Column] = {}
    for column in columns:
        if not column.is_list:
            prefix = "release__" if column.table == "release" else ""
            for name in column.fields:
                plain["release_id" if name == "release" else prefix + name] = column
    names = list(dict.fromkeys(["pk", "row_version", "release_id", *plain]))
    rows = Track.objects.filter(workspace_id=workspace_id, pk__in=ids).values_list(*names)
    found: dict[int, Cells] = {}
    for values in rows:
        row = dict(zip(names, values, strict=True))
        cells: Cells = {
            "id": row["pk"],
            "row_version": row["row_version"],
            "release": row["release_id"],
        }
        for column in columns:
            cells[column.name] = _cell(column, row)
        found[row["pk"]] = cells
    _add_terms(found, [column for column in columns if column.kind is Kind.TERMS])
    _add_names(found, [column for column in columns if column.kind is Kind.NAMES])
    return {pk: found[pk] for pk in ids if pk in found}


def _cell(column: Column, row: Mapping[str, Any]) -> Json:
    if column.is_list:
        return []
    if column.kind is Kind.RELEASE:
        return row["release_id"]
    if column.kind is Kind.KEY:
        return f"{row['key_tonic']} {row['key_mode']}".strip()
    prefix = "release__" if column.table == "release" else ""
    value = row[prefix + column.fields[0]]
    if column.kind is Kind.DATE:
        return value.isoformat() if value else None
    return column.empty if value is None else value


def _add_terms(found: dict[int, Cells], columns: Sequence[Column]) -> None:
    if not columns or not found:
        return
    facets = {column.facet: column.name for column in columns}
    pairs = Assertion.objects.filter(track_id__in=list(found), term__facet__in=list(facets))
    for track_id, facet, slug in pairs.order_by("term__slug").values_list(
        "track_id", "term__facet", "term__slug"
    ):
        found[track_id][facets[facet]].append(slug)


def _add_names(found: dict[int, Cells], columns: Sequence[Column]) -> None:
    if not columns or not found:
        return
    roles = {column.role: column.name for column in columns}
    credits = TrackCredit.objects.filter(track_id__in=list(found), role__in=list(roles))
    for track_id, role, name in credits.order_by("position", "pk").values_list(
        "track_id", "role", "artist__name"
    ):
        found[track_id][roles[role]].append(name)


def write_cells(ledger: Ledger, changes: Sequence[CellChange]) -> int:
    """Write cells through an open change set; artists that are new come into being with them.

    Returns how many values changed.

    Raises
    ------
    StaleChange : a cell is neither `before` nor already `after`; nothing was written
    InvalidCell : two cells say different things about one release, or a track has none
    """
    named = [change for change in changes if COLUMNS[change.column].kind is Kind.NAMES]
    written = _write_names(ledger, named) if named else 0
    planned: list[Change] = []
    of_releases: dict[tuple[int, str], Change] = {}
    on = _releases_of(
        ledger, [each.track_id for each in changes if COLUMNS[each.column].table == "release"]
    )
    for change in changes:
        column = COLUMNS[change.column]
        if column.kind is Kind.NAMES:
            continue
        if column.table == "track":
            planned += field_changes(column, change)
            continue
        release_id = on.get(change.track_id)
        if release_id is None:
            raise InvalidCell(
                f"“{change.label}” is on no release, so it has no {column.label.lower()}.",
                hint="Put the track on a release first.",
            )
        wanted = Change(
            "release", release_id, column.fields[0], change.before, change.after, change.label
        )
        known = of_releases.setdefault((release_id, column.name), wanted)
        if known.after != wanted.after:
            raise InvalidCell(
                f"“{known.label}” and “{wanted.label}” are on one release and say different things "
                f"about its {column.label.lower()}.",
                hint="A release has one; give both tracks the same.",
            )
    return written + ledger.apply([*planned, *of_releases.values()])


def field_changes(column: Column, change: CellChange) -> list[Change]:
    """Put the change of a cell into changes of the fields of its row."""
    befores, afters = _field_values(column, change.before), _field_values(column, change.after)
    return [
        Change(column.table, change.track_id, name, before, after, change.label)
        for name, before, after in zip(column.fields, befores, afters, strict=True)
        if before != after
    ]


def row_values(
    cells: Mapping[str, Json], *, table: str = "track", artist_ids: Mapping[str, int]
) -> dict[str, Json]:
    """Put cells into the values of a new row, as `Ledger.create_many` takes them.

    Parameters
    ----------
    artist_ids : ids by name of every artist named in the cells; see `artists_by_name`
    """
    values: dict[str, Json] = {}
    credits: list[Json] = []
    for column in COLUMNS.values():
        if column.table != table or column.name not in cells:
            continue
        if column.kind is Kind.NAMES:
            credits += [
                {"artist": artist_ids[name], "role": column.role} for name in cells[column.name]
            ]
            continue
        values.update(zip(column.fields, _field_values(column, cells[column.name]), strict=True))
    if credits:
        values["credits"] = credits
    return values


def artists_by_name(ledger: Ledger, names: Iterable[str]) -> dict[str, int]:
    """Give the ids of artists by name, in any case; those that are new are made."""
    wanted = list(dict.fromkeys(names))
    known: dict[str, int] = {}
    rows = Artist.objects.filter(workspace_id=ledger.workspace_id).order_by("-pk")
    exact: dict[str, int] = {}
    for pk, name in rows.values_list("pk", "name"):
        known[name.casefold()] = pk
        exact[name] = pk
    new = {name.casefold(): name for name in wanted if name.casefold() not in known}
    made = ledger.create_many("artist", [{"name": name} for name in new.values()]) if new else []
    known.update(zip(new, (artist.pk for artist in made), strict=True))
    return {name: exact.get(name, known[name.casefold()]) for name in wanted}


def _field_values(column: Column, value: Json) -> list[Json]:
    if column.kind is Kind.KEY:
        tonic, _, mode = value.partition(" ")
        return [tonic, mode]
    return [value]


def _releases_of(ledger: Ledger, track_ids: Sequence[int]) -> dict[int, int]:
    if not track_ids:
        return {}
    rows = Track.objects.filter(workspace_id=ledger.workspace_id, pk__in=track_ids)
    return dict(rows.exclude(release=None).values_list("pk", "release_id"))


def _write_names(ledger: Ledger, changes: Sequence[CellChange]) -> int:
    """Write cells of artists: the credits of one role change, the others stay where they are."""
    current = ledger.current("track", {change.track_id for change in changes}, ["credits"])
    ids = artists_by_name(ledger, (name for change in changes for name in change.after))
    credited = {credit["artist"] for cells in current.values() for credit in cells["credits"]}
    names = dict(
        Artist.objects.filter(workspace_id=ledger.workspace_id, pk__in=credited).values_list(
            "pk", "name"
        )
    )
    wanted: dict[int, list[Json]] = {pk: list(cells["credits"]) for pk, cells in current.items()}
    labels: dict[int, str] = {}
    stale: list[Change] = []
    for change in changes:
        role = COLUMNS[change.column].role
        credits = wanted.get(change.track_id)
        mine = [each for each in credits or () if each["role"] == role]
        held = [names[each["artist"]] for each in mine]
        if credits is None or held not in (change.before, change.after):
            stale.append(
                Change(
                    "track", change.track_id, "credits", change.before, change.after, change.label
                )
            )
            continue
        # An artist who stays keeps their id, also where another has the same name.
        staying = {names[each["artist"]]: each["artist"] for each in mine}
        new = [{"artist": staying.get(name, ids[name]), "role": role} for name in change.after]
        place = next((i for i, each in enumerate(credits) if each["role"] == role), None)
        rest = [each for each in credits if each["role"] != role]
        if place is None:
            place = 0 if role == TrackCredit.Role.MAIN else len(rest)
        wanted[change.track_id] = [*rest[:place], *new, *rest[place:]]
        labels[change.track_id] = change.label
    if stale:
        raise StaleChange(stale)
    return ledger.apply(
        [
            Change("track", pk, "credits", current[pk]["credits"], wanted[pk], label)
            for pk, label in labels.items()
        ]
    )
