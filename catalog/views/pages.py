"""What the pages of the catalog share."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from catalog.access import StudioRequest
from catalog.errors import StudioError
from catalog.models import ChangeSet

PAGE_SIZE = 50


def page_of(request: HttpRequest, rows: "QuerySet[Any] | Sequence[Any]") -> Page[Any]:
    """Give the page that the address asks for; one out of range becomes the nearest."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def done(
    request: StudioRequest, sentence: str, change_set: ChangeSet | None, to: str, *args: Any
) -> HttpResponse:
    """Go to a page with a message; one that changed something offers to undo it."""
    if change_set is None:
        messages.info(request, "Nothing was different, so nothing was saved.")
    else:
        undo = reverse(
            "catalog:change_set_undo", args=[request.access.workspace.slug, change_set.pk]
        )
        messages.success(request, sentence, extra_tags=f"undo:{undo}")
    return redirect(to, request.access.workspace.slug, *args)


def add_error(form: forms.Form, error: StudioError, field: str | None = None) -> None:
    """Show a refusal of a service on the form."""
    form.add_error(field, f"{error} {error.hint}".strip())
