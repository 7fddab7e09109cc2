"""The track list, a track's page and its form."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog import selectors
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.forms import DescriptionForm, TrackForm
from catalog.models import Description, Term, Track
from catalog.models.terms import Facet
from catalog.selectors import TrackSheet
from catalog.services import tracks as services
from catalog.services.changes import EditConflict
from catalog.views.pages import add_error, done, page_of

MOST_FILLED_IN = 20


@require_GET
@workspace_view()
def track_list(request: StudioRequest) -> HttpResponse:
    """List tracks: searched, filtered by a term or by what is missing, sorted."""
    term = _chosen_term(request)
    found = selectors.search_tracks(
        access=request.access,
        text=request.GET.get("q", ""),
        term=term,
        missing=request.GET.get("missing", ""),
        sort=request.GET.get("sort", ""),
    )
    context = {
        "page": page_of(request, found),
        "term": term,
        "q": request.GET.get("q", ""),
        "missing": request.GET.get("missing", ""),
        "sort": request.GET.get("sort", "-added"),
        "can_edit": request.access.can(Permission.EDIT_OWN),
    }
    return render(request, "catalog/track_list.html", context)


def _chosen_term(request: StudioRequest) -> Term | None:
    facet, _, slug = request.GET.get("term", "").partition(":")
    return Term.objects.visible_to(request.access).filter(facet=facet, slug=slug).first()


@require_GET
@workspace_view()
def track_detail(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show a track; what was heard and where it surfaces load as panels of their apps."""
    return _track_page(request, _sheet(request, track_id))


def _track_page(
    request: StudioRequest,
    sheet: TrackSheet,
    description_form: DescriptionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    track = sheet.track
    by_length = {description.length: description for description in sheet.descriptions}
    length = _wanted_length(request)
    shown = by_length.get(length)
    initial = {
        "length": length,
        "text": shown.text if shown else "",
        "row_version": shown.row_version if shown else 0,
    }
    context = {
        "sheet": sheet,
        "track": track,
        "can_edit": Track.objects.editable_by(request.access).filter(pk=track.pk).exists(),
        "term_groups": [
            (facet.value, facet.label, sheet.terms.get(facet.value, [])) for facet in Facet
        ],
        "description": shown,
        "description_form": description_form or DescriptionForm(initial=initial),
        "length": length,
        "lengths": [
            {"value": value, "label": label, "filled": bool(by_length.get(value))}
            for value, label in Description.Length.choices
        ],
        "versions": (
            selectors.change_lines(
                selectors.description_versions(shown)[:20], request.access.workspace_id
            )
            if shown
            else []
        ),
    }
    return render(request, "catalog/track_detail.html", context, status=status)


def _wanted_length(request: StudioRequest) -> int:
    wanted = request.POST.get("length") or request.GET.get("length") or ""
    lengths = {str(value): value for value in Description.Length.values}
    return lengths.get(wanted, Description.Length.MEDIUM)


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.EDIT_OWN)
def track_edit(request: StudioRequest, track_id: int) -> HttpResponseBase:
    """Change a track's facts and tags; what somebody else changed meanwhile is shown beside."""
    sheet = _sheet(request, track_id, editable=True)
    initial = TrackForm.initial_of(sheet.track, sheet.terms, sheet.artists)
    filled_in = _fill_in(request, initial) if request.method == "GET" else []
    form = TrackForm(request.POST or None, access=request.access, initial=initial)
    conflicts: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            change_set = services.edit_track(
                access=request.access,
                track=sheet.track,
                values=form.values(),
                artist_names=form.artist_names(),
                row_version=form.cleaned_data["row_version"],
            )
        except EditConflict as conflict:
            add_error(form, conflict)
            conflicts = [
                {
                    "field": entry.field.replace("_", " "),
                    "theirs": str(entry.theirs or ""),
                    "yours": str(entry.yours or ""),
                }
                for entry in conflict.conflicts
            ]
            # Saving again is a decision made on the newer values.
            form.data = _with_version(request, conflict.row_version)
        except StudioError as error:
            add_error(form, error)
        else:
            return done(request, "Track saved.", change_set, "catalog:track_detail", sheet.track.pk)
    context = {
        "sheet": sheet,
        "track": sheet.track,
        "form": form,
        "conflicts": conflicts,
        "filled_in": filled_in,
    }
    return render(request, "catalog/track_edit.html", context, status=422 if form.errors else 200)


def _fill_in(request: StudioRequest, initial: dict[str, Any]) -> list[Term]:
    """Add the terms of `?add=mood/calm` to a form that is shown; nothing is saved by that.

    Terms that the workspace does not have, or the track has already, are passed over.
    """
    found = []
    for written in request.GET.getlist("add")[:MOST_FILLED_IN]:
        facet, _, slug = written.partition("/")
        term = Term.objects.visible_to(request.access).filter(facet=facet, slug=slug).first()
        if term is not None and slug not in initial[facet]:
            initial[facet] = [*initial[facet], slug]
            found.append(term)
    return found


@require_POST
@workspace_view(Permission.EDIT_OWN)
def description_save(request: StudioRequest, track_id: int) -> HttpResponse:
    """Save the description of one length; a newer text of somebody else is never overwritten."""
    sheet = _sheet(request, track_id, editable=True)
    form = DescriptionForm(request.POST)
    if form.is_valid():
        try:
            change_set = services.save_description(
                access=request.access,
                track=sheet.track,
                text=form.cleaned_data["text"],
                length=form.cleaned_data["length"],
                row_version=form.cleaned_data["row_version"],
            )
        except EditConflict as conflict:
            theirs = conflict.conflicts[0].theirs
            form.data = _with_version(request, conflict.row_version)
            form.add_error(
                "text",
                f"Somebody saved another text while you were writing: “{theirs}” "
                "Yours is kept below. Save again to replace theirs, or merge the two.",
            )
        except StudioError as error:
            add_error(form, error, "text")
        else:
            return done(
                request, "Description saved.", change_set, "catalog:track_detail", sheet.track.pk
            )
    return _track_page(request, sheet, form, status=422)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def track_delete(request: StudioRequest, track_id: int) -> HttpResponse:
    """Remove a track; the message offers to undo it."""
    track = _sheet(request, track_id, editable=True).track
    change_set = services.delete_track(access=request.access, track=track)
    return done(request, f"“{track}” was removed.", change_set, "catalog:track_list")


def _with_version(request: StudioRequest, row_version: int) -> QueryDict:
    """Give what was posted, made ready to be saved on the newer version of the row."""
    posted = request.POST.copy()
    posted["row_version"] = str(row_version)
    return posted


def _sheet(request: StudioRequest, track_id: int, *, editable: bool = False) -> TrackSheet:
    sheet = selectors.track_sheet(request.access, track_id)
    if sheet is None:
        raise Http404
    if editable and not Track.objects.editable_by(request.access).filter(pk=track_id).exists():
        raise Http404
    return sheet
