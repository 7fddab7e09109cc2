"""What is sold: singles, EPs, albums."""

from django.db import models

from catalog.models.artists import Artist
from catalog.models.files import Artwork
from catalog.models.people import Workspace
from catalog.models.tenancy import VersionedRow, WorkspaceQuerySet


class Release(VersionedRow):
    """A release; its tracks carry disc and track number.

    `release_year` is for where only the year is known; it does not follow from `release_date`.
    """

    class Kind(models.TextChoices):
        SINGLE = "single", "Single"
        EP = "ep", "EP"
        ALBUM = "album", "Album"
        COMPILATION = "compilation", "Compilation"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="releases")
    title = models.CharField(max_length=300)
    version_title = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SINGLE)
    upc = models.CharField("UPC/EAN", max_length=14, blank=True)
    catalogue_number = models.CharField(max_length=60, blank=True)
    label_name = models.CharField("label", max_length=200, blank=True)
    release_date = models.DateField(null=True, blank=True)
    release_year = models.PositiveSmallIntegerField(null=True, blank=True)
    original_date = models.DateField(null=True, blank=True)
    p_line = models.CharField("P line", max_length=300, blank=True)
    c_line = models.CharField("C line", max_length=300, blank=True)
    artwork = models.ForeignKey(
        Artwork, null=True, blank=True, on_delete=models.SET_NULL, related_name="releases"
    )
    artists = models.ManyToManyField(Artist, through="ReleaseCredit", related_name="releases")

    objects = WorkspaceQuerySet["Release"].as_manager()

    class Meta:
        ordering = ["-release_date", "title", "pk"]
        indexes = [models.Index(fields=["workspace", "title"], name="release_by_title")]

    def __str__(self) -> str:
        return self.title


class ReleaseCredit(models.Model):
    """One artist on a release, in order."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="credits")
    artist = models.ForeignKey(Artist, on_delete=models.PROTECT, related_name="release_credits")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "artist"], name="release_credit_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.artist} on {self.release}"
