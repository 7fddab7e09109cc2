"""Parts of a recording."""

from typing import TYPE_CHECKING

from django.db import models

from catalog.models.files import AudioFile
from catalog.models.people import Workspace
from catalog.models.tenancy import VersionedRow, WorkspaceQuerySet
from catalog.models.tracks import Track

if TYPE_CHECKING:
    from catalog.access import Access


class StemQuerySet(WorkspaceQuerySet["Stem"]):
    """Stems of the tracks one may see."""

    def visible_to(self, access: "Access") -> "StemQuerySet":
        """Stems whose track is visible to the person."""
        return self.filter(
            workspace_id=access.workspace_id, track__in=Track.objects.visible_to(access)
        )


class Stem(VersionedRow):
    """One part of a track (drums, bass, vocals ...)."""

    class Role(models.TextChoices):
        DRUMS = "drums", "Drums"
        PERCUSSION = "percussion", "Percussion"
        BASS = "bass", "Bass"
        GUITAR = "guitar", "Guitar"
        KEYS = "keys", "Keys"
        SYNTH = "synth", "Synth"
        STRINGS = "strings", "Strings"
        BRASS = "brass", "Brass"
        WOODWIND = "woodwind", "Woodwind"
        CHORDS = "chords", "Chords"
        MELODY = "melody", "Melody"
        VOCALS = "vocals", "Vocals"
        BACKING_VOCALS = "backing_vocals", "Backing vocals"
        EFFECTS = "effects", "Effects"
        OTHER = "other", "Other"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="stems")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="stems")
    role = models.CharField(max_length=16, choices=Role, default=Role.OTHER)
    label = models.CharField(max_length=120, blank=True)
    audio = models.ForeignKey(AudioFile, on_delete=models.PROTECT, related_name="stems")
    position = models.PositiveSmallIntegerField(default=0)

    objects = StemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["track", "audio"], name="stem_audio_once"),
        ]

    def __str__(self) -> str:
        return self.label or self.get_role_display()
