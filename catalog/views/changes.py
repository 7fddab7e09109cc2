"""The ledger as pages: history, what a change set did, undo, and the audit trail."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from catalog import selectors
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import AuditEvent, ChangeSet
from catalog.roles import Role
from catalog.services.changes import undo_change_set
from catalog.views.pages import page_of


@require_GET
@workspace_view()
def change_set_list(request: StudioRequest) -> HttpResponse:
    """List what people did, the newest first; an artist sees their own doings."""
    text = request.GET.get("q", "")
    found = selectors.change_sets_for_list(request.access, text)
    if request.access.role is Role.ARTIST:
        found = found.filter(actor=request.access.user)
    return render(
        request, "catalog/change_set_list.html", {"page": page_of(request, found), "q": text}
    )


@require_GET
@workspace_view()
def change_set_detail(request: StudioRequest, change_set_id: int) -> HttpResponse:
    """Show every value before and after."""
    change_set = _change_set(request, change_set_id)
    page = page_of(request, change_set.changes.all())
    context = {
        "change_set": change_set,
        "page": page,
        "lines": selectors.change_lines(page.object_list, request.access.workspace_id),
        "undone_by": change_set.undone_by.first(),
        "can_undo": request.access.can(Permission.EDIT_OWN),
    }
    return render(request, "catalog/change_set_detail.html", context)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def change_set_undo(request: StudioRequest, change_set_id: int) -> HttpResponse:
    """Take a change set back, whole or the ticked changes; what changed since stays."""
    change_set = _change_set(request, change_set_id)
    ticked = frozenset(int(pk) for pk in request.POST.getlist("change") if pk.isdigit())
    undone = undo_change_set(change_set, access=request.access, only=ticked or None)
    slug = request.access.workspace.slug
    if undone.change_set is None:
        messages.warning(
            request, "Nothing could go back: every value was changed again since, or is as before."
        )
        return redirect("catalog:change_set_detail", slug, change_set.pk)
    sentence = f"Undone: {change_set.reason}."
    if undone.left:
        names = ", ".join(sorted({f"“{change.label}”" for change in undone.left})[:3])
        sentence += f" {len(undone.left)} values were changed again since and stay: {names}."
    again = reverse("catalog:change_set_undo", args=[slug, undone.change_set.pk])
    messages.success(request, sentence, extra_tags=f"undo:{again}")
    return redirect("catalog:change_set_detail", slug, undone.change_set.pk)


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
