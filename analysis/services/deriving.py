"""From observations to open suggestions, whenever the recordings or what stands have changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from analysis.domain.heard import Heard, HeardTag
from analysis.domain.result import TempoCandidate, TimeRange
from analysis.domain.suggestions import Draft, KnownTerm, Stands, draft_suggestions
from analysis.models import AnalysisRun, Observation, Status, Suggestion, TermLimit
from analysis.rules import suggesting_rules
from analysis.services.stem_sums import ask_for_stem_check, known_sum
from catalog.models import Assertion, Stem, Term, Track

State = Suggestion.Status
DECIDED = (State.ACCEPTED, State.REJECTED)


def lock_tracks_of(audio_id: int) -> list[Track]:
    """Lock the tracks a recording belongs to, so that the last of several runs sees all others."""
    ids = tracks_with(audio_id=audio_id)
    return list(Track.objects.filter(pk__in=ids).select_for_update().order_by("pk"))


def tracks_with(*, audio_id: int) -> set[int]:
    """Give the tracks that a recording is the master or a stem of."""
    found = Track.objects.filter(Q(audio_id=audio_id) | Q(stems__audio_id=audio_id))
    return set(found.values_list("pk", flat=True))


@transaction.atomic
def refresh_suggestions_of(*, track_ids: Iterable[int]) -> None:
    """Bring the suggestions of tracks in line with what was heard and what stands."""
    for track in Track.objects.filter(pk__in=set(track_ids)).select_for_update().order_by("pk"):
        refresh_suggestions(track=track)


def refresh_suggestions(*, track: Track) -> None:
    """Ask what is new, stop asking what is answered elsewhere; decisions stay as they are.

    Nothing is asked before the master and all stems were heard, so that questions do not change
    under the person's hands. The caller holds the track's row.
    """
    stems = list(Stem.objects.filter(track=track))
    audio_ids = {stem.audio_id for stem in stems} | ({track.audio_id} if track.audio_id else set())
    by_audio = newest_runs(audio_ids)
    if audio_ids - by_audio.keys() or any(run.is_unfinished for run in by_audio.values()):
        return
    heard = heard_of(track, stems, by_audio)
    ask_for_stem_check(track=track, stems=stems)
    stem_sum = known_sum(track, stems)
    drafts = draft_suggestions(
        heard,
        stands=what_stands(track),
        vocabulary=known_terms(track.workspace_id),
        rules=replace(suggesting_rules(), asks=raised_limits(track.workspace_id)),
        stems_add_up=stem_sum is not None and stem_sum.adds_up,
    )
    _store(track, drafts)


def newest_runs(audio_ids: Iterable[int]) -> dict[int, AnalysisRun]:
    """Give the run of each recording that counts: the one of the newest engine that heard it."""
    runs = AnalysisRun.objects.filter(audio_id__in=list(audio_ids)).select_related("audio")
    return {run.audio_id: run for run in runs.order_by("pk")}


def heard_of(
    track: Track, stems: Sequence[Stem], by_audio: Mapping[int, AnalysisRun]
) -> list[Heard]:
    """Read what was found in the master and in each stem."""
    done = {pk: run for pk, run in by_audio.items() if run.status == Status.DONE}
    tags = _tags_by_run(run.pk for run in done.values())
    heard = []
    if track.audio_id in done:
        run = done[track.audio_id]
        heard.append(heard_in(run, tags[run.pk]))
    for stem in stems:
        if stem.audio_id in done:
            run = done[stem.audio_id]
            heard.append(heard_in(run, tags[run.pk], stem))
    return heard


def heard_in(run: AnalysisRun, tags: Sequence[HeardTag], stem: Stem | None = None) -> Heard:
    """Read one run as the suggestions see it."""
    result: dict[str, Any] = run.result
    return Heard(
        audio=run.audio.sha256,
        tags=tuple(tags),
        tempo_bpm=result.get("tempo_bpm"),
        tempo_firm=bool(result.get("tempo_firm")),
        tempo_candidates=tuple(
            TempoCandidate(**each) for each in result.get("tempo_candidates", ())
        ),
        key=result.get("key"),
        mode=result.get("mode"),
        key_confidence=result.get("key_confidence"),
        loudness_lufs=result.get("loudness_lufs"),
        duration_s=result.get("duration_s") or 0.0,
        brightness_hz=result.get("brightness_hz"),
        vocals_label=result.get("vocals_label") or "",
        vocals_probability=result.get("vocals_probability") or 0.0,
        stem_id=stem.pk if stem else None,
        stem_role=stem.role if stem else "",
        stem_name=str(stem) if stem else "",
    )


def _tags_by_run(run_ids: Iterable[int]) -> dict[int, list[HeardTag]]:
    found: dict[int, list[HeardTag]] = defaultdict(list)
    rows = Observation.objects.filter(run__in=list(run_ids), kind=Observation.Kind.TAG)
    for row in rows:
        found[row.run_id].append(
            HeardTag(
                facet=row.facet,
                term=row.term,
                confidence=row.confidence or 0.0,
                ranges=tuple(TimeRange(start, end) for start, end in row.ranges),
                model=row.model,
                model_version=row.model_version,
            )
        )
    return found


def what_stands(track: Track) -> Stands:
    """Read what people stand behind."""
    pairs = Assertion.objects.filter(track=track).values_list("term__facet", "term__slug")
    return Stands(
        terms=frozenset(pairs),
        has_tempo=track.tempo_bpm is not None,
        has_key=bool(track.key_tonic),
    )


def known_terms(workspace_id: int) -> dict[tuple[str, str], KnownTerm]:
    """Read the workspace's vocabulary."""
    rows = Term.objects.filter(workspace_id=workspace_id)
    return {
        (facet, slug): KnownTerm(label, never_automatic, tuple(parents))
        for facet, slug, label, never_automatic, parents in rows.values_list(
            "facet", "slug", "label", "never_automatic", "parents"
        )
    }


