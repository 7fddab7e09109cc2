"""What people answer to suggestions. Accepting writes catalog values, as one change set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from analysis.models import Suggestion
from analysis.models.suggestions import KEY, STEM_ROLE, TEMPO
from analysis.rules import suggesting_rules
from analysis.services.deriving import refresh_suggestions
from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Assertion, ChangeSet, Stem, Term, Track
from catalog.services.changes import undo_change_set
from catalog.services.tracks import assert_terms

State = Suggestion.Status
SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0


class AlreadyDecided(StudioError):
    """Somebody answered this suggestion in the meantime, or it is no longer asked."""

    http_status = 409


class NotAnAnswer(StudioError):
    """What the person put in place of the suggestion cannot be stored."""


@dataclass(frozen=True)
class Decision:
    """What was decided, with the change set where something was written."""

    suggestions: tuple[Suggestion, ...]
    change_set: ChangeSet | None = None


@transaction.atomic
def accept(*, suggestion: Suggestion, access: Access) -> Decision:
    """Make the suggested value one that people stand behind.

    Raises
    ------
    AlreadyDecided : it was answered in the meantime
    catalog.services.changes.NotYours : the person may not change the track
    """
    row = _open_rows([suggestion.pk], access)[0]
    change_set = _write(row.track, [row], access, f"Accept {_named([row])} on “{row.track}”")
    return _close([row], State.ACCEPTED, access, change_set)


@transaction.atomic
def accept_likely(*, track: Track, access: Access) -> Decision:
    """Accept everything open on a track that is likely, in one change set."""
    likely = Suggestion.objects.decidable_by(access).open().filter(track=track)
    ids = likely.filter(confidence__gte=suggesting_rules().likely).values_list("pk", flat=True)
    rows = _open_rows(list(ids), access)
    if not rows:
        raise AlreadyDecided("Nothing likely is left to accept on this track.")
    change_set = _write(track, rows, access, f"Accept {_named(rows)} on “{track}”")
    return _close(rows, State.ACCEPTED, access, change_set)


@transaction.atomic
def reject(*, suggestion: Suggestion, access: Access) -> Decision:
    """Refuse a suggestion; the same evidence never asks again."""
    return _close(_open_rows([suggestion.pk], access), State.REJECTED, access, None)


@transaction.atomic
def answer_term(*, suggestion: Suggestion, term: Term, access: Access) -> Decision:
    """Put another term in place of the suggested one."""
    row = _open_rows([suggestion.pk], access)[0]
    if term.workspace_id != row.workspace_id or term.facet != row.facet:
        raise NotAnAnswer(f"Pick a term of the kind {row.get_facet_display().lower()}.")
    row.answer = {"facet": term.facet, "term": term.slug, "label": term.label}
    reason = f"Accept {term.label} instead of {row.label} on “{row.track}”"
    change_set = _write(row.track, [row], access, reason)
    return _close([row], State.ACCEPTED, access, change_set)


@transaction.atomic
def answer_value(*, suggestion: Suggestion, value: Mapping[str, Any], access: Access) -> Decision:
    """Put another tempo or key in place of the suggested one."""
    row = _open_rows([suggestion.pk], access)[0]
    row.answer = {**value, "label": value_label(row.facet, value)}
    reason = f"Accept {row.answer['label']} instead of {row.label} on “{row.track}”"
    change_set = _write(row.track, [row], access, reason)
    return _close([row], State.ACCEPTED, access, change_set)


@transaction.atomic
def scale_suggested_tempo(*, suggestion: Suggestion, factor: float, access: Access) -> Suggestion:
    """Halve or double the tempo in question, without answering yet."""
    row = _open_rows([suggestion.pk], access)[0]
    if row.facet != TEMPO:
        raise NotAnAnswer("Only a tempo can be halved or doubled.")
    value = {"bpm": checked_bpm(float(row.value["bpm"]) * factor)}
    row.value = value
    row.label = value_label(TEMPO, value)
    row.save(update_fields=["value", "label"])
    return row


@transaction.atomic
def set_tempo(*, track: Track, bpm: float, access: Access) -> Decision:
    """Put a tempo on the track, because the person says so."""
    value = checked_bpm(bpm)
    change_set = assert_terms(
        access=access,
        track=track,
        reason=f"Set the tempo of “{track}” to {value:g} BPM",
        values={"tempo_bpm": value},
    )
    refresh_suggestions(track=Track.objects.select_for_update().get(pk=track.pk))
    return Decision((), change_set)


@transaction.atomic
def take_back(*, suggestion: Suggestion, access: Access) -> Decision:
    """Take a decision back: everything that was decided with it is open again.

    Raises
    ------
    AlreadyDecided : there is no decision to take back
    """
    row = (
        Suggestion.objects.decidable_by(access)
        .select_for_update(of=("self",))
        .select_related("track", "change_set")
        .get(pk=suggestion.pk)
    )
    if row.status == State.REJECTED:
        return Decision(_reopen([row]))
    if row.status != State.ACCEPTED:
        raise AlreadyDecided("There is no decision to take back here.")
    together = [row]
    undone: ChangeSet | None = None
    if row.change_set is not None:
        together = list(
            Suggestion.objects.decidable_by(access)
            .select_for_update(of=("self",))
            .select_related("track")
            .filter(change_set=row.change_set, status=State.ACCEPTED)
        )
        undone = undo_change_set(row.change_set, access=access).change_set
        undone = _remove_left(row.track, together, access) or undone
    return Decision(_reopen(together), undone)


def reopen_undone(*, undone: ChangeSet) -> set[int]:
    """Open what was accepted by a change set that was undone elsewhere; gives the tracks."""
    rows = list(
        Suggestion.objects.filter(change_set=undone, status=State.ACCEPTED).select_related("track")
    )
    return {row.track_id for row in _reopen([row for row in rows if not stands(row)])}


def accept_redone(*, redone: ChangeSet) -> set[int]:
    """Close again what stands again, since the undo of its acceptance was undone."""
    rows = Suggestion.objects.filter(
        change_set=redone, status=State.OPEN, decided_at__isnull=False
    ).select_related("track")
    closed = [row for row in rows if stands(row)]
    for row in closed:
        row.status = State.ACCEPTED
        row.save(update_fields=["status"])
    return {row.track_id for row in closed}


def stands(row: Suggestion) -> bool:
    """Whether the track holds what was accepted."""
    wanted = written_value(row)
    if row.facet == TEMPO:
        return bool(row.track.tempo_bpm == wanted["bpm"])
    if row.facet == STEM_ROLE:
        return row.stem is not None and bool(row.stem.role == wanted["role"])
    if row.facet == KEY:
        return bool((row.track.key_tonic, row.track.key_mode) == (wanted["tonic"], wanted["mode"]))
    return Assertion.objects.filter(
        track=row.track, term__facet=row.facet, term__slug=wanted["term"]
    ).exists()


def written_value(row: Suggestion) -> dict[str, Any]:
    """Give what accepting writes: the person's answer, or what was suggested."""
    if row.answer:
        return dict(row.answer)
    return {"term": row.term} if row.is_term else dict(row.value)


