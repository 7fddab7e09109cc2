"""What would move a track: its open suggestions together, and each word it lacks alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import dist

from analysis.models import Suggestion
from analytics import selectors
from analytics.models import SimulationRun
from analytics.reports import FacetTerm
from analytics.services.what_if import Answer, Edit, answers, candidate_terms
from catalog.access import Access
from catalog.models import Term, Track
from catalog.vocabulary import default_terms

FARTHEST_MOOD = 0.9
"""On a circle of radius 1. Calm and dark are 1.4 apart, calm and melancholic 1.0. Chosen."""


@dataclass(frozen=True, slots=True)
class WordTried:
    """One word, tried alone. `heard` is the confidence of an open suggestion for it, if any."""

    term: FacetTerm
    answer: Answer
    heard: float | None


@dataclass(frozen=True, slots=True)
class Advice:
    """`suggested` is what accepting all open suggestions does; None where there are none."""

    suggested: Answer | None
    suggestion_count: int
    words: tuple[WordTried, ...]
    tried: int

    @property
    def suggestions_help(self) -> bool:
        return self.suggested is not None and self.suggested.reach_change > 0


def advise(*, access: Access, run: SimulationRun, track: Track) -> Advice:
    """Try what could truthfully be added to a track (four queries, then the finished run).

    Raises
    ------
    WhatIfUnavailable : the run does not hold the track, or is too old to answer
    """
    open_ones = list(Suggestion.objects.visible_to(access).open().filter(track=track))
    heard = {(s.facet, s.term): s.confidence for s in open_ones if s.is_term}
    near = selectors.space_results(access, run).filter(track=track, near__gt=0)
    terms = candidate_terms(near, heard=heard, fits=_mood_check(track))
    edits = [Edit(add=(term,)) for term in terms]
    if open_ones:
        edits.append(_all_accepted(open_ones))
    found = answers(run=run, track_id=track.pk, edits=edits)
    labels = selectors.term_labels(access)
    words = [
        WordTried(_named(answer.edit.add[0], labels), answer, heard.get(answer.edit.add[0]))
        for answer in found[: len(terms)]
        if answer.reach_change > 0
    ]
    words.sort(key=lambda word: -word.answer.reach_change)
    return Advice(
        suggested=found[-1] if open_ones else None,
        suggestion_count=len(open_ones),
        words=tuple(words),
        tried=len(terms),
    )


def _mood_check(track: Track) -> Callable[[tuple[str, str]], bool]:
    """Refuse moods far from every mood the track has, on the valence and arousal circle."""
    moods = [
        (term.valence, term.arousal)
        for term in Term.objects.filter(assertions__track=track, facet="mood")
        if term.valence is not None and term.arousal is not None
    ]
    points = {
        spec.slug: (spec.valence or 0.0, spec.arousal or 0.0)
        for spec in default_terms()
        if spec.facet == "mood"
    }

    def fits(term: tuple[str, str]) -> bool:
        if term[0] != "mood" or not moods or term[1] not in points:
            return True
        return min(dist(points[term[1]], mood) for mood in moods) <= FARTHEST_MOOD

    return fits


def _all_accepted(suggestions: list[Suggestion]) -> Edit:
    tempo = next((s.value.get("bpm") for s in suggestions if s.facet == "tempo"), None)
    return Edit(
        add=tuple((s.facet, s.term) for s in suggestions if s.is_term),
        tempo_bpm=float(tempo) if tempo else None,
    )


def _named(term: tuple[str, str], labels: Mapping[tuple[str, str], str]) -> FacetTerm:
    facet, slug = term
    return FacetTerm(facet, slug, labels.get(term, slug.replace("-", " ")))
