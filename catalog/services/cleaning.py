"""Values counted, near-duplicates found, and merged in one change set.

A merge of artists or terms moves what names the others to the one that stays, and removes them; the
label of a merged term becomes a synonym, so that the next import finds it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from catalog.access import Access
from catalog.domain.changes import WHOLE_ROW, Change, Json
from catalog.domain.clustering import Cluster, Counted, cluster
from catalog.errors import StudioError
from catalog.models import (
    Artist,
    ChangeRequest,
    ChangeSet,
    Release,
    ReleaseCredit,
    Term,
    Track,
    TrackCredit,
)
from catalog.models.terms import Facet
from catalog.services.asking import needs_request, request_changes
from catalog.services.changes import check_may_change, write_planned
from catalog.services.ledger import change_set
from catalog.services.registry import VERSIONED

MOST_CHANGES = 20_000
MOST_CLUSTERED = 20_000


@dataclass(frozen=True)
class Facets:
    """A kind of value that can be counted and merged; `field` is set for plain texts."""

    name: str
    label: str
    table: str = ""
    field: str = ""


FACETS = {
    facet.name: facet
    for facet in (
        Facets("artists", "Artists", "artist"),
        Facets("labels", "Labels", "release", "label_name"),
        Facets("versions", "Versions", "track", "version_title"),
        Facets("p_lines", "P lines", "release", "p_line"),
        Facets("c_lines", "C lines", "release", "c_line"),
        Facets("languages", "Lyrics languages", "track", "lyrics_language"),
        *(Facets(facet.value, facet.label, "term") for facet in Facet),
    )
}


class StalePlan(StudioError):
    """The catalog changed since the preview; nothing was written."""

    http_status = 409


@dataclass(frozen=True)
class Merge:
    """Values `gone` become `keep`; both are ids of artists, slugs of terms, or texts."""

    keep: str
    gone: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class Plan:
    """What merges come to, and a mark by which the same plan is known again."""

    changes: tuple[Change, ...]
    mark: str


def counted(access: Access, facet: Facets) -> list[Counted]:
    """Count the rows of the workspace that hold each value, the most frequent first."""
    if facet.name == "artists":
        rows = Artist.objects.visible_to(access).annotate(
            n=Count("track_credits", distinct=True) + Count("release_credits", distinct=True)
        )
        found = [Counted(str(pk), name, n) for pk, name, n in rows.values_list("pk", "name", "n")]
    elif facet.table == "term":
        terms = Term.objects.visible_to(access).filter(facet=facet.name)
        found = [
            Counted(slug, label, n)
            for slug, label, n in terms.annotate(n=Count("assertions")).values_list(
                "slug", "label", "n"
            )
        ]
    else:
        texts = _rows(access, facet).exclude(**{facet.field: ""}).order_by()
        grouped = texts.values_list(facet.field).annotate(n=Count("pk"))
        found = [Counted(text, text, n) for text, n in grouped]
    return sorted(found, key=lambda value: (-value.count, value.text.casefold()))


def clusters(access: Access, facet: Facets, method: str) -> list[Cluster]:
    """Find values that are probably one. Terms that nobody uses are left out."""
    values = counted(access, facet)
    if facet.table == "term":
        values = [value for value in values if value.count]
    return cluster(values[:MOST_CLUSTERED], method)


def plan_merges(access: Access, facet: Facets, merges: Sequence[Merge]) -> Plan:
    """Plan merges without writing anything.

    Raises
    ------
    StudioError : a value is gone, stands in two merges, or there would be too much at once
    """
    named = [value for merge in merges for value in (merge.keep, *merge.gone)]
    if len(named) != len(set(named)):
        raise StudioError("A value stands in two merges.", hint="Merge it with one of them first.")
    if facet.name == "artists":
        changes = _artist_changes(access, merges)
    elif facet.table == "term":
        changes = _term_changes(access, facet.name, merges)
    else:
        changes = _text_changes(access, facet, merges)
    if len(changes) > MOST_CHANGES:
        raise StudioError(
            f"This would change {len(changes):,} values; {MOST_CHANGES:,} are the most at once.",
            hint="Merge fewer values at a time.",
        )
    facts = [[c.model, c.object_id, c.field, c.before, c.after] for c in changes]
    written = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return Plan(tuple(changes), hashlib.sha256(written.encode()).hexdigest())


def apply_merges(
    access: Access, facet: Facets, merges: Sequence[Merge], *, mark: str
) -> ChangeSet | ChangeRequest | None:
    """Write merges as previewed, or ask a second person where the workspace wants one.

    Raises
    ------
    StalePlan : the catalog changed since the preview
    """
    plan = plan_merges(access, facet, merges)
    if plan.mark != mark:
        raise StalePlan(
            "The catalog changed since this preview, so nothing was written.",
            hint="Look at the new preview and decide again.",
        )
    check_may_change(plan.changes, access)
    count = sum(len(merge.gone) for merge in merges)
    reason = f"Merge {count} {facet.label.lower()}"
    if needs_request(access.workspace, len(plan.changes)):
        return request_changes(
            plan.changes, access=access, reason=reason, source=ChangeSet.Source.BULK
        )
    with change_set(
        workspace=access.workspace,
        actor=access.user,
        source=ChangeSet.Source.BULK,
        reason=reason,
    ) as ledger:
        write_planned(ledger, plan.changes)
    return None if ledger.is_empty else ledger.change_set


def _rows(access: Access, facet: Facets) -> "QuerySet[Track] | QuerySet[Release]":
    return (Track if facet.table == "track" else Release).objects.visible_to(access)


def _text_changes(access: Access, facet: Facets, merges: Sequence[Merge]) -> list[Change]:
    wanted: dict[str, str] = {}
    for merge in merges:
        name = " ".join((merge.name or merge.keep).split())
        wanted.update(dict.fromkeys((merge.keep, *merge.gone), name))
    rows = _rows(access, facet).filter(**{f"{facet.field}__in": list(wanted)}).order_by("pk")
    return [
        Change(facet.table, row.pk, facet.field, text, wanted[text], str(row))
        for row in rows
        if (text := getattr(row, facet.field)) != wanted[text]
    ]


def _artist_changes(access: Access, merges: Sequence[Merge]) -> list[Change]:
    wanted = {int(pk) for merge in merges for pk in (merge.keep, *merge.gone) if pk.isdigit()}
    artists = {row.pk: row for row in Artist.objects.visible_to(access).filter(pk__in=wanted)}
    if len(artists) != sum(1 + len(merge.gone) for merge in merges):
        raise StudioError("One of the artists is not here any more. Look at the list again.")
    becomes = {int(pk): int(merge.keep) for merge in merges for pk in merge.gone}
    changes = []
    for merge in merges:
        kept, name = artists[int(merge.keep)], " ".join(merge.name.split())[:200]
        if name and name != kept.name:
            changes.append(Change("artist", kept.pk, "name", kept.name, name, kept.name))
    on_tracks = TrackCredit.objects.filter(artist_id__in=becomes).values("track_id")
    tracks = {row.pk: row for row in Track.objects.visible_to(access).filter(pk__in=on_tracks)}
    for pk, credits in VERSIONED["track"].fields["credits"].read(tracks).items():
        after = _unique(
            {**each, "artist": becomes.get(each["artist"], each["artist"])} for each in credits
        )
        changes.append(Change("track", pk, "credits", credits, after, str(tracks[pk])))
    on_releases = ReleaseCredit.objects.filter(artist_id__in=becomes).values("release_id")
    releases = {
        row.pk: row for row in Release.objects.visible_to(access).filter(pk__in=on_releases)
    }
    for pk, ids in VERSIONED["release"].fields["artists"].read(releases).items():
        after = _unique(becomes.get(each, each) for each in ids)
        changes.append(Change("release", pk, "artists", ids, after, str(releases[pk])))
    gone = {pk: artists[pk] for pk in becomes}
    return changes + _removals("artist", gone)


def _term_changes(access: Access, facet: str, merges: Sequence[Merge]) -> list[Change]:
    slugs = {slug for merge in merges for slug in (merge.keep, *merge.gone)}
    terms = {
        term.slug: term
        for term in Term.objects.visible_to(access).filter(facet=facet, slug__in=slugs)
    }
    if terms.keys() != slugs:
        raise StudioError("One of the terms is not here any more. Look at the list again.")
    becomes = {slug: merge.keep for merge in merges for slug in merge.gone}
    changes = []
    tracks = {
        row.pk: row
        for row in Track.objects.visible_to(access)
        .filter(assertions__term__facet=facet, assertions__term__slug__in=becomes)
        .distinct()
    }
    for pk, held in VERSIONED["track"].fields[facet].read(tracks).items():
        after = sorted({becomes.get(slug, slug) for slug in held})
        changes.append(Change("track", pk, facet, held, after, str(tracks[pk])))
    for merge in merges:
        kept = terms[merge.keep]
        words = [word for slug in merge.gone for word in (terms[slug].label, *terms[slug].synonyms)]
        synonyms = _unique([*kept.synonyms, *words])
        changes.append(Change("term", kept.pk, "synonyms", kept.synonyms, synonyms, kept.label))
        name = " ".join(merge.name.split())[:80]
        if name and name != kept.label:
            changes.append(Change("term", kept.pk, "label", kept.label, name, kept.label))
    gone = {terms[slug].pk: terms[slug] for slug in becomes}
    return changes + _removals("term", gone)


def _removals(table: str, rows: "dict[int, Artist] | dict[int, Term]") -> list[Change]:
    entry = VERSIONED[table]
    values: dict[int, dict[str, Json]] = {pk: {} for pk in rows}
    for name, field in entry.fields.items():
        for pk, value in field.read(rows).items():
            values[pk][name] = value
    return [Change(table, pk, WHOLE_ROW, values[pk], None, str(row)) for pk, row in rows.items()]


def _unique(values: Iterable[Json]) -> list[Json]:
    found: list[Json] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
