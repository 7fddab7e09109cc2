"""From a query of the grid to the ids of tracks, in order."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from catalog.access import Access
from catalog.domain.cells import Column, Kind, Words
from catalog.domain.columns import COLUMNS
from catalog.domain.filters import Condition, Query
from catalog.errors import StudioError
from catalog.models import Artist, Assertion, Release, Term, Track, TrackCredit

MOST_ROWS = 200_000


def matching_ids(query: Query, *, access: Access, words: Words) -> list[int]:
    """Give the ids of the tracks a person may see that fit, in the order asked for."""
    found = matching_tracks(query, access=access, words=words)
    column = COLUMNS.get(query.sort.removeprefix("-"))
    if column is not None and column.is_list:
        return _sorted_by_list(
            found, column, access.workspace_id, descending=query.sort.startswith("-")
        )
    return list(found.order_by(*_order(query.sort)).values_list("pk", flat=True)[:MOST_ROWS])


def matching_tracks(query: Query, *, access: Access, words: Words) -> "QuerySet[Track]":
    """Give the tracks a person may see that fit, in no order."""
    found: QuerySet[Track] = Track.objects.visible_to(access)
    for word in query.text.split():
        found = found.filter(_anywhere(word, access.workspace_id))
    for condition in query.conditions:
        found = found.filter(_test(condition, words, access.workspace_id))
    return found


def _anywhere(word: str, workspace_id: int) -> Q:
    artists = Artist.objects.filter(workspace_id=workspace_id, name__icontains=word)
    releases = Release.objects.filter(workspace_id=workspace_id, title__icontains=word)
    credited = TrackCredit.objects.filter(artist_id__in=_ids(artists)).values("track_id")
    found = (
        Q(title__icontains=word)
        | Q(version_title__icontains=word)
        | Q(release_id__in=_ids(releases))
        | Q(pk__in=credited)
    )
    code = word.replace("-", "").upper()
    return found | Q(isrc__contains=code) if code.isalnum() and code.isascii() else found


def _ids(rows: "QuerySet[Any]") -> list[int]:
    # The few ids, rather than a subquery, let the planner see how few they are.
    return list(rows.values_list("pk", flat=True)[:20_000])


def _test(condition: Condition, words: Words, workspace_id: int) -> Q:
    column, test, text = condition.column, condition.test, condition.text
    negated = test in ("lacks", "not", "empty")
    if column.kind is Kind.TERMS:
        found = _has_term(column, test, text, words, workspace_id)
    elif column.kind is Kind.NAMES:
        found = _has_name(column, test, text)
    elif test in ("empty", "filled"):
        found = _filled(column)
    else:
        found = _compared(column, test, text, words)
    return ~found if negated else found


def _has_term(column: Column, test: str, text: str, words: Words, workspace_id: int) -> Q:
    terms = Term.objects.filter(workspace_id=workspace_id, facet=column.facet)
    if test not in ("empty", "filled"):
        slug = words.term(column.facet, text)
        picked = Q(slug=slug) if slug else Q(label__icontains=text)
        terms = terms.filter(picked)
    of_track = Assertion.objects.filter(track_id=OuterRef("pk"), term_id__in=_ids(terms))
    return Q(Exists(of_track))


def _has_name(column: Column, test: str, text: str) -> Q:
    credits = TrackCredit.objects.filter(track_id=OuterRef("pk"), role=column.role)
    if test not in ("empty", "filled"):
        credits = credits.filter(artist__name__icontains=text)
    return Q(Exists(credits))


def _filled(column: Column) -> Q:
    path = _path(column)
    if column.kind in (Kind.NUMBER, Kind.WHOLE, Kind.DATE, Kind.RELEASE):
        return Q(**{f"{path}__isnull": False})
    return Q(**{f"{path}__gt": ""})


def _compared(column: Column, test: str, text: str, words: Words) -> Q:
    path = _path(column)
    if column.kind is Kind.RELEASE:
        return Q(**{f"release__title__{'iexact' if test in ('is', 'not') else 'icontains'}": text})
    if column.kind in (Kind.TEXT, Kind.LONG, Kind.CODE, Kind.LANGUAGE):
        return Q(**{f"{path}__{'iexact' if test in ('is', 'not') else 'icontains'}": text})
    if column.kind is Kind.KEY:
        return _key(test, text, column, words)
    value = column.read(text, words)
    if value is None:
        return Q(**{f"{path}__isnull": True})
    suffix = {"least": "__gte", "most": "__lte"}.get(test, "")
    return Q(**{path + suffix: value})


def _key(test: str, text: str, column: Column, words: Words) -> Q:
    if test in ("contains", "lacks") and text.strip().casefold() in ("major", "minor"):
        return Q(key_mode=text.strip().casefold())
    try:
        tonic, _, mode = column.read(text, words).partition(" ")
    except StudioError:
        return Q(key_tonic__iexact=text.strip())
    return Q(key_tonic=tonic, key_mode=mode)


def _path(column: Column) -> str:
    prefix = "release__" if column.table == "release" else ""
    return prefix + column.fields[0]


def _order(sort: str) -> list[Any]:
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    if name == "added":
        return ["-created_at", "-pk"] if descending else ["created_at", "pk"]
    if name == "title":
        # As the index has it, so that nothing needs to be sorted.
        return ["-title", "-pk"] if descending else ["title", "pk"]
    column = COLUMNS[name]
    paths = ["release__title"] if column.kind is Kind.RELEASE else [_path(column)]
    if column.kind is Kind.KEY:
        paths = list(column.fields)
    order = [F(path).desc if descending else F(path).asc for path in paths]
    return [*(by(nulls_last=True) for by in order), "pk"]


# The first value of a list for each track, as the place of that value in the alphabet.
_FIRST_TERM = """
    SELECT pair.track_id, min(ranked.place) AS place
    FROM catalog_assertion pair JOIN (
        SELECT id, row_number() OVER (ORDER BY label, id) AS place
        FROM catalog_term WHERE workspace_id = %s AND facet = %s
    ) ranked ON ranked.id = pair.term_id
    GROUP BY pair.track_id
"""
_FIRST_ARTIST = """
    SELECT DISTINCT ON (pair.track_id) pair.track_id, ranked.place
    FROM catalog_trackcredit pair JOIN (
        SELECT id, row_number() OVER (ORDER BY name, id) AS place
        FROM catalog_artist WHERE workspace_id = %s
    ) ranked ON ranked.id = pair.artist_id
    WHERE pair.role = %s
    ORDER BY pair.track_id, pair.position, pair.id
"""


def _sorted_by_list(
    found: "QuerySet[Track]", column: Column, workspace_id: int, *, descending: bool
) -> list[int]:
    """Sort by the first value of a list; tracks without a value come last.

    Written as SQL, because a subquery for every track, as the ORM has it, takes several times as
    long as one pass over the pairs of a facet or a role.
    """
    try:
        tracks, parameters = found.order_by().values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    firsts, kind = _FIRST_ARTIST, column.role
    if column.kind is Kind.TERMS:
        firsts, kind = _FIRST_TERM, column.facet
    direction = "DESC" if descending else "ASC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT chosen.id FROM ({tracks}) AS chosen(id) "
            f"LEFT JOIN ({firsts}) AS firsts ON firsts.track_id = chosen.id "
            f"ORDER BY firsts.place {direction} NULLS LAST, chosen.id LIMIT {MOST_ROWS}",
            [*parameters, workspace_id, kind],
        )
        return [pk for (pk,) in cursor.fetchall()]
