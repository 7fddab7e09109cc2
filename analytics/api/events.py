"""Real events by the API: sending single ones, reading what was counted."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import observed
from analytics.domain.event_dates import read_day
from analytics.domain.events import (
    EARLIEST,
    LAST_PLACE,
    LONGEST_PROMPT,
    LONGEST_SOURCE,
    Key,
    space_named,
)
from analytics.models import ObservedDay
from analytics.prompt_spaces import space_of, spaces_by_name
from analytics.services.observing import EVENT_KINDS, MOST_EVENTS, record_events
from catalog.api.base import WorkspaceAPIView
from catalog.models import Track


class DayField(serializers.DateField):
    """A day, or a moment with its offset, which falls on its day in the studio's time zone."""

    def to_internal_value(self, value: Any) -> date:
        """Read a day as files may write it, but for those that could be two."""
        try:
            return read_day(str(value), zone=timezone.get_current_timezone())
        except ValueError as error:
            raise serializers.ValidationError(
                f"“{str(value)[:40]}” is no date. Write it as 2026-05-31."
            ) from error


class EventSerializer(serializers.Serializer[Any]):
    """One event. `key` is the sender's own name for it: the same key counts once."""

    key = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=sorted(EVENT_KINDS))
    track = serializers.IntegerField(min_value=1)
    day = DayField()
    space = serializers.CharField(required=False, default="", allow_blank=True)
    prompt = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=LONGEST_PROMPT
    )
    place = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=1, max_value=LAST_PLACE
    )
    source = serializers.CharField(  # type: ignore[assignment]  # Field has a `source` of its own
        required=False, default="", allow_blank=True, max_length=LONGEST_SOURCE
    )

    def validate_day(self, value: date) -> date:
        """Refuse days that have not come, or that are too long ago to be true."""
        if value > timezone.localdate():
            raise serializers.ValidationError(f"{value.isoformat()} has not come yet.")
        if value < EARLIEST:
            raise serializers.ValidationError(f"{value.isoformat()} is before {EARLIEST.year}.")
        return value

    def validate_space(self, value: str) -> str:
        """Find a space by its slug or its name; refuse those that nobody knows."""
        slug = space_named(value, spaces_by_name()) if value else ""
        if slug is None:
            raise serializers.ValidationError(f"No prompt space is called “{value}”.")
        return slug


class EventsSerializer(serializers.Serializer[Any]):
    """Some events, at most a thousand."""

    events = EventSerializer(many=True, allow_empty=False)

    def validate_events(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse more than one request should carry."""
        if len(value) > MOST_EVENTS:
            raise serializers.ValidationError(f"Send at most {MOST_EVENTS:,} events at once.")
        return value


class ObservedEvents(WorkspaceAPIView):
    """Where events arrive."""

    serializer_class = EventsSerializer

    def rows_model(self) -> Any:
        """Counts by day stand behind this view."""
        return ObservedDay

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Count events; those whose key was seen before are not counted again."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        events = body.validated_data["events"]
        known = set(
            Track.objects.visible_to(self.access)
            .filter(pk__in={event["track"] for event in events})
            .values_list("pk", flat=True)
        )
        unknown = sorted({event["track"] for event in events} - known)
        if unknown:
            raise serializers.ValidationError(
                {"events": [f"No track here has the id {pk}." for pk in unknown[:20]]}
            )
        new, seen = record_events(
            workspace=self.access.workspace,
            events=[(event["key"], event["kind"], _key(event)) for event in events],
        )
        return Response({"counted": new, "known": seen})


def _key(event: dict[str, Any]) -> Key:
    prompt = event["prompt"].strip()
    return Key(
        day=event["day"],
        track_id=event["track"],
        space=event["space"] or (space_of(prompt) if prompt else ""),
        prompt=prompt,
        place=event["place"],
        source=event["source"].strip(),
    )


class ObservedTotals(WorkspaceAPIView):
    """What was counted."""

    serializer_class = EventsSerializer

    def rows_model(self) -> Any:
        """Counts by day stand behind this view."""
        return ObservedDay

    def visible(self) -> "QuerySet[Any]":
        """Counts of the tracks one may see."""
        return observed.days(self.access)

    @extend_schema(operation_id="observed_totals", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Read counts by prompt space, with observed conversion, its interval and n."""
        found = observed.report(self.access)
        lines = found.lines if found else ()
        return Response(
            {
                "kind": "observed",
                "first_day": found.first_day if found else None,
                "last_day": found.last_day if found else None,
                "spaces": [
                    {
                        "space": line.slug,
                        "name": line.name,
                        **line.counts,
                        "conversion": line.conversion.as_dict() if line.conversion else None,
                    }
                    for line in lines
                ],
            }
        )
