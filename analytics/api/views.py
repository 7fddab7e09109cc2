"""Simulations and their reports, below `/api/v1/workspaces/<workspace>/`."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import downloads, fairness, selectors
from analytics.domain.choice import Examination
from analytics.models import FairnessLedger, Market, PromptList, SimulationRun
from analytics.services import runs
from catalog.api.base import WorkspaceAPIView
from prompts.approaches import APPROACHES


class SimulationSerializer(serializers.Serializer[Any]):
    """How large a simulation is, and its seed: the same seed gives the same numbers.

    `market` is the id of an imported market and `prompt_list` that of a list of real prompts;
    `own_market` lets the workspace's tracks compete with each other only.
    """

    prompts = serializers.IntegerField(default=runs.DEFAULT_PROMPTS)
    market_tracks = serializers.IntegerField(default=runs.DEFAULT_MARKET_TRACKS)
    seed = serializers.IntegerField(default=runs.DEFAULT_SEED)
    examination = serializers.ChoiceField(
        choices=[way.value for way in Examination], default=runs.DEFAULT_EXAMINATION
    )
    approach = serializers.ChoiceField(choices=list(APPROACHES), default=runs.DEFAULT_APPROACH)
    market = serializers.IntegerField(required=False, allow_null=True, default=None)
    own_market = serializers.BooleanField(default=False)
    prompt_list = serializers.IntegerField(required=False, allow_null=True, default=None)


class _SimulationView(WorkspaceAPIView):
    serializer_class = SimulationSerializer

    def visible(self) -> "QuerySet[Any]":
        """Runs of the workspace."""
        return selectors.runs(self.access)

    def rows_model(self) -> Any:
        """Runs stand behind every view here."""
        return SimulationRun


class SimulationList(_SimulationView):
    """The simulations of the workspace."""

    pagination_class = None

    @extend_schema(operation_id="simulations_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the newest fifty simulations."""
        newest = self.get_queryset().order_by("-pk")[:50]
        return Response([downloads.run_as_json(run) for run in newest])

    @extend_schema(responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Start a simulation in the workers."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        options = dict(body.validated_data)
        market, prompt_list = options.pop("market"), options.pop("prompt_list")
        run = runs.start_run(
            workspace=self.access.workspace,
            by=self.access.user,
            market=self._of(Market.objects.visible_to(self.access).imported(), market, "market"),
            prompt_list=self._of(
                PromptList.objects.visible_to(self.access), prompt_list, "prompt_list"
            ),
            **options,
        )
        return Response(downloads.run_as_json(run), status=status.HTTP_202_ACCEPTED)

    def _of(self, rows: "QuerySet[Any]", pk: int | None, field: str) -> Any:
        if pk is None:
            return None
        found = rows.filter(pk=pk).first()
        if found is None:
            raise serializers.ValidationError({field: [f"There is none with the id {pk} here."]})
        return found


class SimulationDetail(_SimulationView):
    """One simulation."""

    @extend_schema(operation_id="simulations_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read what decides the numbers of a run, and its state."""
        return Response(downloads.run_as_json(self.found(pk)))


class SimulatedTrack(_SimulationView):
    """The figures of one track in one simulation."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int, track_id: int, **kwargs: Any) -> Response:
        """Read where the track surfaces: rates with interval and n, by prompt space."""
        run = self.found(pk)
        result = selectors.track_result(self.access, run, track_id)
        if result is None:
            raise Http404
        spaces = selectors.space_results(self.access, run).filter(track_id=track_id)
        return Response({**downloads.run_as_json(run), **downloads.track_as_json(result, spaces)})


class SimulationFairness(_SimulationView):
    """The fairness ledger of one simulation."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read who gets the places in the lists: figures with interval, n and definition."""
        run = self.found(pk)
        ledger = FairnessLedger.objects.visible_to(self.access).filter(run=run).first()
        if ledger is None:
            raise Http404
        return Response({**downloads.run_as_json(run), **fairness.as_json(ledger)})
