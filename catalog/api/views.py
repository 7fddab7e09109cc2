"""Catalog endpoints below `/api/v1/workspaces/<workspace>/`."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import selectors
from catalog.access import Permission
from catalog.api import serializers
from catalog.api.base import WorkspaceAPIView
from catalog.errors import StudioError
from catalog.models import Description, Membership, Term, Track, User
from catalog.services import releases, tracks
from catalog.services.changes import undo_change_set


class MissingRowVersion(StudioError):
    """An edit that does not say which version it starts from."""

    def __init__(self) -> None:
        super().__init__(
            "Send the row_version that you read, so nobody's newer edit is overwritten."
        )


def row_version(data: dict[str, Any]) -> int:
    """Take the version an edit starts from out of the data."""
    found = data.pop("row_version", None)
    if found is None:
        raise MissingRowVersion
    return int(found)


class WorkspaceList(ListAPIView[Membership]):
    """The workspaces one belongs to."""

    serializer_class = serializers.MembershipSerializer

    def get_queryset(self) -> "QuerySet[Membership]":
        """Memberships of the person asking."""
        user = self.request.user
        if not isinstance(user, User):
            return Membership.objects.none()
        return user.memberships.select_related("workspace").order_by("workspace__name")


class TrackList(ListModelMixin, WorkspaceAPIView):
    """Tracks, searched and filtered as on the page."""

    serializer_class = serializers.TrackSerializer
    write = Permission.EDIT_OWN

    def visible(self) -> "QuerySet[Track]":
        """Tracks that fit the query."""
        query = self.request.query_params
        facet, _, slug = query.get("term", "").partition(":")
        term = None
        if slug:
            term = Term.objects.visible_to(self.access).filter(facet=facet, slug=slug).first()
            if term is None:
                return Track.objects.none()
        return selectors.search_tracks(
            access=self.access,
            text=query.get("q", ""),
            term=term,
            missing=query.get("missing", ""),
            sort=query.get("sort", ""),
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in title, artist, release or ISRC."),
            OpenApiParameter("term", str, description="Only tracks with a term, `facet:slug`."),
            OpenApiParameter("missing", str, enum=["description", "mood", "isrc"]),
            OpenApiParameter("sort", str, enum=sorted(selectors.SORTS)),
        ]
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List tracks."""
        return self.list(request)


