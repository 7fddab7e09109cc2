"""Stored bytes: audio and pictures, each once by its SHA-256, never altered."""

from django.db import models

from catalog.models.people import User, Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class AudioFile(models.Model):
    """An audio file as it was handed in.

    `embedded_tags` are the tags as read, before a person agreed to any of them. The technical
    columns are empty until the file was probed. `preview_name` is a copy that browsers play, made
    where they do not play the original.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audio_files")
    sha256 = models.CharField(max_length=64)
    byte_size = models.BigIntegerField()
    storage_name = models.CharField(max_length=255)
    original_name = models.CharField(max_length=255)
    container = models.CharField(max_length=40, blank=True)
    codec = models.CharField(max_length=40, blank=True)
    duration_s = models.FloatField(null=True, blank=True)
    sample_rate_hz = models.PositiveIntegerField(null=True, blank=True)
    channels = models.PositiveSmallIntegerField(null=True, blank=True)
    bits_per_sample = models.PositiveSmallIntegerField(null=True, blank=True)
    embedded_tags = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    preview_name = models.CharField(max_length=255, blank=True)
    preview_byte_size = models.BigIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField(auto_now_add=True)
    stored_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = WorkspaceQuerySet["AudioFile"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="audio_file_once"),
        ]

    def __str__(self) -> str:
        return self.original_name


class Artwork(models.Model):
    """A picture, re-encoded by us; `storage_name` is the full size, thumbnails are beside it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="artworks")
    sha256 = models.CharField(max_length=64)
    byte_size = models.BigIntegerField()
    storage_name = models.CharField(max_length=255)
    thumbnail_name = models.CharField(max_length=255, blank=True)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    original_name = models.CharField(max_length=255, blank=True)
    stored_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["Artwork"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="artwork_once"),
        ]

    def __str__(self) -> str:
        return self.original_name or f"artwork {self.width_px} x {self.height_px}"
