"""The ledger as pages: history, what a change set did, undo, and the audit trail."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from catalog import selectors
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.change_pages import Part, fields_of, find_change_sets, left_of
from catalog.models import AuditEvent, ChangeComment, ChangeRequest, ChangeSet, User
from catalog.roles import Role
from catalog.services import undoing as undo
from catalog.views.pages import page_of


@require_GET
@workspace_view()
def change_set_list(request: StudioRequest) -> HttpResponse:
    """List what people did, the newest first; an artist sees their own doings."""
    asked = {name: request.GET.get(name, "") for name in ("q", "kind", "who", "from", "to", "row")}
    members = User.objects.filter(memberships__workspace=request.access.workspace)
    open_requests = ChangeRequest.objects.visible_to(request.access).filter(status="open")
    context = {
        "page": page_of(request, find_change_sets(request.access, asked)),
        "asked": {**asked, "since": asked["from"]},
        "is_filtered": any(asked.values()),
        "kinds": ChangeSet.Source.choices,
        "members": members.order_by("name", "email"),
        "open_requests": open_requests.count() if request.access.can(Permission.EDIT_OWN) else 0,
        "may_see_requests": request.access.can(Permission.EDIT_OWN),
    }
    return render(request, "catalog/change_set_list.html", context)


@require_GET
@workspace_view()
def change_set_detail(request: StudioRequest, change_set_id: int) -> HttpResponse:
    """Show every value before and after."""
    change_set = _change_set(request, change_set_id)
    part = Part(request.GET.get("field", ""), request.GET.get("q", ""))
    changes = part.of(change_set)
    page = page_of(request, changes)
    runs = list(change_set.undo_runs.filter(status__in=(*undo.OPEN, "failed"))[:20])
    undoing = next((run for run in runs if run.status in undo.OPEN), None)
    context = {
        "change_set": change_set,
        "page": page,
        "part": part,
        "fields": fields_of(change_set),
        "part_count": page.paginator.count,
        "lines": selectors.change_lines(page.object_list, request.access.workspace_id),
        "undone_by": change_set.undone_by.order_by("pk"),
        "undoing": undoing,
        "failed_undo": None if undoing else next(iter(runs), None),
        "left": left_of(change_set),
        "comments": change_set.comments.select_related("author"),
        "approval": change_set.requests.select_related("decided_by").first(),
        "can_undo": request.access.can(Permission.EDIT_OWN) and undoing is None,
        "can_comment": request.access.can(Permission.EDIT_OWN),
    }
    return render(request, "catalog/change_set_detail.html", context)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def change_set_undo(request: StudioRequest, change_set_id: int) -> HttpResponse:
    """Take a change set back: whole, the ticked changes, or a part by field and words."""
    change_set = _change_set(request, change_set_id)
    only: list[int] | None = [int(pk) for pk in request.POST.getlist("change") if pk.isdigit()]
    part = Part(request.POST.get("field", ""), request.POST.get("q", ""))
    if not only:
        only = None if part.is_whole else list(part.of(change_set).values_list("pk", flat=True))
    run = undo.start_undo(change_set, access=request.access, only=only)
    slug = request.access.workspace.slug
    if run.status in undo.OPEN:
        messages.info(request, "The undo is under way. You may leave this page.")
        return redirect("catalog:change_set_detail", slug, change_set.pk)
    if run.result is None:
        messages.warning(
            request, "Nothing could go back: every value was changed again since, or is as before."
        )
        return redirect("catalog:change_set_detail", slug, change_set.pk)
    sentence = f"Undone: {change_set.reason}."
    if run.left:
        names = ", ".join(sorted({f"“{label}”" for label, _ in run.left})[:3])
        sentence += f" {len(run.left)} values were changed again since and stay: {names}."
    again = reverse("catalog:change_set_undo", args=[slug, run.result.pk])
    messages.success(request, sentence, extra_tags=f"undo:{again}")
    return redirect("catalog:change_set_detail", slug, run.result.pk)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def change_set_comment(request: StudioRequest, change_set_id: int) -> HttpResponse:
    """Say something about a change set."""
    change_set = _change_set(request, change_set_id)
    text = request.POST.get("text", "").strip()[:2000]
    if text:
        ChangeComment.objects.create(
            workspace=request.access.workspace,
            change_set=change_set,
            author=request.access.user,
            text=text,
        )
    else:
        messages.warning(request, "The comment was empty, so nothing was kept.")
    return redirect("catalog:change_set_detail", request.access.workspace.slug, change_set.pk)


@require_GET
@workspace_view(Permission.MANAGE)
def audit(request: StudioRequest) -> HttpResponse:
    """Show what people did beside the catalog: members, invitations, downloads."""
    events = AuditEvent.objects.visible_to(request.access).select_related("actor")
    return render(request, "catalog/audit.html", {"page": page_of(request, events)})


def _change_set(request: StudioRequest, change_set_id: int) -> ChangeSet:
    found = selectors.change_sets_for_list(request.access).filter(pk=change_set_id)
    if request.access.role is Role.ARTIST:
        found = found.filter(actor=request.access.user)
    change_set = found.first()
    if change_set is None:
        raise Http404
    return change_set
