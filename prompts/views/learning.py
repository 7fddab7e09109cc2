"""What was learned from listening, how long events are kept, and the approaches side by side."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from prompts import comparing, learning, listening
from prompts.blocking import without_blocked
from prompts.models import EventClass, LearnedModel, ListeningEvent, Prompt, Purge, SurveyAnswer

HISTORY_SHOWN = 12


@require_GET
@workspace_view()
def learned(request: StudioRequest) -> HttpResponse:
    """Show events, trainings with their figures before and after, retention and purges."""
    access = request.access
    counts = listening.counts_by_kind(access)
    days = listening.retention_of(access.workspace)
    answers = SurveyAnswer.objects.visible_to(access).values_list("answer", flat=True)
    context = {
        "counts": [(kind.label, counts.get(kind.value, 0)) for kind in ListeningEvent.Kind],
        "total": sum(counts.values()),
        "answers": list(answers),
        "models": LearnedModel.objects.visible_to(access)[:HISTORY_SHOWN],
        "retention": [(kind.value, kind.label, days[kind.value]) for kind in EventClass],
        "purges": Purge.objects.visible_to(access)[:HISTORY_SHOWN],
        "contexts": listening.counts_by_context(access) if counts else [],
        "every": learning.schedule_of(access.workspace),
        "schedules": learning.Every.choices,
        "may_manage": access.can(Permission.MANAGE),
        "skip_before_s": listening.SKIP_BEFORE_S,
        "skip_before_share": listening.SKIP_BEFORE_SHARE * 100,
    }
    return render(request, "prompts/learned.html", context)


@require_POST
@workspace_view(Permission.MANAGE)
def train(request: StudioRequest) -> HttpResponse:
    """Train now instead of waiting for the schedule."""
    made = learning.train(workspace=request.access.workspace)
    used = [row.get_kind_display().lower() for row in made if row.is_used]
    messages.success(
        request,
        f"Trained and in use: {', '.join(used)}."
        if used
        else "Trained; nothing is in use yet, see below why.",
    )
    return redirect("prompts:learned", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.MANAGE)
def schedule(request: StudioRequest) -> HttpResponse:
    """Set how often the workspace is trained."""
    try:
        kept = learning.set_schedule(access=request.access, every=request.POST.get("every", ""))
        messages.success(request, f"Training: {kept.get_every_display().lower()}.")
    except StudioError as refusal:
        messages.error(request, str(refusal))
    return redirect("prompts:learned", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.MANAGE)
def keep(request: StudioRequest) -> HttpResponse:
    """Set how long events are kept."""
    days = {
        kind.value: int(request.POST[kind.value])
        for kind in EventClass
        if request.POST.get(kind.value, "").isdecimal()
    }
    try:
        listening.keep_for(workspace=request.access.workspace, days=days)
        messages.success(request, "Kept. What is older goes with tonight’s purge.")
    except StudioError as refusal:
        messages.error(request, str(refusal))
    return redirect("prompts:learned", request.access.workspace.slug)


@require_GET
@workspace_view()
def compare(request: StudioRequest) -> HttpResponse:
    """Ask every approach the same prompts."""
    own = [line.strip() for line in request.GET.get("prompts", "").splitlines() if line.strip()]
    texts = Prompt.objects.visible_to(request.access).values_list("text", flat=True)[:20]
    recent = without_blocked(request.access.workspace, list(texts), str)[:5]
    asked = own[: comparing.MOST_PROMPTS] or list(dict.fromkeys(recent)) or comparing.SAME_PROMPTS
    context = {
        "prompts": "\n".join(asked),
        "prompt_count": len(asked),
        "rows": comparing.compare(access=request.access, prompts=asked),
        "most": comparing.MOST_PROMPTS,
    }
    return render(request, "prompts/compare.html", context)
