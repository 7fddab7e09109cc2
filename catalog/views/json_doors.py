"""What views that answer with JSON share: a body that is read, refusals as sentences."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpResponse, JsonResponse

from catalog.access import StudioRequest
from catalog.errors import StudioError

P = ParamSpec("P")
MOST_BYTES = 20 * 1024**2


class UnreadableBody(StudioError):
    """A body that is not what the page sends."""


def refuses_as_json(
    view: Callable[Concatenate[StudioRequest, P], HttpResponse],
) -> Callable[Concatenate[StudioRequest, P], HttpResponse]:
    """Turn a `StudioError` into its sentence and hint as JSON."""

    @wraps(view)
    def door(request: StudioRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except StudioError as error:
            status = getattr(error, "http_status", 400)
            return JsonResponse({"error": str(error), "hint": error.hint}, status=status)

    return door


def body_of(request: StudioRequest) -> dict[str, Any]:
    """Read a JSON object from the body."""
    if len(request.body) > MOST_BYTES:
        raise UnreadableBody("That is too much at once.", hint="Use an import for that many cells.")
    try:
        found = json.loads(request.body or b"{}")
    except (ValueError, UnicodeDecodeError) as error:
        raise UnreadableBody("The studio could not read what the page sent.") from error
    if not isinstance(found, dict):
        raise UnreadableBody("The studio could not read what the page sent.")
    return found


def whole(value: object) -> int:
    """Read an id; what is none becomes 0, which no row has."""
    return value if isinstance(value, int) and 0 < value < 2**63 else 0
