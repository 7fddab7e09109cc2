"""Prompt packs: the list, one version with how its wordings agree, files out and in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from prompts import packs
from prompts.domain.packs import PackRefused, fingerprint, write_templates
from prompts.models import BlockedTerm, PromptPack
from prompts.signing import MOST_BYTES, public_key_of

EXAMPLE = """{mood} {genre} for {activity}
mood: calm, dark
genre: piano, synthwave
activity: studying, a night drive
= something {mood} to play while {activity}, {genre} if possible
= {genre}, {mood}, {activity}"""


@require_http_methods(["GET", "POST"])
@workspace_view()
def pack_list(request: StudioRequest) -> HttpResponse:
    """Show all packs; keep a new version of one."""
    access = request.access
    data = request.POST
    refusal: StudioError | None = None
    if request.method == "POST":
        if not access.can(Permission.EDIT):
            refusal = PackRefused("Ask an editor to keep packs.")
        else:
            try:
                kept = packs.save_pack(
                    access=access,
                    name=data.get("name", ""),
                    sponsor=data.get("sponsor", ""),
                    text=data.get("templates", ""),
                )
                return redirect("prompts:pack", access.workspace.slug, kept.pk)
            except StudioError as problem:
                refusal = problem
    context = {
        "packs": PromptPack.objects.visible_to(access),
        "blocked": "\n".join(BlockedTerm.objects.visible_to(access).values_list("term", flat=True)),
        "fingerprint": fingerprint(public_key_of(access.workspace)),
        "may_edit": access.can(Permission.EDIT),
        "may_manage": access.can(Permission.MANAGE),
        "refusal": refusal,
        "name": data.get("name", ""),
        "sponsor": data.get("sponsor", ""),
        "templates": data.get("templates", EXAMPLE),
    }
    return render(request, "prompts/packs.html", context, status=422 if refusal else 200)


@require_GET
@workspace_view()
def pack(request: StudioRequest, pack_id: int) -> HttpResponse:
    """One version: its templates, and how alike their wordings answer here."""
    row = _found(request, pack_id)
    content = packs.content_of(row)
    context = {
        "pack": row,
        "agreements": [
            packs.agreement(access=request.access, template=t) for t in content.templates
        ],
        "text": write_templates(content.templates),
        "blocked": packs.blocked_in_pack(request.access, content.templates),
        "compared": packs.FILLINGS_COMPARED,
    }
    return render(request, "prompts/pack.html", context)


@require_GET
@workspace_view()
def pack_file(request: StudioRequest, pack_id: int) -> HttpResponse:
    """The signed file of one version."""
    _found(request, pack_id)
    try:
        name, data = packs.export_pack(access=request.access, pack_id=pack_id)
    except StudioError as refusal:
        messages.error(request, str(refusal))
        return redirect("prompts:pack", request.access.workspace.slug, pack_id)
    response = HttpResponse(data, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@workspace_view(Permission.EDIT)
def pack_import(request: StudioRequest) -> HttpResponse:
    """Take a signed file in."""
    slug = request.access.workspace.slug
    file = request.FILES.get("file")
    try:
        if file is None:
            raise PackRefused("Choose a pack file first.")
        kept = packs.import_pack(access=request.access, data=file.read(MOST_BYTES + 1))
    except StudioError as refusal:
        messages.error(request, str(refusal))
        return redirect("prompts:packs", slug)
    messages.success(request, f"Taken in, signed by {kept.signed_by}.")
    return redirect("prompts:pack", slug, kept.pk)


@require_POST
@workspace_view(Permission.MANAGE)
def block(request: StudioRequest) -> HttpResponse:
    """Set the terms that no prompt kept in the workspace may hold."""
    try:
        count = packs.block_terms(access=request.access, text=request.POST.get("blocked", ""))
        messages.success(request, f"{count} blocked term{'' if count == 1 else 's'}.")
    except StudioError as refusal:
        messages.error(request, str(refusal))
    return redirect("prompts:packs", request.access.workspace.slug)


def _found(request: StudioRequest, pack_id: int) -> PromptPack:
    row = PromptPack.objects.visible_to(request.access).filter(pk=pack_id).first()
    if row is None:
        raise Http404
    return row
