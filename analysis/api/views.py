"""What was heard and what it suggests, below `/api/v1/workspaces/<workspace>/`."""

from abc import ABC, abstractmethod
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.models import AnalysisRun, Suggestion
from analysis.services import deciding
from catalog.access import Permission
from catalog.api.base import WorkspaceAPIView


class RunSerializer(serializers.ModelSerializer[AnalysisRun]):
    """The state of the analysis of one file."""

    class Meta:
        model = AnalysisRun
        fields = [
            "id",
            "audio",
            "status",
            "stage",
            "progress",
            "attempts",
            "warnings",
            "error",
            "hint",
            "seconds",
            "result",
        ]


class SuggestionSerializer(serializers.ModelSerializer[Suggestion]):
    """A question to a person, with the seconds of sound that justify it."""

    class Meta:
        model = Suggestion
        fields = [
            "id",
            "track",
            "facet",
            "term",
            "value",
            "label",
            "confidence",
            "ranges",
            "stem",
            "reason",
            "model",
            "model_version",
            "status",
        ]


class RunList(ListModelMixin, WorkspaceAPIView):
    """Analyses of the files of the workspace."""

    serializer_class = RunSerializer

    def visible(self) -> "QuerySet[AnalysisRun]":
        """Runs one may see, the newest first; of one track if named."""
        runs = AnalysisRun.objects.visible_to(self.access).order_by("-pk")
        track = self.request.query_params.get("track", "")
        return runs.filter(audio__tracks=int(track)) if track.isdigit() else runs

    @extend_schema(parameters=[OpenApiParameter("track", int)])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List analyses."""
        return self.list(request)


class SuggestionList(ListModelMixin, WorkspaceAPIView):
    """Suggestions, the surest first."""

    serializer_class = SuggestionSerializer

    def visible(self) -> "QuerySet[Suggestion]":
        """Suggestions one may see, by track and status if named."""
        found = Suggestion.objects.visible_to(self.access)
        query = self.request.query_params
        if query.get("track", "").isdigit():
            found = found.filter(track=int(query["track"]))
        return found.filter(status=query["status"]) if query.get("status") else found

    @extend_schema(
        parameters=[
            OpenApiParameter("track", int),
            OpenApiParameter("status", str, enum=Suggestion.Status.values),
        ]
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List suggestions."""
        return self.list(request)


class SuggestionDecision(WorkspaceAPIView, ABC):
    """Answers a suggestion; the subclasses say how."""

    serializer_class = SuggestionSerializer
    write = Permission.EDIT_OWN

    def visible(self) -> "QuerySet[Suggestion]":
        """Suggestions one may decide."""
        return Suggestion.objects.decidable_by(self.access)

    @extend_schema(request=None)
    def post(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Decide, and give the suggestion as it is then."""
        self.decide(self.found(pk))
        return Response(self.get_serializer(self.found(pk)).data)

    @abstractmethod
    def decide(self, suggestion: Suggestion) -> None:
        """Call the service."""


class SuggestionAccept(SuggestionDecision):
    """Makes the suggested value one that people stand behind."""

    def decide(self, suggestion: Suggestion) -> None:
        """Accept."""
        deciding.accept(suggestion=suggestion, access=self.access)


class SuggestionReject(SuggestionDecision):
    """Refuses; the same evidence never asks again."""

    def decide(self, suggestion: Suggestion) -> None:
        """Refuse."""
        deciding.reject(suggestion=suggestion, access=self.access)


class SuggestionTakeBack(SuggestionDecision):
    """Takes a decision back."""

    def decide(self, suggestion: Suggestion) -> None:
        """Open the question again."""
        deciding.take_back(suggestion=suggestion, access=self.access)
