"""Which files of one batch belong together, as their names suggest or as a person says."""

import uuid
from collections.abc import Sequence

from django.db.models.functions import Lower

from catalog.access import Access
from catalog.domain.draft import draft_from
from catalog.domain.stems import TrackFiles, group_files, title_key, titles_named
from catalog.errors import StudioError
from catalog.models import ChangeSet, Stem, Track, Upload
from catalog.services.audio_store import ON_THE_WAY
from catalog.services.changes import NotYours
from catalog.services.ledger import Ledger, change_set
from catalog.services.placing import Stored, add_stem, create_track, one_at_a_time

OWN_TRACK = "new"


def plan_batch(*, access: Access, batch: uuid.UUID) -> None:
    """Write down where each file of a batch goes, before it arrives.

    Files that a person placed, and those already in the catalog, stay where they are.
    """
    waiting = list(
        Upload.objects.filter(
            workspace_id=access.workspace_id, batch=batch, track=None, stem=None
        ).exclude(status__in=(Upload.Status.FAILED, Upload.Status.CANCELLED))
    )
    by_path: dict[str, list[Upload]] = {}
    for upload in waiting:
        if upload.file_name.lower().endswith(".zip"):
            continue  # what is inside is planned once it is unpacked
        by_path.setdefault(upload.relative_path or upload.file_name, []).append(upload)
    known = _known_tracks(access, list(by_path))
    groups = group_files(list(by_path), known_titles=[track.title for track in known.values()])
    for group in groups:
        _write_group(group, by_path, known)


def _write_group(
    group: TrackFiles, by_path: dict[str, list[Upload]], known: dict[str, Track]
) -> None:
    key = group.main or group.paths[0]
    joins = known.get(title_key(group.title)) if group.main is None else None
    for path in group.paths:
        stem = next((stem for stem in group.stems if stem.path == path), None)
        for upload in by_path[path]:
            if upload.metadata.get("by_hand"):
                continue
            upload.metadata = {
                **upload.metadata,
                "group": key,
                "title": group.title,
                "role": stem.role if stem else "",
                "label": stem.label if stem else "",
                "existing": joins.pk if joins and stem else None,
            }
            upload.save(update_fields=["metadata"])


def _known_tracks(access: Access, paths: Sequence[str]) -> dict[str, Track]:
    """Tracks of the catalog that parts among these files may belong to, by folded title."""
    titles = {title.lower() for path in paths for title in titles_named(path)}
    if not titles:
        return {}
    found = Track.objects.editable_by(access).annotate(lower=Lower("title"))
    known: dict[str, Track] = {}
    twice: set[str] = set()
    for track in found.filter(lower__in=titles)[:500]:
        key = title_key(track.title)
        if key in known:
            twice.add(key)
        known[key] = track
    # Two tracks of one title: a name cannot say which is meant, a person can.
    return {key: track for key, track in known.items() if key not in twice}


def move_upload(*, access: Access, upload: Upload, to: str, role: str = "") -> ChangeSet | None:
    """Put a file somewhere else: `new` for a track of its own, `track:<id>` or `group:<key>`.

    A file that is still coming only changes its plan; one that is in the catalog is moved by a
    change set, which can be undone.

    Raises
    ------
    StudioError : the file cannot go there, in words
    """
    target, title = _target(access, upload, to)
    if to != OWN_TRACK and role not in Stem.Role.values:
        role = Stem.Role.OTHER
    if upload.track is None:
        _change_plan(upload, to, target, title, role)
        return None
    if upload.audio is None or upload.status != Upload.Status.DONE:
        raise StudioError("Only a file that is in the catalog can be moved.")
    _check_editable(access, [upload.track, *([target] if target else [])])
    with change_set(
        workspace=access.workspace,
        actor=access.user,
        source=ChangeSet.Source.UPLOAD,
        reason=f"Move “{upload.file_name}”",
    ) as ledger:
        one_at_a_time(access.workspace)
        if to == OWN_TRACK:
            _to_own_track(ledger, upload, access)
        elif target is None:
            raise StudioError("That track is still coming.", hint="Wait for it and move again.")
        elif upload.stem is not None:
            ledger.put(upload.stem, track=target.pk, role=role)
            upload.track = target
        else:
            _to_stem(ledger, upload, target, role)
    upload.metadata = {**upload.metadata, "role": role if target else "", "by_hand": True}
    upload.save(update_fields=["track", "stem", "metadata"])
    return None if ledger.is_empty else ledger.change_set


def _target(access: Access, upload: Upload, to: str) -> tuple[Track | None, str]:
    """Find the track a file is to join (None while it is still to come), and its title."""
    kind, _, value = to.partition(":")
    if to == OWN_TRACK:
        return None, ""
    if kind == "track" and value.isdigit():
        track = Track.objects.editable_by(access).filter(pk=int(value)).first()
        if track is not None:
            return track, track.title
    if kind == "group":
        fellows = Upload.objects.filter(workspace_id=access.workspace_id, batch=upload.batch)
        of_group = [u for u in fellows.exclude(pk=upload.pk) if u.metadata.get("group") == value]
        if of_group:
            placed = next((u.track for u in of_group if u.track_id), None)
            return placed, str(of_group[0].metadata.get("title", ""))
    raise StudioError("That track is not there any more.", hint="Reload the page and choose again.")


def _change_plan(upload: Upload, to: str, target: Track | None, title: str, role: str) -> None:
    if upload.status not in ON_THE_WAY:
        raise StudioError("Only a file that is coming or in the catalog can be moved.")
    own = to == OWN_TRACK
    upload.metadata = {
        **upload.metadata,
        "group": f"own:{upload.pk}" if own else to.removeprefix("group:"),
        "title": title,
        "role": "" if own else role,
        "label": "",
        "existing": target.pk if target else None,
        "by_hand": True,
    }
    upload.save(update_fields=["metadata"])


def _to_own_track(ledger: Ledger, upload: Upload, access: Access) -> None:
    """Make a track of a file that was a stem."""
    if upload.stem is None or upload.audio is None:
        raise StudioError(f"“{upload.file_name}” already is a track of its own.")
    tags = upload.audio.embedded_tags.get("read", {})
    stored = Stored(upload.audio, draft_from(tags, file_name=upload.file_name))
    ledger.delete(upload.stem)
    upload.track, upload.stem = create_track(ledger, stored, by=access.user), None


def _to_stem(ledger: Ledger, upload: Upload, target: Track, role: str) -> None:
    """Make a stem of a file that was a track; the track goes, an undo brings it back."""
    track, audio = upload.track, upload.audio
    if track is None or audio is None or track.pk == target.pk:
        raise StudioError(f"“{upload.file_name}” is that track's whole recording.")
    if Stem.objects.filter(track=track).exists():
        raise StudioError(
            f"“{track}” has stems of its own, so it cannot become one.",
            hint="Move its stems first.",
        )
    stem = add_stem(ledger, target, audio, role=role, label="")
    if stem is None:
        raise StudioError(f"“{target}” has this file already.")
    ledger.delete(track)
    upload.track, upload.stem = target, stem


def _check_editable(access: Access, tracks: Sequence[Track]) -> None:
    pks = {track.pk for track in tracks}
    allowed = Track.objects.editable_by(access).filter(pk__in=pks).values_list("pk", flat=True)
    if refused := pks - set(allowed):
        raise NotYours(sorted(str(track) for track in tracks if track.pk in refused))
