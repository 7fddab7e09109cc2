"""Money by prompt space over the API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import money, selectors
from analytics.models import MoneyRate
from analytics.reports import honesty
from catalog.api.base import WorkspaceAPIView


class Money(WorkspaceAPIView):
    """What saves and streams are worth by the workspace's own rates."""

    serializer_class = serializers.Serializer

    def rows_model(self) -> Any:
        """Rates stand behind this view."""
        return MoneyRate

    @extend_schema(operation_id="money_by_space", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Read money per 1,000 impressions by prompt space; simulated and observed stay apart."""
        rate = money.rate_in_force(self.access)
        run = selectors.latest_run(self.access)
        if rate is None or not rate.is_set:
            return Response({"rates": None, "spaces": []})
        found = money.report(self.access, rate, run=run)
        return Response(
            {
                "rates": {
                    "currency": rate.currency,
                    "per_save": rate.per_save,
                    "per_stream": rate.per_stream,
                    "origin": rate.origin,
                    "set_at": rate.set_at,
                    "set_by": str(rate.set_by) if rate.set_by else None,
                },
                "note": honesty(run) if run else None,
                "unit": f"{rate.currency} per 1,000 impressions",
                "spaces": [
                    {
                        "space": line.slug,
                        "name": line.name,
                        "simulated": line.simulated.as_dict() if line.simulated else None,
                        "simulated_per_10000_prompts": line.simulated_per_prompts.as_dict()
                        if line.simulated_per_prompts
                        else None,
                        "observed": line.observed.as_dict() if line.observed else None,
                        "observed_total": line.observed_total,
                    }
                    for line in found.lines
                ],
            }
        )
