"""What speaks for a term on a track: the audio, or an editor who stands behind it on a sibling."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from analysis.models import Suggestion
from catalog.access import Access
from catalog.models import Assertion, Track
from catalog.models.terms import Facet

TermKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another track of the same release or artist that carries a term."""

    track_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a term may be true of a track; at least one of the two is there.

    `heard` is the confidence of an open suggestion and `reason` its sentence; `siblings` are up to
    three tracks, of `sibling_count` in all.
    """

    heard: float | None = None
    reason: str = ""
    siblings: tuple[Sibling, ...] = ()
    sibling_count: int = 0

    @property
    def weight(self) -> tuple[float, int]:
        """What was heard in the recording itself counts before what its siblings carry."""
        return (self.heard or 0.0, self.sibling_count)


SIBLINGS_SHOWN = 3


def siblings_of(access: Access, track: Track) -> "QuerySet[Track]":
    """Other tracks of its release or by one of its artists that the person may see."""
    same = Q(credits__artist__in=track.credits.values("artist_id"))
    if track.release_id is not None:
        same |= Q(release_id=track.release_id)
    return Track.objects.visible_to(access).filter(same).exclude(pk=track.pk).distinct()


def evidence_for(access: Access, track: Track) -> dict[TermKey, Evidence]:
    """Give every term that something speaks for and the track does not have (four queries).

    A term that somebody refused on this track is left out, whatever its siblings carry.
    """
    answered = Suggestion.objects.visible_to(access).filter(track=track)
    refused = {
        (facet, term)
        for facet, term in answered.filter(status=Suggestion.Status.REJECTED).values_list(
            "facet", "term"
        )
    }
    has = set(
        Assertion.objects.filter(track=track).order_by().values_list("term__facet", "term__slug")
    )
    heard = {(found.facet, found.term): found for found in answered.open() if found.is_term}
    carried: dict[TermKey, list[Sibling]] = defaultdict(list)
    rows = (
        Assertion.objects.filter(track__in=siblings_of(access, track))
        .exclude(term__facet=Facet.PROPERTY)
        .order_by("-track_id")
        .values_list("term__facet", "term__slug", "track_id", "track__title")
    )
    for facet, slug, track_id, title in rows:
        carried[facet, slug].append(Sibling(track_id, title))
    return {
        term: Evidence(
            heard=heard[term].confidence if term in heard else None,
            reason=heard[term].reason if term in heard else "",
            siblings=tuple(carried[term][:SIBLINGS_SHOWN]) if term in carried else (),
            sibling_count=len(carried[term]) if term in carried else 0,
        )
        for term in heard.keys() | carried.keys()
        if term not in has and term not in refused
    }
