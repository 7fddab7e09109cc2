"""Files and folders of this machine become tracks: the way in without a browser."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from catalog.domain.audio_kinds import AUDIO_EXTENSIONS, RefusedFile, sniff
from catalog.domain.file_names import safe_path
from catalog.domain.stems import TrackFiles, group_files, title_key, titles_named
from catalog.errors import StudioError
from catalog.intake.archive import unpack
from catalog.intake.inspection import inspect_file
from catalog.models import Artist, AudioFile, ChangeSet, Stem, Track, User, Workspace
from catalog.services.audio_store import (
    check_quota,
    record_audio,
    sha256_of,
    store_bytes,
)
from catalog.services.ledger import Ledger, change_set
from catalog.services.placing import (
    Stored,
    add_stem,
    create_empty_track,
    create_track,
    fill_track,
    home_of,
    keep_cover,
    one_at_a_time,
    tell_of_audio,
)
from catalog.services.tracks import artist_named

_LEFTOVERS = {".ds_store", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class FoundFile:
    """A file of this machine, and the path that its grouping goes by."""

    file: Path
    path: str


@dataclass(frozen=True)
class Skipped:
    """A file in a folder that is no audio and does not claim to be."""

    path: str


@dataclass
class Ingested:
    """What became of one track's files. `errors` names files that were refused, with the reason."""

    path: str
    track: Track | None = None
    is_new: bool = False
    stems: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    audio_ids: list[int] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Nothing of it came in."""
        return self.track is None


def find_files(
    paths: Sequence[Path], unpacked_into: Path
) -> Iterator[FoundFile | Ingested | Skipped]:
    """Walk files and folders in a fixed order; archives are unpacked into a folder given.

    In folders, files that neither are audio nor are called so are given as `Skipped`: covers,
    texts, session files. A file that was named itself is always taken up. An archive that is
    refused is given as a failed `Ingested`.
    """
    for start in paths:
        inside = sorted(start.rglob("*")) if start.is_dir() else [start]
        for file in inside:
            relative = file.relative_to(start.parent) if start.is_dir() else Path(file.name)
            if not file.is_file() or file.name.lower() in _LEFTOVERS or file.name.startswith("._"):
                continue
            if file.suffix.lower() == ".zip":
                yield from _inside_zip(file, relative, unpacked_into)
            elif file != start and not _is_called_audio(file.name) and not _sounds(file):
                yield Skipped(str(file))
            else:
                yield FoundFile(file, safe_path(str(relative)))


def _is_called_audio(name: str) -> bool:
    return Path(name).suffix.lower() in AUDIO_EXTENSIONS


def _sounds(file: Path) -> bool:
    """Whether the first bytes look like a kind of audio that the studio takes."""
    with file.open("rb") as opened:

        def read_at(offset: int, size: int) -> bytes:
            opened.seek(offset)
            return opened.read(size)

        found = sniff(read_at, file.stat().st_size)
    return found.kind.is_audio and not found.junk_bytes


def _inside_zip(file: Path, relative: Path, unpacked_into: Path) -> Iterator[FoundFile | Ingested]:
    target = Path(tempfile.mkdtemp(dir=unpacked_into))
    try:
        found, _ = unpack(file, file.name, target, limit_bytes=50 * 1024**3)
    except RefusedFile as error:
        yield Ingested(str(file), errors={str(file): f"{error} {error.hint}".strip()})
        return
    folder = "" if str(relative.parent) == "." else f"{relative.parent}/"
    for item in found:
        yield FoundFile(item.file, f"{folder}{item.relative_path}")


def plan(workspace: Workspace, found: Sequence[FoundFile]) -> tuple[TrackFiles, ...]:
    """Group files into tracks; single parts find the track that the catalog has."""
    paths = [item.path for item in found]
    wanted = {title_key(title) for path in paths for title in titles_named(path)}
    titles = Track.objects.filter(workspace=workspace).values_list("title", flat=True)
    known = [title for title in titles.iterator() if title_key(title) in wanted] if wanted else []
    return group_files(paths, known_titles=known)


def ingest_group(
    *,
    workspace: Workspace,
    group: TrackFiles,
    files: dict[str, FoundFile],
    artist: str = "",
    by: User | None = None,
) -> Ingested:
    """Bring the files of one track into the catalog; known bytes are recognised.

    A file that is refused stops none of the others.
    """
    shown = str(files[group.paths[0]].file)
    done = Ingested(shown)
    stored: dict[str, Stored] = {}
    for path in group.paths:
        try:
            stored[path] = _store(workspace, files[path], by)
        except StudioError as error:
            done.errors[str(files[path].file)] = f"{error} {error.hint}".strip()
    if stored:
        _place(workspace, group, stored, artist, by, done)
    return done


def _store(workspace: Workspace, found: FoundFile, by: User | None) -> Stored:
    """Put one file into the store, unless the workspace has its bytes."""
    name = found.path.rpartition("/")[2]
    size = found.file.stat().st_size
    if size == 0:
        raise RefusedFile(f"“{name}” is empty (0 bytes).", hint="Export it again.")
    sha256 = sha256_of(found.file)
    known = AudioFile.objects.filter(workspace=workspace, sha256=sha256).first()
    inspection = inspect_file(found.file, name)
    if inspection.kind == "zip":
        raise RefusedFile(f"“{name}” is a zip archive under another name.", hint="Call it .zip.")
    if known is not None:
        return Stored(known, inspection.draft)
    check_quota(workspace, size)
    storage_name = store_bytes(workspace=workspace, path=found.file, sha256=sha256)
    cover, _ = keep_cover(workspace, inspection, name)
    audio = record_audio(
        workspace=workspace,
        storage_name=storage_name,
        sha256=sha256,
        byte_size=size,
        name=name,
        inspection=inspection,
        cover=cover,
        by=by,
    )
    return Stored(audio, inspection.draft, cover)


def _place(
    workspace: Workspace,
    group: TrackFiles,
    stored: dict[str, Stored],
    artist: str,
    by: User | None,
    done: Ingested,
) -> None:
    with transaction.atomic():
        one_at_a_time(workspace)
        with change_set(
            workspace=workspace,
            actor=by,
            source=ChangeSet.Source.UPLOAD,
            reason=f"Ingest “{group.title}”",
        ) as ledger:
            track = _known_track(workspace, group, stored)
            done.is_new = track is None
            if track is None:
                track = _new_track(ledger, group, stored, artist, by)
            elif group.main in stored and track.audio_id is None:
                track = fill_track(ledger, track, stored[group.main])
            for stem in group.stems:
                if stem.path in stored:
                    audio = stored[stem.path].audio
                    add_stem(ledger, track, audio, role=stem.role, label=stem.label)
        done.track = track
        done.stems = Stem.objects.filter(track=track).count()
        for item in stored.values():
            done.audio_ids.append(item.audio.pk)
            tell_of_audio(item.audio)


def _known_track(
    workspace: Workspace, group: TrackFiles, stored: dict[str, Stored]
) -> Track | None:
    """Find the track that these files already are, or that a lone part belongs to."""
    if group.main in stored:
        track, _ = home_of(stored[group.main].audio)
        return track
    for item in stored.values():
        track, stem = home_of(item.audio)
        if stem is not None:
            return track
    same = Track.objects.filter(workspace=workspace, title__iexact=group.title)[:2]
    return same[0] if len(same) == 1 else None


def _new_track(
    ledger: Ledger, group: TrackFiles, stored: dict[str, Stored], artist: str, by: User | None
) -> Track:
    artists: list[Artist] = [artist_named(ledger, artist)] if artist.strip() else []
    if group.main in stored:
        return create_track(ledger, stored[group.main], by=by, artists=artists)
    names = next((item.draft.artists for item in stored.values() if item.draft.artists), ())
    return create_empty_track(ledger, group.title[:300], by=by, names=names, artists=artists)
