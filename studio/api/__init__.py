"""What the API doors of all apps share."""

from typing import Any

from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from catalog.errors import StudioError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a `StudioError` into a 400 with its sentence; leave the rest to the framework."""
    if isinstance(error, StudioError):
        body = {"detail": str(error)}
        if error.hint:
            body["hint"] = error.hint
        return Response(body, status=getattr(error, "http_status", status.HTTP_400_BAD_REQUEST))
    return drf_exception_handler(error, context)
