"""The prompt box: ask, see what was understood, and why each track came."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from catalog.access import StudioRequest, workspace_view
from catalog.errors import StudioError
from prompts import services
from prompts.approaches import APPROACHES
from prompts.blocking import PromptBlocked, without_blocked
from prompts.domain.limits import Limits
from prompts.domain.ranking import Fate
from prompts.domain.sequencing import ARCS
from prompts.limits import changed_limits
from prompts.models import Conversation, Prompt
from prompts.retrieval import Answer, ask
from prompts.views.chips import shown_chip

EXAMPLES = (
    "late-night synthwave for studying, a few modern indie touches",
    "sunset run with Latin percussion but no heavy vocals",
    "calm piano, instrumental only, for falling asleep",
    "something dark and slow, no drums",
    "upbeat songs between 110 and 130 BPM for cleaning the house",
)
RECENT_SHOWN = 6
ORDER_LABELS = {
    "": "As asked",
    "fit": "Best fit first",
    "steady": "Steady",
    "rise": "Rising",
    "wave": "In waves",
    "cool-down": "Cooling down",
}


@require_GET
@vary_on_headers("HX-Request")
@workspace_view()
def box(request: StudioRequest) -> HttpResponse:
    """Show the box; with a prompt, what it gave."""
    text = request.GET.get("q", "")
    context: dict[str, Any] = {
        "q": text,
        "order": request.GET.get("order", ""),
        "orders": ORDER_LABELS,
        "limits": limits_of(request.GET),
        "changed_limits": changed_limits(limits_of(request.GET)),
        "approach": request.GET.get("approach", "prompt"),
        "approaches": APPROACHES.values(),
        "examples": EXAMPLES,
        "conversations": _recent(request, Conversation.objects.visible_to(request.access)),
        "recent": _recent(request, Prompt.objects.visible_to(request.access)),
    }
    status = 200
    if text.strip():
        try:
            context |= _answered(request, text)
        except StudioError as error:
            context["refusal"] = error
    template = "prompts/box.html" + ("#answer" if request.htmx else "")
    return render(request, template, context, status=status)


def _recent(request: StudioRequest, rows: "QuerySet[Any]") -> list[Any]:
    """The newest rows by title or text, without those that hold a blocked term."""
    newest = list(rows[: 4 * RECENT_SHOWN])
    return without_blocked(request.access.workspace, newest, str)[:RECENT_SHOWN]


def limits_of(data: QueryDict) -> Limits:
    """Limits as the form says them, in whole numbers and per cent; no number, no limit."""

    def number(name: str, usual: float, most: int) -> float:
        text = data.get(name, "")
        return min(int(text), most) if text.isdecimal() and len(text) < 6 else usual

    usual = Limits()
    low = number("known_from", 0, 100) / 100
    return Limits(
        per_artist=int(number("per_artist", usual.per_artist, 50)),
        per_label=int(number("per_label", usual.per_label, 50)),
        tail_share=number("tail", 0, 100) / 100,
        novelty=number("novelty", 50, 100) / 100,
        known_from=low,
        known_to=max(low, number("known_to", 100, 100) / 100),
    )


def _answered(request: StudioRequest, text: str) -> dict[str, Any]:
    dropped = frozenset(request.GET.getlist("drop"))
    order = request.GET.get("order", "")
    answer = ask(
        text,
        access=request.access,
        approach=request.GET.get("approach", "prompt"),
        arc=order if order in ARCS else "",
        dropped=dropped,
        limits=limits_of(request.GET),
    )
    not_kept = ""
    if not dropped:
        try:
            services.remember_prompt(answer, access=request.access)
        except PromptBlocked as refusal:
            not_kept = str(refusal)
    return {
        "not_kept": not_kept,
        "answer": answer,
        "arc_label": ORDER_LABELS[answer.arc].lower(),
        "chips": [shown_chip(fate, _without_chip(request, fate)) for fate in answer.fates],
        "results": answer.results,
        "dropped": dropped,
        "restore_url": _address(request, drop=None),
        "emptied_by": emptied_by(answer),
    }


def emptied_by(answer: Answer) -> list[Fate]:
    """For an empty list: the constraints that removed most, the worst first."""
    if answer.results or not answer.considered:
        return []
    guilty = [fate for fate in answer.fates if fate.removed]
    return sorted(guilty, key=lambda fate: -(fate.removed or 0))


def _without_chip(request: HttpRequest, fate: Fate) -> str:
    """This page's address with one more chip taken off."""
    dropped = [*request.GET.getlist("drop"), fate.chip.identity]
    return _address(request, drop=dropped) if fate.chip.counts else ""


def _address(request: HttpRequest, *, drop: list[str] | None) -> str:
    """This page's address with other chips dropped."""
    query = [(key, value) for key, value in request.GET.items() if key != "drop"]
    query += [("drop", identity) for identity in drop or ()]
    return f"{request.path}?{urlencode(query)}"