def value_label(facet: str, value: Mapping[str, Any]) -> str:
    """Say a tempo or a key."""
    if facet == STEM_ROLE:
        return str(Stem.Role(value["role"]).label)
    return f"{value['bpm']:g} BPM" if facet == TEMPO else f"{value['tonic']} {value['mode']}"


def checked_bpm(bpm: float) -> float:
    """Round a tempo to a tenth.

    Raises
    ------
    NotAnAnswer : nothing that anybody would count in
    """
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise NotAnAnswer(
            f"{bpm:g} BPM is outside what can be counted ({SLOWEST_BPM:g} to {FASTEST_BPM:g})."
        )
    return round(bpm, 1)


def _open_rows(ids: Sequence[int], access: Access) -> list[Suggestion]:
    """Lock open suggestions, track first, so that two people cannot answer at once."""
    tracks = Track.objects.filter(suggestions__in=ids).values("pk")
    list(Track.objects.select_for_update().filter(pk__in=tracks).order_by("pk"))
    rows = list(
        Suggestion.objects.decidable_by(access)
        .select_for_update(of=("self",))
        .select_related("track")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    decided = [row for row in rows if not row.is_open]
    if decided:
        names = _named(decided)
        raise AlreadyDecided(f"Somebody decided on {names} in the meantime.")
    return rows


def _write(
    track: Track, rows: Sequence[Suggestion], access: Access, reason: str
) -> ChangeSet | None:
    values: dict[str, Any] = {}
    wanted: list[tuple[str, str]] = []
    stem_roles: dict[int, str] = {}
    for row in rows:
        value = written_value(row)
        if row.facet == STEM_ROLE:
            if row.stem_id is None:
                raise NotAnAnswer("The stem is no longer on the track.", hint="Refuse it.")
            stem_roles[row.stem_id] = value["role"]
        elif row.facet == TEMPO:
            values["tempo_bpm"] = value["bpm"]
        elif row.facet == KEY:
            values |= {"key_tonic": value["tonic"], "key_mode": value["mode"]}
        else:
            wanted.append((row.facet, value["term"]))
    return assert_terms(
        access=access,
        track=track,
        add=_terms(track.workspace_id, wanted),
        values=values,
        stem_roles=stem_roles,
        reason=reason,
        source=ChangeSet.Source.SUGGESTION,
    )


def _remove_left(track: Track, rows: Sequence[Suggestion], access: Access) -> ChangeSet | None:
    """Remove terms that the undo left, since further ones of their facet were added after them."""
    fresh = Track.objects.get(pk=track.pk)
    left = []
    for row in rows:
        row.track = fresh
        if row.is_term and stands(row):
            left.append((row.facet, written_value(row)["term"]))
    if not left:
        return None
    terms = _terms(track.workspace_id, left)
    names = ", ".join(term.label for term in terms)
    return assert_terms(
        access=access,
        track=fresh,
        remove=terms,
        reason=f"Take back {names} on “{track}”",
        source=ChangeSet.Source.UNDO,
    )


def _terms(workspace_id: int, pairs: Iterable[tuple[str, str]]) -> list[Term]:
    wanted = set(pairs)
    rows = Term.objects.filter(
        workspace_id=workspace_id,
        facet__in={facet for facet, _ in wanted},
        slug__in={slug for _, slug in wanted},
    )
    found = [term for term in rows if (term.facet, term.slug) in wanted]
    if missing := wanted - {(term.facet, term.slug) for term in found}:
        names = ", ".join(sorted(slug.replace("-", " ") for _, slug in missing))
        raise NotAnAnswer(f"The vocabulary no longer has: {names}.", hint="Refuse it, or edit it.")
    return found


def _close(
    rows: Sequence[Suggestion], state: State, access: Access, change_set: ChangeSet | None
) -> Decision:
    now = timezone.now()
    for row in rows:
        row.status = state
        row.decided_by = access.user
        row.decided_at = now
        row.change_set = change_set
        row.save(update_fields=["status", "decided_by", "decided_at", "change_set", "answer"])
    for track in {row.track_id: row.track for row in rows}.values():
        refresh_suggestions(track=Track.objects.get(pk=track.pk))
    return Decision(tuple(rows), change_set)


def _reopen(rows: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Ask again. `change_set` and `decided_at` stay, so that a redo finds the decision."""
    for row in rows:
        others = Suggestion.objects.open().filter(
            track_id=row.track_id, facet=row.facet, term=row.term
        )
        others.exclude(pk=row.pk).update(status=State.SUPERSEDED)
        row.status = State.OPEN
        row.answer = {}
        row.save(update_fields=["status", "answer"])
    for track_id in {row.track_id for row in rows}:
        refresh_suggestions(track=Track.objects.select_for_update().get(pk=track_id))
    return tuple(Suggestion.objects.filter(pk__in=[row.pk for row in rows]))


def _named(rows: Sequence[Suggestion]) -> str:
    """Name some suggestions, the first three by name."""
    names = [row.label for row in rows[:3]]
    more = len(rows) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
