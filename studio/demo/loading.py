"""The demo workspace: its owner, its music by the real way in, and some work a person has begun.

Loading again is harmless: what is there stays as people left it.
"""

import json
import multiprocessing
import os
import secrets
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from catalog.access import Access, access_for
from catalog.models import AudioFile, Membership, Release, Term, Track, User, Workspace
from catalog.roles import Role
from catalog.services.artwork import store_artwork
from catalog.services.changes import edit_row
from catalog.services.ingest import FoundFile, find_files, ingest_group, plan
from catalog.services.tracks import assert_terms, save_description
from catalog.services.workspaces import create_workspace
from studio.demo.artwork import cover
from studio.demo.rendering import ALBUM, PIECES, Piece, render

SLUG = "demo"
EMAIL = "demo@liner.example"


@dataclass(frozen=True)
class Begun:
    """What somebody has written about a track already. The other tracks wait for the visitor."""

    terms: tuple[tuple[str, str], ...]
    description: str


BEGUN = {
    "Neon Harbour": Begun(
        terms=(
            ("genre", "synthwave"),
            ("mood", "nostalgic"),
            ("activity", "driving"),
            ("instrument", "synthesizer"),
            ("vocals", "instrumental"),
        ),
        description=(
            "Instrumental synthwave at 110 BPM in A minor. A driving synth bass and a gated snare "
            "carry a singing lead over a running arpeggio; the drums drop out before the last "
            "chorus. For night drives and for coding late."
        ),
    ),
    "Copper Creek": Begun(
        terms=(("genre", "folk"), ("instrument", "acoustic-guitar"), ("vocals", "instrumental")),
        description=(
            "Finger-picked acoustic guitar and a mandolin tune in G major, with upright bass, foot "
            "stomps and a tambourine. Warm, outdoors, no vocals."
        ),
    ),
}


def load_demo() -> Path | None:
    """Make the demo workspace, or complete it; gives the login's file if the owner is new."""
    workspace = Workspace.objects.filter(slug=SLUG).first()
    login = None
    if workspace is None:
        workspace, login = _make_workspace()
    owner = Membership.objects.filter(workspace=workspace, role=Role.OWNER).order_by("pk").first()
    access = access_for(owner.user, SLUG) if owner else None
    if access is None or AudioFile.objects.filter(workspace=workspace).count() >= 5 * len(PIECES):
        return login
    missing = [piece for piece in PIECES if not _is_there(workspace, piece)]
    _bring_in(access, missing)
    for piece in missing:
        _begin_work(access, piece)
    _give_cover(access)
    return login


@transaction.atomic
def _make_workspace() -> tuple[Workspace, Path]:
    password = secrets.token_urlsafe(12)
    owner = User.objects.filter(email=EMAIL).first()
    if owner is None:
        owner = User.objects.create_user(EMAIL, password, name="Demo owner")
    else:
        owner.set_password(password)
        owner.save(update_fields=["password"])
    workspace = create_workspace(name="Demo", slug=SLUG, owner=owner)
    return workspace, write_login(password)


def write_login(password: str) -> Path:
    """Keep the login where only this machine's user reads it."""
    path: Path = settings.VAR_DIR / "demo_login.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"email": EMAIL, "password": password}, file)
    fresh.replace(path)
    return path


def _is_there(workspace: Workspace, piece: Piece) -> bool:
    """The whole recording with all its parts."""
    track = Track.objects.filter(workspace=workspace, title=piece.title).first()
    return track is not None and track.audio_id is not None and track.stems.count() >= 4


def _bring_in(access: Access, pieces: list[Piece]) -> None:
    """Compose pieces in processes of their own and take each in as soon as it is written."""
    if not pieces:
        return
    spawn = multiprocessing.get_context("spawn")  # a forked child would share the database socket
    workers = min(len(pieces), os.cpu_count() or 1, 4)
    with (
        tempfile.TemporaryDirectory(prefix="liner-demo-") as folder,
        ProcessPoolExecutor(workers, mp_context=spawn) as pool,
    ):
        for files in pool.map(render, pieces, [Path(folder)] * len(pieces)):
            found = [
                item for item in find_files(files, Path(folder)) if isinstance(item, FoundFile)
            ]
            by_path = {item.path: item for item in found}
            for group in plan(access.workspace, found):
                done = ingest_group(
                    workspace=access.workspace, group=group, files=by_path, by=access.user
                )
                if done.errors:
                    raise RuntimeError(f"The demo piece was refused: {done.errors}")


def _begin_work(access: Access, piece: Piece) -> None:
    """Describe and tag as somebody would who has just started."""
    begun = BEGUN.get(piece.title)
    track = Track.objects.filter(workspace=access.workspace, title=piece.title).first()
    if begun is None or track is None:
        return
    terms = [
        Term.objects.get(workspace=access.workspace, facet=facet, slug=slug)
        for facet, slug in begun.terms
    ]
    assert_terms(access=access, track=track, add=terms, reason=f"Tag “{track}”")
    save_description(access=access, track=track, text=begun.description, row_version=0)


def _give_cover(access: Access) -> None:
    release = Release.objects.filter(workspace=access.workspace, title=ALBUM, artwork=None).first()
    if release is None:
        return
    artwork = store_artwork(
        workspace=access.workspace, data=cover(), original_name="four-rooms.png"
    )
    edit_row(
        "release",
        release.pk,
        {"artwork": artwork.pk, "kind": Release.Kind.COMPILATION},
        row_version=release.row_version,
        access=access,
        reason=f"Add the cover of “{release}”",
    )
