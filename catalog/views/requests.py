"""Changes that wait for a second person: what is asked, and the decision."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from catalog import selectors
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.models import Change, ChangeRequest
from catalog.services import requests as services
from catalog.views.bulk import planned_page
from catalog.views.pages import page_of


@require_GET
@workspace_view(Permission.EDIT_OWN)
def request_list(request: StudioRequest) -> HttpResponse:
    """List requests, those that wait first."""
    status = request.GET.get("status", "open")
    found = _requests(request)
    if status in ChangeRequest.Status.values:
        found = found.filter(status=status)
    context = {
        "page": page_of(request, found.defer("changes")),
        "status": status,
        "statuses": [*ChangeRequest.Status.choices, ("all", "All")],
    }
    return render(request, "catalog/request_list.html", context)


@require_GET
@workspace_view(Permission.EDIT_OWN)
def request_detail(request: StudioRequest, request_id: int) -> HttpResponse:
    """Show every value before and after, and which of them changed since."""
    asked = _request(request, request_id)
    is_open = asked.status == ChangeRequest.Status.OPEN
    stale = (
        services.stale_places(asked)
        if is_open and not asked.table_id and not asked.bulk_id
        else frozenset()
    )
    changes = [
        Change(
            pk=place,
            model=change.model,
            object_id=change.object_id,
            field=change.field,
            before=change.before,
            after=change.after,
            label=change.label,
        )
        for place, change in enumerate(services.changes_of(asked))
    ]
    access = request.access
    context: dict[str, object] = {
        "asked": asked,
        "stale": stale,
        "is_open": is_open,
        "is_own": asked.author_id == access.user_id,
        "may_decide": is_open
        and asked.author_id != access.user_id
        and access.can(Permission.MANAGE),
        "may_see_import": access.can(Permission.BULK),
    }
    if asked.bulk is not None:
        context["page"], context["lines"] = planned_page(request, asked.bulk)
    else:
        page = page_of(request, changes)
        lines = selectors.change_lines(page.object_list, access.workspace_id)
        context |= {"page": page, "lines": lines}
    return render(request, "catalog/request_detail.html", context)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def request_decide(request: StudioRequest, request_id: int) -> HttpResponse:
    """Approve, decline, or take one's own request back."""
    asked = _request(request, request_id)
    answer, comment = request.POST.get("answer", ""), request.POST.get("comment", "")[:2000]
    try:
        if answer == "approve":
            services.approve(asked, access=request.access, comment=comment)
            messages.success(request, f"Approved: {asked.reason}.")
        elif answer == "decline":
            services.decline(asked, access=request.access, comment=comment)
            messages.info(request, f"Declined: {asked.reason}. Nothing was written.")
        elif answer == "withdraw":
            services.withdraw(asked, access=request.access)
            messages.info(request, f"Taken back: {asked.reason}. Nothing was written.")
    except StudioError as refusal:
        messages.error(request, f"{refusal} {refusal.hint}".strip())
    return redirect("catalog:request_detail", request.access.workspace.slug, asked.pk)


def _requests(request: StudioRequest) -> QuerySet[ChangeRequest]:
    found = ChangeRequest.objects.visible_to(request.access)
    return found.select_related("author", "decided_by", "table", "bulk", "change_set")


def _request(request: StudioRequest, request_id: int) -> ChangeRequest:
    asked = _requests(request).defer("table__data").filter(pk=request_id).first()
    if asked is None:
        raise Http404
    return asked
