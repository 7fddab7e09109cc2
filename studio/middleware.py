"""Request middleware of the studio's own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]


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
