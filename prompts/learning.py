"""Training on listening events: what goes together, and the weights of the blend."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone

from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Membership, Track, Workspace
from catalog.roles import Role
from catalog.services.workspaces import audit
from prompts import conversations
from prompts.documents import documents_of
from prompts.domain.collaborative import Basket, baskets_of, fit, leave_one_out
from prompts.domain.documents import TrackDocument
from prompts.domain.explaining import explain
from prompts.domain.queries import Blend, encode
from prompts.domain.tuning import PARTS, Pair, fit_blend, pairs_in_order
from prompts.index import workspace_index
from prompts.learned import neighbours_of, newest_model
from prompts.models import LearnedModel, ListeningEvent, TrainingSchedule, Turn

LEAST_BASKETS = 5
LEAST_PAIRS = 20
HELD_SHARE = 5
"""One listening of five is held back to measure what was learned."""
BYTE_VALUES = 256

MOST_TURNS_READ = 400
RECALL = "Recall at 10 of the best track of a held-back listening, from its other tracks"
IN_ORDER = "Share of held-back pairs with the kept track above the refused one"
Kind = LearnedModel.Kind
Every = TrainingSchedule.Every
KEPT = frozenset(("saved", "liked", "completed"))
REFUSED = frozenset(("skipped", "disliked"))


class BadSchedule(StudioError):
    """A schedule that there is not."""


def train_all() -> int:
    """Train every workspace that has new events and whose turn it is; runs nightly.

    Says how many were trained.
    """
    trained = 0
    for workspace in Workspace.objects.all():
        newest = _newest_event(workspace)
        last = LearnedModel.objects.filter(workspace=workspace).first()
        if not newest or (last is not None and last.newest_event >= newest):
            continue
        if is_due(schedule_of(workspace), last):
            train(workspace=workspace)
            trained += 1
    return trained


def schedule_of(workspace: Workspace) -> str:
    """How often the workspace is trained."""
    row = TrainingSchedule.objects.filter(workspace=workspace).first()
    return row.every if row else Every.NIGHTLY


def is_due(every: str, last: LearnedModel | None) -> bool:
    """Whether tonight is a night to train; a week counts as six and a half days, not to drift."""
    if every == Every.OFF:
        return False
    if every == Every.NIGHTLY or last is None:
        return True
    return timezone.now() - last.trained_at >= timedelta(days=6.5)


def set_schedule(*, access: Access, every: str) -> TrainingSchedule:
    """Set how often the workspace is trained; the audit trail says who did.

    Raises
    ------
    BadSchedule : there is no such schedule
    """
    if every not in Every.values:
        raise BadSchedule(f"Choose one of: {', '.join(Every.values)}.")
    kept, _ = TrainingSchedule.objects.update_or_create(
        workspace=access.workspace, defaults={"every": every}
    )
    audit(access, "listening.schedule", f"Training: {kept.get_every_display().lower()}")
    return kept


def train(*, workspace: Workspace) -> list[LearnedModel]:
    """Train both models now; each row says what it was worth before and after."""
    events = _events(workspace)
    newest = _newest_event(workspace)
    made = [_collaborative(workspace, events), _blend(workspace, events)]
    for row in made:
        row.newest_event = newest
        row.event_count = len(events)
        row.save()
    return made


@dataclass(frozen=True, slots=True)
class _Event:
    listener: int | None
    turn: int | None
    day: str
    track: int
    kind: str

    @property
    def listening(self) -> str:
        """Who listened to what: the list of one conversation, or a day's listening."""
        return f"{self.listener}/{self.turn or self.day}"


def _events(workspace: Workspace) -> list[_Event]:
    """Events about tracks that may be learned from."""
    tracks = Track.objects.filter(workspace=workspace).trainable()
    rows = ListeningEvent.objects.filter(workspace=workspace, track__in=tracks).order_by("pk")
    return [
        _Event(listener, turn, str(day), track, kind)
        for listener, turn, day, track, kind in rows.values_list(
            "listener_id", "turn_id", "day", "track_id", "kind"
        )
    ]


def _newest_event(workspace: Workspace) -> int:
    newest = ListeningEvent.objects.filter(workspace=workspace).order_by("-pk").first()
    return newest.pk if newest else 0


def held_back(listenings: Iterable[str]) -> frozenset[str]:
    """The listenings kept for measuring: one of five, the same every night; of two, one.

    Example::

        >>> len(held_back(["7/3", "8/4"]))
        1
    """
    by_chance = sorted(set(listenings), key=lambda each: hashlib.sha256(each.encode()).digest())
    if len(by_chance) < 2:
        return frozenset()
    held = {
        each
        for each in by_chance
        if hashlib.sha256(each.encode()).digest()[0] < BYTE_VALUES / HELD_SHARE
    }
    # A handful may all fall on one side: nothing could be learned, or nothing measured.
    return frozenset((held | {by_chance[0]}) - {by_chance[-1]})


