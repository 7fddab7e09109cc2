"""Reads that pages and APIs share."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, QuerySet, Value, When

from catalog.models import User, Workspace


def workspaces_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Workspace]:
    """Workspaces the person belongs to, the one used last first."""
    if not isinstance(user, User):
        return Workspace.objects.none()
    used_last = Case(
        When(pk=user.last_workspace_id, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return Workspace.objects.filter(memberships__user=user).order_by(used_last, "name", "pk")
