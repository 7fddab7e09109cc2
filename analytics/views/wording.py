"""The wording lab: making an experiment, its verdicts, and the public link that splits visitors."""

import re
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics import reports
from analytics.domain.charts import Chart, Difference, difference_chart
from analytics.domain.sequential import FEWEST_SAVES, FEWEST_SHOWN, visits_needed
from analytics.domain.wording import FEWEST_PROMPTS, WORTHWHILE
from analytics.forms import LiveCountsForm, LiveStartForm, PromptWordingsForm, WordingForm
from analytics.models import Experiment
from analytics.services import campaigns, experiments
from analytics.services.experiments import ExperimentRefused
from analytics.services.prompt_wordings import compare_prompts, template_of
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.models import Description, Track
from catalog.views.pages import page_of

COOKIE_AGE = 60 * 60 * 24 * 90
PREVIEWS = re.compile(r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp", re.IGNORECASE)
"""Programs that fetch a link to show what is behind it, before anybody follows it."""


@require_GET
@workspace_view()
def wording_list(request: StudioRequest) -> HttpResponse:
    """List the experiments with what came of them."""
    found = Experiment.objects.visible_to(request.access).select_related("track")
    return render(request, "analytics/wording_list.html", {"page": page_of(request, found)})


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(Permission.EDIT_OWN)
def wording_new(request: StudioRequest, track_id: int) -> HttpResponse:
    """Write two to four wordings of a track and compare them."""
    track = Track.objects.editable_by(request.access).filter(pk=track_id).first()
    if track is None:
        raise Http404
    form = WordingForm(request.POST or None, initial={"a": _current_text(track)})
    if request.method == "POST" and form.is_valid():
        try:
            made = experiments.make_experiment(
                access=request.access,
                track=track,
                name=form.cleaned_data["name"],
                texts=[form.cleaned_data[letter] for letter in "abcd"],
            )
        except ExperimentRefused as refused:
            form.add_error(None, f"{refused} {refused.hint}".strip())
        else:
            return redirect("analytics:wording", request.access.workspace.slug, made.pk)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "analytics/wording_new.html", {"form": form, "track": track}, status=status
    )


def _current_text(track: Track) -> str:
    found = Description.objects.filter(track=track).exclude(text="").order_by("-length").first()
    return found.text if found else ""


@require_GET
@workspace_view()
def wording_prompts(request: StudioRequest) -> HttpResponse:
    """Compare two to four wordings of a prompt or of a template on the catalog as it is."""
    form = PromptWordingsForm(request.GET if request.GET.get("a") is not None else None)
    context: dict[str, Any] = {"form": form, "worthwhile": WORTHWHILE}
    if form.is_bound and form.is_valid():
        try:
            template = template_of(
                [form.cleaned_data[letter] for letter in "abcd"], form.cleaned_data["slots"]
            )
            found = compare_prompts(access=request.access, template=template)
        except StudioError as refused:
            form.add_error(None, f"{refused} {refused.hint}".strip())
        else:
            verdict = asdict(found.verdict)
            context |= {
                "found": found,
                "chart": _chart(verdict),
                "rows": list(
                    zip("ABCD", found.texts, found.verdict.saves, found.first, strict=False)
                ),
                "needed": max(one.prompts_needed for one in found.verdict.comparisons),
            }
    status = 422 if form.errors else 200
    return render(request, "analytics/wording_prompts.html", context, status=status)


@require_GET
@workspace_view()
def wording(request: StudioRequest, experiment_id: int) -> HttpResponse:
    """Show what simulation and visitors say of the wordings."""
    return _page(request, _experiment(request, experiment_id))


def _page(
    request: StudioRequest,
    experiment: Experiment,
    *,
    start_form: LiveStartForm | None = None,
    counts_form: LiveCountsForm | None = None,
) -> HttpResponse:
    arms = list(experiment.arms.all())
    verdict = experiment.simulated or None
    can_edit = Track.objects.editable_by(request.access).filter(pk=experiment.track_id).exists()
    is_bad = start_form is not None or counts_form is not None
    context: dict[str, Any] = {
        "experiment": experiment,
        "track": experiment.track,
        "arms": arms,
        "rows": list(zip(arms, verdict["saves"], strict=True)) if verdict else [],
        "verdict": verdict,
        "chart": _chart(verdict) if verdict else None,
        "honesty": reports.honesty(experiment.run) if experiment.run else "",
        "worthwhile": WORTHWHILE,
        "fewest_prompts": FEWEST_PROMPTS,
        "can_edit": can_edit,
        "start_form": start_form or LiveStartForm(arms=arms),
        "counts_form": counts_form or LiveCountsForm(arms=arms),
        "live": experiments.live_verdict(experiment, arms)
        if experiment.status != Experiment.Status.DRAFT
        else None,
        "link": request.build_absolute_uri(f"/go/{experiment.token}/"),
        "fewest_saves": FEWEST_SAVES,
        "fewest_shown": FEWEST_SHOWN,
        "visits_needed": visits_needed(0.05, experiment.worthwhile),
    }
    return render(request, "analytics/wording.html", context, status=422 if is_bad else 200)