def _collaborative(workspace: Workspace, events: Sequence[_Event]) -> LearnedModel:
    def baskets(chosen: Iterable[_Event]) -> list[Basket]:
        return baskets_of((e.listening, e.track, e.kind) for e in chosen)

    everything = baskets(events)
    apart = held_back(e.listening for e in events)
    held = baskets(e for e in events if e.listening in apart)
    learned = fit(baskets(e for e in events if e.listening not in apart))
    last = newest_model(workspace, Kind.COLLABORATIVE)
    before = leave_one_out(neighbours_of(last), held) if last else None
    after = leave_one_out(learned, held)
    usable = sum(len(basket) > 1 for basket in everything)
    is_used = usable >= LEAST_BASKETS
    note = ""
    if not is_used:
        note = (
            f"{usable} listenings have two liked tracks or more; {LEAST_BASKETS} are needed "
            "before anything can be said about what goes together."
        )
    return LearnedModel(
        workspace=workspace,
        kind=Kind.COLLABORATIVE,
        metric=RECALL,
        held_back=after.n,
        before=before.recall if before else None,
        after=after.recall,
        is_used=is_used,
        note=note,
        payload={"neighbours": fit(everything) if is_used else {}},
    )


def _blend(workspace: Workspace, events: Sequence[_Event]) -> LearnedModel:
    shipped = Blend()
    pairs = _pairs(workspace, events)
    apart = held_back(pair.listening for pair in pairs)
    learnt = [pair for pair in pairs if pair.listening not in apart]
    held = [pair for pair in pairs if pair.listening in apart]
    last = newest_model(workspace, Kind.BLEND)
    now = replace(shipped, **last.payload["weights"]) if last else shipped
    tuned = fit_blend(learnt, shipped)
    before, after = (pairs_in_order(held, blend, shipped) for blend in (now, tuned))
    note, is_used = "", True
    if len(pairs) < LEAST_PAIRS or not held:
        note, is_used = (
            f"{len(pairs)} pairs of a kept and a refused track in one list; {LEAST_PAIRS} and some "
            "held back are needed. The shipped weights stay.",
            False,
        )
    elif before is not None and after is not None and after < before:
        note, is_used = (
            "The new weights were worse on held-back lists, so they are not used.",
            False,
        )
    return LearnedModel(
        workspace=workspace,
        kind=Kind.BLEND,
        metric=IN_ORDER,
        held_back=len(held),
        before=before,
        after=after,
        is_used=is_used,
        note=note,
        payload={"weights": {part: getattr(tuned, part) for part in PARTS}},
    )


def _pairs(workspace: Workspace, events: Sequence[_Event]) -> list[Pair]:
    """Kept and refused tracks of the same list, with what each part of the blend gave them."""
    judged: dict[int, dict[int, str]] = defaultdict(dict)
    listening: dict[int, str] = {}
    for event in events:
        if event.turn is not None and event.kind in KEPT | REFUSED:
            judged[event.turn][event.track] = event.kind
            listening[event.turn] = event.listening
    both = [
        turn
        for turn, tracks in judged.items()
        if set(tracks.values()) & KEPT and set(tracks.values()) & REFUSED
    ][-MOST_TURNS_READ:]
    access = _anyone(workspace)
    if not both or access is None:
        return []
    documents = {
        d.track_id: d for d in documents_of(workspace, {t for turn in both for t in judged[turn]})
    }
    pairs: list[Pair] = []
    for turn in Turn.objects.filter(pk__in=both).select_related("conversation"):
        points = _points(access, turn, judged[turn.pk], documents)
        kept = [points[t] for t, kind in judged[turn.pk].items() if kind in KEPT and t in points]
        refused = [
            points[t] for t, kind in judged[turn.pk].items() if kind in REFUSED and t in points
        ]
        pairs += [
            Pair((a[0] - b[0], a[1] - b[1], a[2] - b[2]), listening[turn.pk])
            for a in kept
            for b in refused
        ]
    return pairs


def _points(
    access: Access, turn: Turn, judged: Mapping[int, str], documents: Mapping[int, TrackDocument]
) -> dict[int, tuple[float, float, float]]:
    """What concepts, text and words gave each judged track for what was understood at a turn."""
    kept = workspace_index(access.workspace)
    intent = conversations.intent_at(access, turn)
    queries = encode([intent], kept.index)
    points: dict[int, tuple[float, float, float]] = {}
    for track in judged:
        document = documents.get(track)
        if document is None:
            continue
        sums = {"text": 0.0, "words": 0.0, "concepts": 0.0}
        for part in explain(document, queries, kept.index):
            if part.source in ("name", "unknown", "outside"):
                continue
            sums[part.source if part.source in sums else "concepts"] += part.value
        points[track] = (sums["concepts"], sums["text"], sums["words"])
    return points


def _anyone(workspace: Workspace) -> Access | None:
    """The owner, in whose name the nightly training reads."""
    member = Membership.objects.filter(workspace=workspace, role=Role.OWNER).first()
    return Access(member.user, workspace, Role.OWNER, frozenset()) if member else None
