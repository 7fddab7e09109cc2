"""Request middleware of the studio's own."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render

NUL = "\x00"
GetResponse = Callable[[HttpRequest], HttpResponse]


def without_nul(get_response: GetResponse) -> GetResponse:
    """Drop NUL from what an address asks for, and refuse a form that has one.

    PostgreSQL holds no NUL, and nobody types one: it comes from broken files and from scanners.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info:
            raise Http404
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked or NUL in asked:
            request.META["QUERY_STRING"] = asked.replace("%00", "").replace(NUL, "")
        if request.content_type == "application/x-www-form-urlencoded":
            for values in request.POST.lists():
                if any(NUL in text for text in (values[0], *values[1])):
                    raise BadRequest("A form with a NUL character.")
        return get_response(request)

    return respond


def own_not_found_page(get_response: GetResponse) -> GetResponse:
    """Show the studio's page for an unknown address with `DEBUG` on too.

    `make up` runs with it, and whoever mistypes an address there is no developer of ours.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        technical = isinstance(response, HttpResponseNotFound) and b"DEBUG = True" in getattr(
            response, "content", b""
        )
        return render(request, "404.html", status=404) if technical else response

    return respond
