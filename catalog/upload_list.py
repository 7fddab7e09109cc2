"""What the upload page shows: my files of the last day, by the track they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from catalog.access import Access
from catalog.models import Stem, Track, Upload
from catalog.services.audio_store import ON_THE_WAY

SHOWN_FOR = timedelta(days=1)
AT_MOST = 600
_STATES = {
    Upload.Status.RECEIVING: ("waiting", "Waiting for the file"),
    Upload.Status.RECEIVED: ("running", "Checking"),
    Upload.Status.DONE: ("done", "Added"),
    Upload.Status.DUPLICATE: ("neutral", "Already here"),
    Upload.Status.FAILED: ("failed", "Refused"),
}


@dataclass(frozen=True)
class FileRow:
    """One file: where it stands, and what it is to its track."""

    upload: Upload

    @property
    def state(self) -> str:
        """State as badges name it."""
        return _STATES[Upload.Status(self.upload.status)][0]

    @property
    def state_label(self) -> str:
        """State in words."""
        return _STATES[Upload.Status(self.upload.status)][1]

    @property
    def is_coming(self) -> bool:
        """Bytes are still to come."""
        return self.upload.status == Upload.Status.RECEIVING

    @property
    def share(self) -> float:
        """How much of it has arrived, from 0 to 1."""
        return self.upload.offset / self.upload.byte_size if self.upload.byte_size else 0.0

    @property
    def role(self) -> str:
        """Role of a stem; empty for a whole recording."""
        if self.upload.stem is not None:
            return self.upload.stem.role
        return str(self.upload.metadata.get("role", ""))

    @property
    def role_label(self) -> str:
        """What the file is, in words."""
        role = self.role
        return str(Stem.Role(role).label) if role in Stem.Role.values else "Whole recording"

    @property
    def can_move(self) -> bool:
        """It is on its way, or in the catalog because of this upload."""
        return self.upload.status in (*ON_THE_WAY, Upload.Status.DONE) and not self.is_archive

    @property
    def is_archive(self) -> bool:
        """A zip, which is only a wrapping."""
        return "unpacked" in self.upload.metadata or self.upload.file_name.lower().endswith(".zip")

    @property
    def repair(self) -> str:
        """Another reading of the title, where an old tagger wrote it in a foreign encoding."""
        audio, track = self.upload.audio, self.upload.track
        if audio is None or track is None or self.upload.stem is not None:
            return ""
        offered = str(audio.embedded_tags.get("repairs", {}).get("title", ""))
        read = audio.embedded_tags.get("read", {}).get("title", [""])[0]
        return offered if offered and track.title == read else ""


@dataclass(frozen=True)
class FileGroup:
    """The files of one track."""

    key: str
    title: str
    track: Track | None
    rows: tuple[FileRow, ...]


@dataclass(frozen=True)
class UploadList:
    """All of it. `refused` and `archives` belong to no track."""

    groups: tuple[FileGroup, ...]
    archives: tuple[FileRow, ...]
    refused: tuple[FileRow, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing was sent lately."""
        return not (self.groups or self.archives or self.refused)

    @property
    def is_active(self) -> bool:
        """Something is on its way, so the list will change by itself."""
        rows = [row for group in self.groups for row in group.rows] + list(self.archives)
        return any(row.upload.status in ON_THE_WAY for row in rows)

    @property
    def track_ids(self) -> list[int]:
        """Tracks that these files are part of."""
        return [group.track.pk for group in self.groups if group.track is not None]


def upload_list(access: Access) -> UploadList:
    """Gather what this person sent to the workspace lately."""
    since = timezone.now() - SHOWN_FOR
    mine = Upload.objects.visible_to(access).filter(owner=access.user)
    recent = mine.filter(Q(created_at__gt=since) | Q(status__in=ON_THE_WAY))
    found = (
        recent.exclude(status=Upload.Status.CANCELLED)
        .select_related("track", "stem", "audio")
        .order_by("-created_at", "-pk")[:AT_MOST]
    )
    uploads = [upload for upload in found if not upload.metadata.get("dismissed")]
    newest = {upload.batch: upload.created_at for upload in reversed(uploads)}
    uploads.sort(key=lambda upload: upload.created_at)
    uploads.sort(key=lambda upload: newest[upload.batch], reverse=True)
    rows = [FileRow(upload) for upload in uploads]
    refused = [row for row in rows if row.upload.status == Upload.Status.FAILED]
    archives = [row for row in rows if row.is_archive and row not in refused]
    placed = [row for row in rows if row not in refused and row not in archives]
    return UploadList(_groups(placed), tuple(archives), tuple(refused))


def _groups(rows: Sequence[FileRow]) -> tuple[FileGroup, ...]:
    """Files of one track together: by the track once there is one, before that by the plan."""
    track_of_plan = {
        (row.upload.batch, row.upload.metadata.get("group")): row.upload.track
        for row in rows
        if row.upload.track is not None
    }
    found: dict[str, list[FileRow]] = {}
    tracks: dict[str, Track | None] = {}
    for row in rows:
        plan = (row.upload.batch, row.upload.metadata.get("group"))
        track = row.upload.track or track_of_plan.get(plan)
        key = f"track:{track.pk}" if track else f"group:{plan[1] or row.upload.pk}"
        found.setdefault(key, []).append(row)
        tracks[key] = track
    return tuple(
        FileGroup(key, _title(tracks[key], members), tracks[key], tuple(_whole_first(members)))
        for key, members in found.items()
    )


def _title(track: Track | None, rows: Sequence[FileRow]) -> str:
    if track is not None:
        return track.display_title
    planned = str(rows[0].upload.metadata.get("title", ""))
    return planned or rows[0].upload.file_name


def _whole_first(rows: Sequence[FileRow]) -> list[FileRow]:
    return sorted(rows, key=lambda row: (bool(row.role), row.upload.created_at, row.upload.pk))