def _chart(verdict: dict[str, Any]) -> Chart:
    rows = [
        Difference(
            label=f"Wording {'ABCD'[one['variant']]} against A",
            detail=f"n = {one['difference']['n']:,}",
            estimate=one["difference"]["estimate"],
            low=one["difference"]["low"],
            high=one["difference"]["high"],
        )
        for one in verdict["comparisons"]
    ]
    return difference_chart(rows, what="Simulated saves more or less than wording A")


@require_POST
@workspace_view(Permission.EDIT_OWN)
def wording_simulate(request: StudioRequest, experiment_id: int) -> HttpResponse:
    """Compare the wordings again, on the newest simulation."""
    experiment = _editable(request, experiment_id)
    experiments.simulate_experiment(access=request.access, experiment=experiment)
    return redirect("analytics:wording", request.access.workspace.slug, experiment.pk)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def wording_start(request: StudioRequest, experiment_id: int) -> HttpResponse:
    """Open the link that splits its visitors."""
    experiment = _editable(request, experiment_id)
    form = LiveStartForm(request.POST, arms=list(experiment.arms.all()))
    if form.is_valid():
        try:
            experiments.start_live(
                experiment=experiment, targets=form.targets(), worthwhile=form.worthwhile()
            )
        except ExperimentRefused as refused:
            form.add_error(None, f"{refused} {refused.hint}".strip())
        else:
            messages.success(request, "The link is open. Share it.")
            return redirect("analytics:wording", request.access.workspace.slug, experiment.pk)
    return _page(request, experiment, start_form=form)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def wording_counts(request: StudioRequest, experiment_id: int) -> HttpResponse:
    """Take the saves counted so far and look at the split."""
    experiment = _editable(request, experiment_id)
    form = LiveCountsForm(request.POST, arms=list(experiment.arms.all()))
    if form.is_valid():
        try:
            verdict = experiments.report_saves(experiment=experiment, saved=form.counts())
        except ExperimentRefused as refused:
            form.add_error(None, f"{refused} {refused.hint}".strip())
        else:
            messages.info(request, verdict.reason)
            return redirect("analytics:wording", request.access.workspace.slug, experiment.pk)
    return _page(request, experiment, counts_form=form)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def wording_stop(request: StudioRequest, experiment_id: int) -> HttpResponse:
    """End a live split by hand."""
    experiment = _editable(request, experiment_id)
    experiments.stop_live(experiment=experiment)
    return redirect("analytics:wording", request.access.workspace.slug, experiment.pk)


@never_cache
@require_GET
def split(request: HttpRequest, token: str) -> HttpResponse:
    """Send a visitor of a public link on.

    A link of the wording lab leads to one of the wordings, the same one whenever she returns; one
    of a campaign to its page.
    """
    name = f"wording-{token}"
    kept = request.get_signed_cookie(name, default="", max_age=COOKIE_AGE) or ""
    arm = experiments.visit(token=token, before=int(kept) if kept.isdigit() else None)
    if arm is None:
        return _campaign_link(request, token)
    answer = HttpResponse(status=302, headers={"Location": arm.target_url})
    answer.set_signed_cookie(
        name, str(arm.number), max_age=COOKIE_AGE, httponly=True, samesite="Lax"
    )
    return answer


def _campaign_link(request: HttpRequest, token: str) -> HttpResponse:
    """Follow a link of a campaign; the same browser counts once a day, previews not at all."""
    name, today = f"campaign-{token}", timezone.localdate().isoformat()
    counted = request.get_signed_cookie(name, default="", max_age=COOKIE_AGE) == today
    is_person = not PREVIEWS.search(request.headers.get("User-Agent", ""))
    target = campaigns.follow(token=token, counts=is_person and not counted)
    if target is None:
        raise Http404
    answer = HttpResponse(status=302, headers={"Location": target})
    answer.set_signed_cookie(name, today, max_age=COOKIE_AGE, httponly=True, samesite="Lax")
    return answer


def _experiment(request: StudioRequest, experiment_id: int) -> Experiment:
    found = (
        Experiment.objects.visible_to(request.access)
        .select_related("track", "run__bank", "run__market")
        .filter(pk=experiment_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _editable(request: StudioRequest, experiment_id: int) -> Experiment:
    found = _experiment(request, experiment_id)
    if not Track.objects.editable_by(request.access).filter(pk=found.track_id).exists():
        raise Http404
    return found
