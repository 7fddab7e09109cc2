"""Tables on their way in: a file, how it was read, and a verdict for every row of it."""

from datetime import timedelta

from django.conf import settings
from django.db import models

from catalog.models.changes import ChangeSet
from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

MAX_ATTEMPTS = 3
LEASE = timedelta(minutes=12)
"""Longer than the hard time limit of the tasks."""


class TableImport(models.Model):
    """One table that somebody brings in, from the file to the one change set it becomes.

    `found` is what was detected; `settings` what the person chose; `counts` the sums of the
    verdicts. The file is kept for a while so that the rows can be checked again with other
    settings, and failed rows written back.
    """

    class Status(models.TextChoices):
        READING = "reading", "Reading the file"
        MAPPING = "mapping", "To be mapped"
        CHECKING = "checking", "Checking every row"
        CHECKED = "checked", "Checked"
        WAITING = "waiting", "Waits for approval"
        APPLYING = "applying", "Writing"
        DONE = "done", "Done"
        FAILED = "failed", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    file_name = models.CharField(max_length=255)
    byte_size = models.PositiveIntegerField()
    data = models.BinaryField()
    status = models.CharField(max_length=10, choices=Status, default=Status.READING)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    done_count = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    change_set = models.ForeignKey(
        ChangeSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )

    objects = WorkspaceQuerySet["TableImport"].as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "-id"], name="import_newest")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        """Whether a worker has something to do."""
        return self.status in WORKING


WORKING = (
    TableImport.Status.READING,
    TableImport.Status.CHECKING,
    TableImport.Status.APPLYING,
)


class ImportRow(models.Model):
    """A row of a table with its verdict.

    `texts` are the cells as they stand in the file; `notes` says by position what was mended or
    is wrong (`[state, sentence]`); `values` and `before` are cells of the catalog by column, only
    of those that change; `candidates` are tracks that may be meant (`[id, score]`).
    """

    class Verdict(models.TextChoices):
        NEW = "new", "New track"
        CHANGE = "change", "Changes"
        SAME = "same", "No change"
        DOUBT = "doubt", "To decide"
        PROBLEM = "problem", "Problem"
        LEFT_OUT = "left_out", "Left out"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    table = models.ForeignKey(TableImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    has_notes = models.BooleanField(default=False)
    label = models.CharField(max_length=300)
    how = models.CharField(max_length=8, blank=True)
    track_id = models.BigIntegerField(null=True)
    release_key = models.CharField(max_length=320, blank=True)
    decided = models.BooleanField(default=False)
    texts = models.JSONField(default=list)
    notes = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)

    objects = WorkspaceQuerySet["ImportRow"].as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["table", "number"], name="import_row_once"),
        ]
        indexes = [models.Index(fields=["table", "verdict", "number"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"row {self.number} of {self.table_id}"


class ImportMemory(models.Model):
    """How the columns of a source were mapped the last time; a source is known by its headings."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    headings_sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    file_name = models.CharField(max_length=255)
    used_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet["ImportMemory"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "headings_sha256"], name="import_memory_once"
            ),
        ]

    def __str__(self) -> str:
        return f"mapping of {self.file_name}"
