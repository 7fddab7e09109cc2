"""What is known of tracks, gathered in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from analysis.models import Suggestion
from catalog.models import Assertion, Stem, Track
from prompts.domain.facts import KnownTerm, Range, Source, TrackFacts
from prompts.domain.lexicon import Term
from prompts.lexicon import read_data, read_term

_USEFUL = (Suggestion.Status.OPEN, Suggestion.Status.ACCEPTED, Suggestion.Status.SUPERSEDED)


def facts_of(track: Track) -> TrackFacts:
    """What is known of one track."""
    return facts_of_all([track])[track.pk]


def facts_of_all(tracks: Iterable[Track]) -> dict[int, TrackFacts]:
    """What is known of tracks that the caller has found for the person asking: three queries."""
    by_pk = {track.pk: track for track in tracks}
    heard = _heard(by_pk)
    known: dict[int, list[KnownTerm]] = defaultdict(list)
    rows = Assertion.objects.filter(track_id__in=by_pk).order_by("pk")
    for track_id, facet, slug in rows.values_list("track_id", "term__facet", "term__slug"):
        row = heard[track_id].get((facet, slug))
        ranges, stem = (_ranges(row), _stem(row)) if row else ((), "")
        known[track_id].append(KnownTerm(Term(facet, slug), ranges=ranges, stem=stem))
    for stem_row in Stem.objects.filter(track_id__in=by_pk).order_by("position", "pk"):
        for term in stem_terms().get(stem_row.role, ()):
            known[stem_row.track_id].append(KnownTerm(term, Source.STEM, stem=str(stem_row)))
    for track_id, by_term in heard.items():
        for (facet, slug), row in by_term.items():
            if row.status == Suggestion.Status.OPEN and slug:
                known[track_id].append(
                    KnownTerm(
                        Term(facet, slug), Source.HEARD, row.confidence, _ranges(row), _stem(row)
                    )
                )
    return {
        pk: _track_facts(track, tuple(known[pk]), heard.get(pk, {})) for pk, track in by_pk.items()
    }


def _track_facts(
    track: Track, terms: tuple[KnownTerm, ...], heard: "dict[tuple[str, str], Suggestion]"
) -> TrackFacts:
    tempo = _open_value(heard.get(("tempo", ""))).get("bpm")
    key = _open_value(heard.get(("key", "")))
    is_key_set = bool(track.key_tonic and track.key_mode)
    return TrackFacts(
        terms=terms,
        tempo_bpm=track.tempo_bpm,
        key=f"{track.key_tonic} {track.key_mode}" if is_key_set else "",
        year=track.recording_year,
        language=track.lyrics_language,
        heard_tempo_bpm=float(tempo) if tempo else None,
        heard_key=f"{key['tonic']} {key['mode']}" if key.get("tonic") and key.get("mode") else "",
    )


def _open_value(row: Suggestion | None) -> dict[str, Any]:
    return dict(row.value or {}) if row is not None and row.is_open else {}


def _heard(tracks: Iterable[int]) -> dict[int, dict[tuple[str, str], Suggestion]]:
    found: dict[int, dict[tuple[str, str], Suggestion]] = defaultdict(dict)
    rows = Suggestion.objects.filter(track_id__in=list(tracks), status__in=_USEFUL)
    for row in rows.select_related("stem").order_by("confidence", "pk"):
        found[row.track_id][row.facet, row.term] = row
    return found


def _ranges(row: Suggestion) -> tuple[Range, ...]:
    return tuple((float(start), float(end)) for start, end in row.ranges[:4])


def _stem(row: Suggestion) -> str:
    return str(row.stem) if row.stem is not None else ""


@cache
def stem_terms() -> dict[str, tuple[Term, ...]]:
    """What the stem of a role proves."""
    roles = read_data("stems.toml")["roles"]
    return {role: tuple(map(read_term, names)) for role, names in roles.items()}