def raised_limits(workspace_id: int) -> dict[tuple[str, str], float]:
    """Read from where a workspace is asked about terms it often refused."""
    rows = TermLimit.objects.filter(workspace_id=workspace_id, ask__gt=F("default"))
    return {(facet, term): ask for facet, term, ask in rows.values_list("facet", "term", "ask")}


def _store(track: Track, drafts: Sequence[Draft]) -> None:
    rows = list(Suggestion.objects.filter(track=track))
    by_key = {row.evidence_key: row for row in rows}
    open_rows = {(row.facet, row.term): row for row in rows if row.is_open}
    wanted: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        known = by_key.get(draft.evidence_key)
        if known is None or known.status not in DECIDED:
            wanted[draft.facet, draft.term] = draft
    gone = [row for key, row in open_rows.items() if _other(row, wanted.get(key))]
    for row in gone:
        row.status = State.SUPERSEDED
        row.save(update_fields=["status"])
    for draft in wanted.values():
        known = by_key.get(draft.evidence_key)
        if known is None:
            Suggestion.objects.create(
                workspace_id=track.workspace_id,
                track=track,
                facet=draft.facet,
                term=draft.term,
                value=dict(draft.value),
                evidence_key=draft.evidence_key,
                model=draft.model,
                model_version=draft.model_version,
                **_shown(draft),
            )
            continue
        values = _shown(draft)
        if not known.is_term and known.is_open:
            del values["label"]  # the person may have halved or doubled it meanwhile
        for name, value in {"status": State.OPEN, **values}.items():
            setattr(known, name, value)
        known.save(update_fields=["status", *values])


def _other(row: Suggestion, draft: Draft | None) -> bool:
    """Whether an open question is not the one that the evidence asks now."""
    return draft is None or draft.evidence_key != row.evidence_key


def _shown(draft: Draft) -> dict[str, Any]:
    """Give what may be brought up to date without asking something new."""
    return {
        "label": draft.label,
        "confidence": draft.confidence,
        "reason": draft.reason[:300],
        "ranges": [[span.start_s, span.end_s] for span in draft.ranges],
        "stem_id": draft.stem_id,
    }
