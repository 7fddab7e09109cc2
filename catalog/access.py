"""Who is asking, in which workspace, with which rights; the door that every page goes through."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from catalog.models import Membership, User, Workspace
from catalog.roles import ROLE_REACH, Permission, Role

__all__ = ["Access", "Permission", "Role", "StudioRequest", "access_for", "workspace_view"]

P = ParamSpec("P")


@dataclass(frozen=True)
class Access:
    """A person looking at one workspace."""

    user: User
    workspace: Workspace
    role: Role
    artist_ids: frozenset[int]

    @property
    def workspace_id(self) -> int:
        """Primary key of the workspace."""
        return self.workspace.pk

    @property
    def user_id(self) -> int:
        """Primary key of the person."""
        return self.user.pk

    def can(self, permission: Permission) -> bool:
        """Say whether the role reaches this far."""
        return ROLE_REACH[self.role] >= permission


class StudioRequest(HttpRequest):
    """A request that went through `workspace_view`; for annotations only."""

    access: Access
    htmx: Any
    user: User


def access_for(user: User, workspace_slug: str) -> Access | None:
    """Look the person up in a workspace; None where they are no (longer a) member."""
    membership = (
        Membership.objects.select_related("workspace")
        .filter(user_id=user.pk, workspace__slug=workspace_slug, user__is_active=True)
        .first()
    )
    if membership is None:
        return None
    role = Role(membership.role)
    artist_ids: frozenset[int] = frozenset()
    if role is Role.ARTIST:
        artist_ids = frozenset(membership.artists.values_list("pk", flat=True))
    return Access(user, membership.workspace, role, artist_ids)


def workspace_view(
    permission: Permission = Permission.VIEW,
) -> Callable[
    [Callable[Concatenate[StudioRequest, P], HttpResponseBase]],
    Callable[..., HttpResponseBase],
]:
    """Let only members with the permission in, and put `request.access` there.

    The view does not receive the slug. A workspace one is no member of does not exist (404); a
    right one lacks in one's own workspace is said so (403).
    """

    def decorate(
        view: Callable[Concatenate[StudioRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def door(
            request: HttpRequest, workspace: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            access = access_for(cast(User, request.user), workspace)
            if access is None:
                raise Http404
            studio_request = cast(StudioRequest, request)
            studio_request.access = access
            if not access.can(permission):
                raise PermissionDenied(_refusal(access, permission))
            return view(studio_request, *args, **kwargs)

        door.required_permission = permission  # type: ignore[attr-defined]  # read by the isolation test
        return door

    return decorate


def _refusal(access: Access, permission: Permission) -> str:
    needed = next(role for role in Role if ROLE_REACH[role] >= permission)
    return (
        f"You are {access.role.label.lower()} in {access.workspace.name}; "
        f"this needs the role {needed.label.lower()} or above. Ask the owner of the workspace."
    )
