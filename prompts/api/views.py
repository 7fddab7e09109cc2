"""Ask a workspace a prompt, below `/api/v1/workspaces/<workspace>/`."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import Permission
from catalog.api.base import WorkspaceAPIView
from prompts.answers import as_json
from prompts.approaches import APPROACHES
from prompts.blocking import PromptBlocked
from prompts.domain.sequencing import ARCS
from prompts.limits import BOUNDS, BadLimits, checked_limits
from prompts.retrieval import ask
from prompts.services import remember_prompt


class LimitsSerializer(serializers.Serializer[Any]):
    """What the list must keep to; each limit says in the answer what it moved and what it cost."""

    per_artist = serializers.IntegerField(required=False, help_text=BOUNDS["per_artist"][2])
    per_label = serializers.IntegerField(required=False, help_text=BOUNDS["per_label"][2])
    tail_share = serializers.FloatField(required=False, help_text=BOUNDS["tail_share"][2])
    novelty = serializers.FloatField(required=False, help_text=BOUNDS["novelty"][2])
    known_from = serializers.FloatField(required=False, help_text=BOUNDS["known_from"][2])
    known_to = serializers.FloatField(required=False, help_text=BOUNDS["known_to"][2])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what no list could keep to, naming the limit."""
        try:
            checked_limits(attrs)
        except BadLimits as error:
            raise serializers.ValidationError(str(error)) from error
        return attrs


class PromptSerializer(serializers.Serializer[Any]):
    """What a listener typed, and how to answer it."""

    text = serializers.CharField(max_length=10_000)
    approach = serializers.ChoiceField(choices=sorted(APPROACHES), default="prompt")
    limit = serializers.IntegerField(min_value=1, max_value=200, required=False)
    order = serializers.ChoiceField(choices=sorted(ARCS), required=False)
    limits = LimitsSerializer(required=False)


class PromptView(WorkspaceAPIView):
    """Answers a prompt from the tracks one may see."""

    serializer_class = PromptSerializer
    write = Permission.VIEW

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Give the intent, the fate of each constraint and the ordered tracks with score parts."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        answer = ask(
            wanted["text"],
            access=self.access,
            approach=wanted["approach"],
            limit=wanted.get("limit"),
            arc=wanted.get("order", ""),
            limits=checked_limits(wanted.get("limits", {})),
        )
        not_kept = ""
        try:
            remember_prompt(answer, access=self.access)
        except PromptBlocked as refusal:
            not_kept = str(refusal)
        return Response({**as_json(answer), "not_kept": not_kept})
