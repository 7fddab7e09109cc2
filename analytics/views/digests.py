"""Choosing the digest by e-mail, and the link in it that stops it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from analytics.forms import DigestForm
from analytics.services import digests
from catalog.access import StudioRequest, workspace_view


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view()
def digest(request: StudioRequest) -> HttpResponse:
    """Let a member choose how often the digest comes, and show what it would say now."""
    choice = digests.choice_of(request.access)
    form = DigestForm(
        request.POST or None,
        initial={"rhythm": choice.rhythm, "also_unchanged": choice.also_unchanged},
    )
    if request.method == "POST" and form.is_valid():
        choice = digests.choose(access=request.access, now=timezone.now(), **form.cleaned_data)
        if choice.rhythm == choice.Rhythm.OFF:
            messages.success(request, "You get no digest of this workspace.")
        else:
            messages.success(request, "Saved. The first digest comes with the next period.")
        return redirect("analytics:digest", request.access.workspace.slug)
    is_off = choice.rhythm == choice.Rhythm.OFF
    rhythm = choice.Rhythm.WEEKLY if is_off else choice.rhythm
    preview, _ = digests.digest_of(request.access, digests.last_facts(choice), rhythm)
    context = {
        "form": form,
        "choice": choice,
        "preview": digests.written(preview, choice, None),
        "can_send": bool(settings.PUBLIC_URL),
        "last": choice.mails.filter(state="sent").order_by("-pk").first(),
    }
    return render(request, "analytics/digest.html", context, status=422 if form.errors else 200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a digest by the link in it, without signing in.

    Opening the link stops nothing, for mail scanners open every link; the button and the one-click
    header of mail programs (RFC 8058) post. The answer is the same whatever the token.
    """
    is_done = request.method == "POST"
    if is_done:
        digests.stop(token)
    response = render(request, "analytics/digest_stop.html", {"is_done": is_done})
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
