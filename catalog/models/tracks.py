"""A recording, its credits and the facts people stand behind."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from catalog.models.artists import Artist
from catalog.models.files import AudioFile
from catalog.models.people import Workspace
from catalog.models.releases import Release
from catalog.models.tenancy import VersionedRow, WorkspaceQuerySet
from catalog.roles import Permission, Role

if TYPE_CHECKING:
    from catalog.access import Access

KEY_TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
ISRC_PATTERN = r"^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"


class TrackQuerySet(WorkspaceQuerySet["Track"]):
    """Tracks by who may see and change them, and by what they allow."""

    def visible_to(self, access: "Access") -> "TrackQuerySet":
        """All tracks of the workspace; for the role artist, their own."""
        rows = self.filter(workspace_id=access.workspace_id)
        return rows.owned_by(access) if access.role is Role.ARTIST else rows

    def editable_by(self, access: "Access") -> "TrackQuerySet":
        """Tracks this person may change."""
        if access.can(Permission.EDIT):
            return self.visible_to(access)
        if access.can(Permission.EDIT_OWN):
            return self.filter(workspace_id=access.workspace_id).owned_by(access)
        return self.none()

    def owned_by(self, access: "Access") -> "TrackQuerySet":
        """Tracks credited to the member's artists, or made by the member."""
        credited = TrackCredit.objects.filter(
            track_id=OuterRef("pk"), artist_id__in=access.artist_ids
        )
        return self.filter(Q(created_by_id=access.user_id) | Exists(credited))

    def simulatable(self) -> "TrackQuerySet":
        """Tracks whose owner has not opted out of simulation."""
        return self.filter(opt_out_simulation=False)

    def trainable(self) -> "TrackQuerySet":
        """Tracks whose owner has not opted out of training."""
        return self.filter(opt_out_training=False)

    def exportable(self) -> "TrackQuerySet":
        """Tracks whose owner has not opted out of export."""
        return self.filter(opt_out_export=False)


class Track(VersionedRow):
    """A recording. Facts here are assertions: typed in, imported, or accepted from a suggestion."""

    class Advisory(models.TextChoices):
        UNSET = "", "Not set"
        EXPLICIT = "explicit", "Explicit"
        CLEAN = "clean", "Clean edit of an explicit track"
        NOT_EXPLICIT = "not_explicit", "Not explicit"

    class KeyMode(models.TextChoices):
        UNSET = "", "Not set"
        MAJOR = "major", "Major"
        MINOR = "minor", "Minor"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tracks")
    title = models.CharField(max_length=300)
    version_title = models.CharField(max_length=200, blank=True)
    artists = models.ManyToManyField(Artist, through="TrackCredit", related_name="tracks")
    release = models.ForeignKey(
        Release, null=True, blank=True, on_delete=models.SET_NULL, related_name="tracks"
    )
    disc_number = models.PositiveSmallIntegerField(null=True, blank=True)
    track_number = models.PositiveSmallIntegerField(null=True, blank=True)
    isrc = models.CharField("ISRC", max_length=12, blank=True)
    iswc = models.CharField("ISWC", max_length=11, blank=True)
    audio = models.ForeignKey(
        AudioFile, null=True, blank=True, on_delete=models.PROTECT, related_name="tracks"
    )
    tempo_bpm = models.FloatField("tempo (BPM)", null=True, blank=True)
    key_tonic = models.CharField("key", max_length=2, blank=True)
    key_mode = models.CharField("mode", max_length=5, choices=KeyMode, blank=True)
    title_language = models.CharField(max_length=35, blank=True)
    lyrics_language = models.CharField(max_length=35, blank=True)
    advisory = models.CharField(max_length=12, choices=Advisory, blank=True)
    recording_year = models.PositiveSmallIntegerField(null=True, blank=True)
    notes = models.TextField(blank=True)
    opt_out_simulation = models.BooleanField("not in simulations", default=False)
    opt_out_training = models.BooleanField("not for training", default=False)
    opt_out_export = models.BooleanField("not in exports", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = TrackQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [
            models.Index(fields=["workspace", "title", "id"], name="track_by_title"),
            models.Index(fields=["workspace", "-created_at"], name="track_by_age"),
            models.Index(fields=["workspace", "isrc"], name="track_by_isrc"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(isrc="") | Q(isrc__regex=ISRC_PATTERN), name="track_isrc_form"
            ),
            models.CheckConstraint(
                condition=Q(tempo_bpm=None) | Q(tempo_bpm__gt=0, tempo_bpm__lt=1000),
                name="track_tempo_range",
            ),
            models.CheckConstraint(
                condition=Q(key_tonic="") | Q(key_tonic__in=KEY_TONICS), name="track_key_tonic"
            ),
        ]

    def __str__(self) -> str:
        return self.display_title

    @property
    def display_title(self) -> str:
        """Title with the version in brackets."""
        return f"{self.title} ({self.version_title})" if self.version_title else self.title

    @property
    def artist_line(self) -> str:
        """Artists by name, in order; free where `credits__artist` was prefetched."""
        return ", ".join(credit.artist.name for credit in self.credits.all())


class TrackCredit(models.Model):
    """One artist on a track, with a role, in order."""

    class Role(models.TextChoices):
        MAIN = "main", "Main artist"
        FEATURED = "featured", "Featured"
        REMIXER = "remixer", "Remixer"

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="credits")
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="track_credits")
    role = models.CharField(max_length=10, choices=Role, default=Role.MAIN)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["track", "artist", "role"], name="track_credit_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.artist} on {self.track}"