class TrackDetail(WorkspaceAPIView):
    """One track."""

    serializer_class = serializers.TrackSerializer
    write = Permission.EDIT_OWN

    def visible(self) -> "QuerySet[Track]":
        """Tracks the person may see; to change one, may edit."""
        found = selectors.tracks_for_list(self.access)
        if self.request.method in ("GET", "HEAD", "OPTIONS"):
            return found
        return found.filter(pk__in=Track.objects.editable_by(self.access))

    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read a track."""
        return Response(self.get_serializer(self.found(pk)).data)

    def patch(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Change values of a track; sends 409 with both values where somebody was faster."""
        track = self.found(pk)
        body = self.get_serializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        version = row_version(values)
        names = values.pop("artists", None)
        if values.get("release") is not None:
            values["release"] = values["release"].pk
        tracks.edit_track(
            access=self.access, track=track, values=values, row_version=version, artist_names=names
        )
        return Response(self.get_serializer(self.found(pk)).data)

    def delete(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Remove a track; undo its change set to bring it back."""
        tracks.delete_track(access=self.access, track=self.found(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DescriptionList(WorkspaceAPIView):
    """The descriptions of a track."""

    serializer_class = serializers.DescriptionSerializer
    pagination_class = None
    write = Permission.EDIT_OWN

    @extend_schema(responses=serializers.DescriptionSerializer(many=True))
    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read all descriptions of a track."""
        return Response(self.get_serializer(self._of_track(pk), many=True).data)

    @extend_schema(responses=serializers.DescriptionSerializer(many=True))
    def put(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Save the description of one language and length."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        version = int(values.pop("row_version", 0))
        self._of_track(pk)
        track = Track.objects.editable_by(self.access).get(pk=pk)
        tracks.save_description(access=self.access, track=track, row_version=version, **values)
        return Response(self.get_serializer(self._of_track(pk), many=True).data)

    def _of_track(self, pk: int) -> "QuerySet[Any]":
        found = Track.objects.visible_to(self.access)
        if self.request.method not in ("GET", "HEAD", "OPTIONS"):
            found = Track.objects.editable_by(self.access)
        if not found.filter(pk=pk).exists():
            raise Http404
        return self.get_queryset().filter(track_id=pk, purpose=Description.Purpose.TEXT)


class ReleaseList(ListModelMixin, WorkspaceAPIView):
    """Releases."""

    serializer_class = serializers.ReleaseSerializer

    def visible(self) -> "QuerySet[Any]":
        """Releases with their artists."""
        return selectors.releases_for_list(self.access)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """List releases."""
        return self.list(request)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Add a release."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = as_versioned(body.validated_data)
        names = values.pop("artists", [])
        values.pop("row_version", None)
        release, _ = releases.create_release(access=self.access, values=values, artist_names=names)
        return Response(
            self.get_serializer(self.found(release.pk)).data, status=status.HTTP_201_CREATED
        )


class ReleaseDetail(WorkspaceAPIView):
    """One release."""

    serializer_class = serializers.ReleaseSerializer

    def visible(self) -> "QuerySet[Any]":
        """Releases with their artists."""
        return selectors.releases_for_list(self.access)

    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read a release."""
        return Response(self.get_serializer(self.found(pk)).data)

    def patch(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Change values of a release."""
        release = self.found(pk)
        body = self.get_serializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        values = as_versioned(body.validated_data)
        version = row_version(values)
        names = values.pop("artists", [artist.name for artist in release.artists.all()])
        releases.edit_release(
            access=self.access,
            release=release,
            values=values,
            artist_names=names,
            row_version=version,
        )
        return Response(self.get_serializer(self.found(pk)).data)


class ArtistList(ListModelMixin, WorkspaceAPIView):
    """Artists."""

    serializer_class = serializers.ArtistSerializer

    def get(self, request: Request, **kwargs: Any) -> Response:
        """List artists."""
        return self.list(request)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Add an artist."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        values.pop("row_version", None)
        artist, _ = releases.create_artist(access=self.access, values=values)
        return Response(self.get_serializer(artist).data, status=status.HTTP_201_CREATED)


class ArtistDetail(WorkspaceAPIView):
    """One artist."""

    serializer_class = serializers.ArtistSerializer

    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read an artist."""
        return Response(self.get_serializer(self.found(pk)).data)

    def patch(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Change values of an artist."""
        artist = self.found(pk)
        body = self.get_serializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        version = row_version(values)
        releases.edit_artist(access=self.access, artist=artist, values=values, row_version=version)
        return Response(self.get_serializer(self.found(pk)).data)


class TermList(ListModelMixin, WorkspaceAPIView):
    """The vocabulary."""

    serializer_class = serializers.TermSerializer

    def visible(self) -> "QuerySet[Term]":
        """Terms, of one facet if named."""
        terms = Term.objects.visible_to(self.access)
        facet = self.request.query_params.get("facet")
        return terms.filter(facet=facet) if facet else terms

    @extend_schema(parameters=[OpenApiParameter("facet", str)])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List terms, of one facet if named."""
        return self.list(request)


class ChangeSetList(ListModelMixin, WorkspaceAPIView):
    """What people did."""

    serializer_class = serializers.ChangeSetSerializer
    read = Permission.EDIT

    def visible(self) -> "QuerySet[Any]":
        """Change sets, the newest first."""
        return selectors.change_sets_for_list(self.access)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """List change sets."""
        return self.list(request)


class ChangeSetDetail(WorkspaceAPIView):
    """One change set with every value before and after."""

    serializer_class = serializers.ChangeSetDetailSerializer
    read = Permission.EDIT

    def visible(self) -> "QuerySet[Any]":
        """Change sets with their changes."""
        return selectors.change_sets_for_list(self.access).prefetch_related("changes")

    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read a change set."""
        return Response(self.get_serializer(self.found(pk)).data)


class ChangeSetUndo(WorkspaceAPIView):
    """Takes a change set back."""

    serializer_class = serializers.ChangeSetSerializer

    @extend_schema(request=None, responses=serializers.UndoneSerializer)
    def post(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Undo; what was changed again since is left and listed."""
        undone = undo_change_set(self.found(pk), access=self.access)
        left = [
            {"model": change.model, "object_id": change.object_id, "field": change.field}
            for change in undone.left
        ]
        body = {"change_set": undone.change_set, "left": left}
        return Response(serializers.UndoneSerializer(body).data)


def as_versioned(values: dict[str, Any]) -> dict[str, Any]:
    """Write dates as change sets hold them."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }
