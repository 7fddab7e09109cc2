"""What every API view inside a workspace shares; other apps' APIs build on it too."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from catalog.access import Access, Permission, access_for
from catalog.models import User


class WorkspaceAPIView(GenericAPIView):
    """A view of one workspace.

    Finds `self.access` before anything else: a workspace one is no member of does not exist, and a
    role that does not reach `read` or `write` is refused.
    """

    read = Permission.VIEW
    write = Permission.EDIT
    access: Access

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let only members with the permission in."""
        super().initial(request, *args, **kwargs)
        user = request.user
        assert isinstance(user, User)
        access = access_for(user, kwargs["workspace"])
        if access is None:
            raise Http404
        self.access = access
        needed = self.read if request.method in ("GET", "HEAD", "OPTIONS") else self.write
        if not access.can(needed):
            raise PermissionDenied(f"The role {access.role.value} may not do this.")

    def get_queryset(self) -> "QuerySet[Any]":
        """Give the rows one may see; without a request (for the schema) none."""
        if getattr(self, "swagger_fake_view", False):
            return self.rows_model().objects.none()
        return self.visible()

    def visible(self) -> "QuerySet[Any]":
        """Rows of this view that the person may see."""
        found: QuerySet[Any] = self.rows_model().objects.visible_to(self.access)
        return found

    def rows_model(self) -> Any:
        """Give the model behind the serializer."""
        serializer: Any = self.serializer_class
        return serializer.Meta.model

    def found(self, pk: int) -> Any:
        """Find one row, or answer that it is not there."""
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            raise Http404
        return row
