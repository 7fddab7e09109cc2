"""Learn from answers from which confidence each workspace wants to be asked about a term."""

from collections import defaultdict

from django.db import transaction

from analysis.domain.recalibration import Answer, limit_from
from analysis.models import Suggestion, TermLimit
from analysis.rules import suggesting_rules
from analysis.services.deriving import refresh_suggestions_of
from catalog.models import Workspace

State = Suggestion.Status
TRACKS_AT_ONCE = 200


def recalibrate_all() -> int:
    """Go through all workspaces; gives how many limits changed."""
    return sum(
        recalibrate(workspace_id=pk) for pk in Workspace.objects.values_list("pk", flat=True)
    )


def recalibrate(*, workspace_id: int) -> int:
    """Bring a workspace's limits in line with its answers; gives how many changed.

    Questions that are open already are asked or withdrawn by the new limits.
    """
    facets = suggesting_rules().facets
    changed: list[tuple[str, str]] = []
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace_id)
        before = {
            (row.facet, row.term): row
            for row in TermLimit.objects.filter(workspace_id=workspace_id)
        }
        for (facet, term), answers in _answers(workspace_id).items():
            if facet not in facets:
                continue
            default = facets[facet].ask
            found = limit_from(answers, default=default)
            known = before.get((facet, term))
            if (known.ask if known else default) != found.ask:
                changed.append((facet, term))
            TermLimit.objects.update_or_create(
                workspace_id=workspace_id,
                facet=facet,
                term=term,
                defaults={
                    "default": default,
                    "ask": found.ask,
                    "accepted": found.accepted,
                    "refused": found.refused,
                    "share": found.share,
                },
            )
    for facet, term in changed:
        _ask_anew(workspace_id, facet, term)
    return len(changed)


def _answers(workspace_id: int) -> dict[tuple[str, str], list[Answer]]:
    found: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    rows = Suggestion.objects.filter(
        workspace_id=workspace_id, status__in=(State.ACCEPTED, State.REJECTED)
    ).exclude(term="")
    for facet, term, confidence, status, answer in rows.values_list(
        "facet", "term", "confidence", "status", "answer"
    ):
        right = status == State.ACCEPTED and not answer
        found[facet, term].append(Answer(confidence, right))
    return found


def _ask_anew(workspace_id: int, facet: str, term: str) -> None:
    rows = Suggestion.objects.filter(workspace_id=workspace_id, facet=facet, term=term).filter(
        status__in=(State.OPEN, State.SUPERSEDED)
    )
    tracks = list(rows.order_by("track_id").values_list("track_id", flat=True).distinct())
    for start in range(0, len(tracks), TRACKS_AT_ONCE):
        refresh_suggestions_of(track_ids=tracks[start : start + TRACKS_AT_ONCE])
