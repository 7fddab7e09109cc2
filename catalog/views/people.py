"""Members, invitations and the settings of a workspace."""

from django.contrib import messages
from django.contrib.auth import login
from django.core.mail import send_mail
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.forms import InvitationForm, JoinForm, RoleForm, WorkspaceForm
from catalog.models import AudioFile, Invitation, Membership, Term, User, Workspace
from catalog.models.terms import Facet
from catalog.roles import Role
from catalog.services import workspaces as services
from catalog.views.pages import add_error, page_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.MANAGE)
def members(request: StudioRequest) -> HttpResponse:
    """List members and open invitations; invite by address."""
    form = InvitationForm(request.POST or None, access=request.access)
    link = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            invitation, token = services.invite(
                access=request.access,
                email=data["email"],
                role=Role(data["role"]),
                artists=data["artists"],
            )
        except StudioError as error:
            add_error(form, error, "email")
        else:
            link = request.build_absolute_uri(reverse("join", args=[token]))
            _mail_invitation(invitation, link)
            form = InvitationForm(access=request.access)
    workspace = request.access.workspace
    context = {
        "form": form,
        "link": link,
        "memberships": workspace.memberships.select_related("user")
        .prefetch_related("artists")
        .order_by("created_at"),
        "invitations": workspace.invitations.open(timezone.now()).select_related("invited_by"),
    }
    return render(request, "catalog/members.html", context, status=422 if form.errors else 200)


def _mail_invitation(invitation: Invitation, link: str) -> None:
    # A studio without a mail server still works: the page shows the link as well.
    send_mail(
        f"{invitation.invited_by} invites you to {invitation.workspace}",
        f"{invitation.invited_by} invites you to the workspace {invitation.workspace} in Liner.\n\n"
        f"Accept here: {link}\n\nThe link is yours alone and works for 14 days.\n",
        None,
        [invitation.email],
        fail_silently=True,
    )


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.MANAGE)
def member_edit(request: StudioRequest, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    membership = _membership(request, membership_id)
    initial = {"role": membership.role, "artists": membership.artists.all()}
    form = RoleForm(request.POST or None, access=request.access, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(
                access=request.access,
                membership=membership,
                role=Role(form.cleaned_data["role"]),
                artists=form.cleaned_data["artists"],
            )
        except StudioError as error:
            add_error(form, error, "role")
        else:
            messages.success(request, f"{membership.user} is {membership.role} now.")
            return redirect("catalog:members", request.access.workspace.slug)
    context = {"form": form, "membership": membership}
    return render(request, "catalog/member_edit.html", context, status=422 if form.errors else 200)


@require_POST
@workspace_view(Permission.MANAGE)
def member_remove(request: StudioRequest, membership_id: int) -> HttpResponse:
    """Take a member out of the workspace."""
    membership = _membership(request, membership_id)
    try:
        services.remove_member(access=request.access, membership=membership)
    except StudioError as error:
        messages.error(request, f"{error} {error.hint}".strip())
    else:
        messages.success(request, f"{membership.user} is no longer a member.")
    return redirect("catalog:members", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.MANAGE)
def invitation_withdraw(request: StudioRequest, invitation_id: int) -> HttpResponse:
    """Close an open invitation."""
    invitation = request.access.workspace.invitations.filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    services.withdraw_invitation(access=request.access, invitation=invitation)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
    return redirect("catalog:members", request.access.workspace.slug)


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with the account signed in, or by making one."""
    invitation = services.find_invitation(token)
    if invitation is None:
        return render(request, "catalog/join_closed.html", status=404)
    known = User.objects.filter(email__iexact=invitation.email).exists()
    user = request.user if isinstance(request.user, User) else None
    form = JoinForm(request.POST or None)
    if request.method == "POST":
        try:
            if user is not None:
                services.accept_invitation(invitation=invitation, user=user)
                return redirect("catalog:home", invitation.workspace.slug)
            if not known and form.is_valid():
                membership = services.accept_invitation(
                    invitation=invitation,
                    password=form.cleaned_data["password"],
                    name=form.cleaned_data["name"],
                )
                login(
                    request, membership.user, "allauth.account.auth_backends.AuthenticationBackend"
                )
                return redirect("catalog:home", invitation.workspace.slug)
        except StudioError as error:
            add_error(form, error)
    context = {"invitation": invitation, "form": form, "known": known, "signed_in": user}
    return render(request, "catalog/join.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.MANAGE)
def settings(request: StudioRequest) -> HttpResponse:
    """Name the workspace; see what it holds."""
    workspace = request.access.workspace
    form = WorkspaceForm(request.POST or None, initial=_settings_of(workspace))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["name"] != workspace.name:
            services.rename_workspace(access=request.access, name=form.cleaned_data["name"])
        if form.cleaned_data["second_person"] != workspace.second_person:
            services.ask_second_person(
                access=request.access, wanted=form.cleaned_data["second_person"]
            )
        messages.success(request, "Settings saved.")
        return redirect("catalog:settings", workspace.slug)
    files = AudioFile.objects.visible_to(request.access)
    context = {"form": form, "stored": services.stored_bytes(workspace), "files": files.count()}
    return render(request, "catalog/settings.html", context, status=422 if form.errors else 200)


def _settings_of(workspace: Workspace) -> dict[str, object]:
    return {"name": workspace.name, "second_person": workspace.second_person}


@require_GET
@workspace_view()
def vocabulary(request: StudioRequest) -> HttpResponse:
    """Show the terms of a facet with their synonyms and export codes."""
    facet = request.GET.get("facet", Facet.GENRE)
    if facet not in Facet.values:
        raise Http404
    terms = Term.objects.visible_to(request.access).filter(facet=facet)
    q = request.GET.get("q", "").strip()
    if q:
        terms = terms.filter(Q(label__icontains=q) | Q(synonyms__icontains=q))
    context = {
        "page": page_of(request, services.with_use(terms)),
        "facet": Facet(facet),
        "q": q,
        "tabs": [
            {"label": entry.label, "url": f"?facet={entry.value}", "current": entry.value == facet}
            for entry in Facet
        ],
    }
    return render(request, "catalog/vocabulary.html", context)


def _membership(request: StudioRequest, membership_id: int) -> Membership:
    found = request.access.workspace.memberships.select_related("user").filter(pk=membership_id)
    membership = found.first()
    if membership is None:
        raise Http404
    return membership
