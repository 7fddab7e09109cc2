"""One thing to do next, for the digest: the first that applies, with the page where it is done."""

from dataclasses import dataclass

from django.urls import reverse

from analysis.models import Suggestion
from analytics import reports, selectors
from analytics.models import SpaceResult
from analytics.services.evidence import evidence_for
from catalog.access import Access
from catalog.models import Track

LOOKED_THROUGH = 30
"""Near spaces that are looked through for one that something speaks for."""


@dataclass(frozen=True, slots=True)
class Action:
    """What to do, why, and the address of the page."""

    sentence: str
    reason: str
    address: str


def recommend(access: Access) -> Action:
    """Choose one action: an edit that something speaks for goes before answers and a new run."""
    slug = access.workspace.slug
    report = reverse("analytics:report", args=[slug])
    run = selectors.latest_run(access)
    if run is None:
        return Action(
            "Run a simulation",
            "It shows in which kinds of prompts your tracks are found.",
            report,
        )
    rows = [
        row
        for row in selectors.space_results(access, run).filter(surfaced=0, near__gt=0)
        if row.missing
    ]
    rows.sort(key=lambda row: (-reports.nearness(row) * row.space.size, row.pk))
    for row in rows[:LOOKED_THROUGH]:
        found = _edit(access, row)
        if found is not None:
            return found
    waiting = Suggestion.objects.visible_to(access).open().count()
    if waiting:
        return Action(
            f"Answer {waiting:,} open suggestion{'' if waiting == 1 else 's'}",
            "Only what a person agreed to is used in prompts and exports.",
            reverse("analysis:review", args=[slug]),
        )
    if reports.is_stale(run, access):
        return Action("Run the simulation again", "The catalog changed since the last one.", report)
    nowhere = selectors.track_results(access, run).filter(spaces_surfaced=0).first()
    if nowhere is not None:
        return Action(
            f"Describe “{nowhere.track.display_title}”",
            "It surfaces in no prompt space: the engine knows too little of it.",
            reverse("catalog:track_detail", args=[slug, nowhere.track_id]),
        )
    return Action(
        "Look through the atlas",
        "It names the prompt spaces that few tracks serve and yours nearly fit.",
        reverse("analytics:atlas", args=[slug]),
    )


def _edit(access: Access, row: SpaceResult) -> Action | None:
    """An edit that may be true, where something speaks for a term the space asks for."""
    missing = {(facet, term) for facet, term in row.missing}
    terms = missing & evidence_for(access, row.track).keys()
    if not terms or not Track.objects.editable_by(access).filter(pk=row.track_id).exists():
        return None
    labels = selectors.term_labels(access)
    words = " and ".join(f"“{labels.get(term, term[1])}”" for term in sorted(terms))
    address = reverse("analytics:track_reach", args=[access.workspace.slug, row.track_id])
    return Action(
        f"Is {words} true of “{row.track.display_title}”?",
        f"It stands just below the list for {row.near} of {row.prompt_count} prompts in "
        f"{row.space.name}. The recording or a sibling track speaks for it.",
        f"{address}?space={row.space.slug}",
    )
