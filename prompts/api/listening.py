"""Listening events over the API, below `/api/v1/workspaces/<workspace>/`."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import Permission
from catalog.api.base import WorkspaceAPIView
from prompts.listening import Heard, record_event
from prompts.models import ListeningEvent

MOST_AT_ONCE = 100


class ListeningEventSerializer(serializers.Serializer[Any]):
    """One event. The same `key` sent again counts once."""

    track = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ListeningEvent.Kind.choices)
    key = serializers.CharField(min_length=8, max_length=64)
    turn = serializers.IntegerField(required=False, allow_null=True)
    place = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1_000)
    listened_s = serializers.FloatField(required=False, allow_null=True, min_value=0)
    duration_s = serializers.FloatField(required=False, allow_null=True, min_value=0)
    day_part = serializers.ChoiceField(
        choices=ListeningEvent.DayPart.choices, required=False, allow_blank=True
    )
    activity = serializers.ChoiceField(
        choices=ListeningEvent.Activity.choices, required=False, allow_blank=True
    )
    device = serializers.ChoiceField(
        choices=ListeningEvent.Device.choices, required=False, allow_blank=True
    )


class ListeningBatchSerializer(serializers.Serializer[Any]):
    """Events to take in together."""

    events = ListeningEventSerializer(many=True)


class ListeningEventsView(WorkspaceAPIView):
    """Takes in listening events."""

    serializer_class = ListeningBatchSerializer
    write = Permission.VIEW

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Keep up to 100 events; says how many are new and how many were known by their key."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        events = body.validated_data["events"]
        if len(events) > MOST_AT_ONCE:
            raise serializers.ValidationError(f"Send at most {MOST_AT_ONCE} events at once.")
        new = 0
        for event in events:
            _, is_new = record_event(
                access=self.access,
                heard=Heard(
                    track_id=event["track"],
                    kind=event["kind"],
                    key=event["key"],
                    turn_id=event.get("turn"),
                    place=event.get("place"),
                    listened_s=event.get("listened_s"),
                    duration_s=event.get("duration_s"),
                    day_part=event.get("day_part", ""),
                    activity=event.get("activity", ""),
                    device=event.get("device", ""),
                ),
            )
            new += is_new
        return Response({"new": new, "known": len(events) - new}, status.HTTP_201_CREATED)
