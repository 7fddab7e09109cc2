"""Campaigns and their results over the API."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import campaigns
from analytics.domain.lift import Lift
from analytics.models import Campaign
from analytics.reports import honesty
from catalog.api.base import WorkspaceAPIView


class _CampaignView(WorkspaceAPIView):
    serializer_class = serializers.Serializer
    pagination_class = None

    def rows_model(self) -> Any:
        """Campaigns stand behind every view here."""
        return Campaign

    def visible(self) -> "QuerySet[Any]":
        """Campaigns that were not deleted and whose tracks the person may see."""
        return Campaign.objects.visible_to(self.access).kept()


class CampaignList(_CampaignView):
    """The campaigns of the workspace."""

    @extend_schema(operation_id="campaigns_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the newest hundred campaigns."""
        return Response([_as_json(one) for one in self.get_queryset()[:100]])


class CampaignDetail(_CampaignView):
    """One campaign."""

    @extend_schema(operation_id="campaigns_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Read a campaign with its lifts: observed against the control group, simulated apart."""
        found = self.found(pk)
        report = campaigns.report(self.access, found)
        simulated = report.simulated
        return Response(
            {
                **_as_json(found),
                "tracks": sorted(part.track_id for part in found.parts.filter(part="campaign")),
                "control_tracks": found.parts.filter(part="control").count(),
                "control_method": found.control_method,
                "periods": [
                    {"name": span.name, "first": span.first, "last": span.last}
                    for span in report.spans
                ],
                "observed": [
                    {
                        "metric": line.name,
                        "totals": line.totals,
                        "rates": line.a_day,
                        "control_rates": line.control_a_day,
                        "during": _lift(line.during),
                        "after": _lift(line.after),
                    }
                    for line in report.lines
                ],
                "simulated": {
                    "note": honesty(simulated.run_now),
                    "saves_per_10000_prompts_before": simulated.before,
                    "saves_per_10000_prompts_now": simulated.now,
                    "ratio": simulated.ratio.as_dict(),
                }
                if simulated
                else None,
            }
        )


def _as_json(found: Campaign) -> dict[str, Any]:
    return {
        "id": found.pk,
        "name": found.name,
        "state": found.state(timezone.localdate()),
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "before_days": found.before_days,
        "spaces": found.spaces,
        "prompts": found.prompts,
    }


def _lift(found: Lift | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "against_control": found.ratio.as_dict() if found.ratio else None,
        "against_own_past": found.against_itself.as_dict() if found.against_itself else None,
        "reason": found.reason,
    }
