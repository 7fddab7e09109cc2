"""Releases and artists."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from catalog import selectors
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.forms import ArtistForm, ReleaseForm
from catalog.models import Artist, Release
from catalog.services import releases as services
from catalog.services.artwork import store_artwork
from catalog.views.pages import add_error, done, page_of

RELEASE_COLUMNS = (
    "title",
    "version_title",
    "kind",
    "upc",
    "catalogue_number",
    "label_name",
    "release_date",
    "original_date",
    "p_line",
    "c_line",
    "row_version",
)


@require_GET
@workspace_view()
def release_list(request: StudioRequest) -> HttpResponse:
    """List releases."""
    page = page_of(request, selectors.releases_for_list(request.access))
    can_edit = request.access.can(Permission.EDIT)
    return render(request, "catalog/release_list.html", {"page": page, "can_edit": can_edit})


@require_GET
@workspace_view()
def release_detail(request: StudioRequest, release_id: int) -> HttpResponse:
    """Show a release and its tracks in order."""
    release = _release(request, release_id)
    tracks = selectors.tracks_for_list(request.access).filter(release=release)
    context = {
        "release": release,
        "tracks": tracks.order_by("disc_number", "track_number", "title"),
        "can_edit": request.access.can(Permission.EDIT),
    }
    return render(request, "catalog/release_detail.html", context)


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.EDIT)
def release_edit(request: StudioRequest, release_id: int | None = None) -> HttpResponse:
    """Make a release, or change one."""
    release = _release(request, release_id) if release_id else None
    initial: dict[str, Any] = {}
    if release is not None:
        initial = {name: getattr(release, name) for name in RELEASE_COLUMNS}
        initial["artists"] = "; ".join(
            credit.artist.name for credit in release.credits.select_related("artist")
        )
    form = ReleaseForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _save_release(request, form, release)
        except StudioError as error:
            add_error(form, error)
    context = {"form": form, "release": release}
    return render(request, "catalog/release_edit.html", context, status=422 if form.errors else 200)


def _save_release(
    request: StudioRequest, form: ReleaseForm, release: Release | None
) -> HttpResponse:
    values = form.values()
    if picture := form.cleaned_data["artwork"]:
        artwork = store_artwork(
            workspace=request.access.workspace, data=picture.read(), original_name=picture.name
        )
        values["artwork"] = artwork.pk
    if release is None:
        release, change_set = services.create_release(
            access=request.access, values=values, artist_names=form.artist_names()
        )
        sentence = "Release added."
    else:
        edited = services.edit_release(
            access=request.access,
            release=release,
            values=values,
            artist_names=form.artist_names(),
            row_version=form.cleaned_data["row_version"],
        )
        return done(request, "Release saved.", edited, "catalog:release_detail", release.pk)
    return done(request, sentence, change_set, "catalog:release_detail", release.pk)


@require_GET
@workspace_view()
def artist_list(request: StudioRequest) -> HttpResponse:
    """List artists."""
    page = page_of(request, selectors.artists_for_list(request.access))
    can_edit = request.access.can(Permission.EDIT)
    return render(request, "catalog/artist_list.html", {"page": page, "can_edit": can_edit})


@require_GET
@workspace_view()
def artist_detail(request: StudioRequest, artist_id: int) -> HttpResponse:
    """Show an artist and what they are credited on."""
    artist = _artist(request, artist_id)
    tracks = selectors.tracks_for_list(request.access).filter(credits__artist=artist).distinct()
    context = {
        "artist": artist,
        "page": page_of(request, tracks.order_by("title", "pk")),
        "can_edit": request.access.can(Permission.EDIT),
    }
    return render(request, "catalog/artist_detail.html", context)


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.EDIT)
def artist_edit(request: StudioRequest, artist_id: int | None = None) -> HttpResponse:
    """Make an artist, or change one."""
    artist = _artist(request, artist_id) if artist_id else None
    names = ("name", "sort_name", "isni", "ipi", "notes", "row_version")
    initial = {name: getattr(artist, name) for name in names} if artist else {}
    form = ArtistForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in names[:-1]}
        try:
            if artist is None:
                artist, change_set = services.create_artist(access=request.access, values=values)
                return done(
                    request, "Artist added.", change_set, "catalog:artist_detail", artist.pk
                )
            edited = services.edit_artist(
                access=request.access,
                artist=artist,
                values=values,
                row_version=form.cleaned_data["row_version"],
            )
            return done(request, "Artist saved.", edited, "catalog:artist_detail", artist.pk)
        except StudioError as error:
            add_error(form, error)
    context = {"form": form, "artist": artist}
    return render(request, "catalog/artist_edit.html", context, status=422 if form.errors else 200)


def _release(request: StudioRequest, release_id: int) -> Release:
    release = selectors.releases_for_list(request.access).filter(pk=release_id).first()
    if release is None:
        raise Http404
    return release


def _artist(request: StudioRequest, artist_id: int) -> Artist:
    artist = selectors.artists_for_list(request.access).filter(pk=artist_id).first()
    if artist is None:
        raise Http404
    return artist
