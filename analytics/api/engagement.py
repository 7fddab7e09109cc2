"""How people listen, over the API."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import engagement, selectors
from analytics.engagement import Line
from analytics.models import ObservedDay
from catalog.api.base import WorkspaceAPIView


class Engagement(WorkspaceAPIView):
    """Listening figures of the workspace, or of one track."""

    serializer_class = serializers.Serializer

    def rows_model(self) -> Any:
        """Counts by day are among what stands behind this view."""
        return ObservedDay

    @extend_schema(
        operation_id="engagement",
        responses=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter("track", int, description="Only this track.")],
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Read depth, skips, completion, coming back and going on, each with n and interval.

        Tracks whose owners allow no export are left out.
        """
        asked = request.query_params.get("track", "")
        track = None
        if asked:
            track = selectors.track(self.access, int(asked)) if asked.isdecimal() else None
            if track is None:
                raise serializers.ValidationError({"track": f"No track here has the id {asked}."})
        found = engagement.report(self.access, track=track, only_exportable=True)
        return Response(
            {
                "kind": "observed",
                "hearings": found.hearings,
                "listeners": found.listeners,
                "kept_days": found.kept_days,
                "listening": _lines(found.lines),
                "skips_by_place": _lines(found.places),
                "skips_by_space": _lines(found.spaces),
                "counted_by_sources": _lines(found.counted),
                "counted_skips_by_place": _lines(found.counted_places),
            }
        )


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name,
            "definition": line.definition,
            "n": line.metric.n,
            "n_of": line.unit,
            "listeners": line.metric.listeners or None,
            "value": line.metric.interval.as_dict() if line.metric.interval else None,
            "reason": line.metric.reason,
        }
        for line in lines
    ]
