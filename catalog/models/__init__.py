"""Every table of the catalog."""

from catalog.models.artists import Artist
from catalog.models.audit import AuditEvent
from catalog.models.bulk import BulkEdit, PlannedChange, Recipe
from catalog.models.changes import Change, ChangeComment, ChangeSet
from catalog.models.descriptions import Description, Opinion, Override, Remark, WordingRules
from catalog.models.exports import TableExport
from catalog.models.files import Artwork, AudioFile
from catalog.models.grids import SavedView
from catalog.models.imports import ImportMemory, ImportRow, TableImport
from catalog.models.notices import Notice
from catalog.models.people import Invitation, Membership, User, Workspace
from catalog.models.releases import Release, ReleaseCredit
from catalog.models.requests import ChangeRequest
from catalog.models.stems import Stem
from catalog.models.steps import ReleaseStep
from catalog.models.terms import Assertion, Term
from catalog.models.tracks import Track, TrackCredit
from catalog.models.undoing import UndoRun
from catalog.models.uploads import Upload

__all__ = [
    "Artist",
    "Artwork",
    "Assertion",
    "AudioFile",
    "AuditEvent",
    "BulkEdit",
    "Change",
    "ChangeComment",
    "ChangeRequest",
    "ChangeSet",
    "Description",
    "ImportMemory",
    "ImportRow",
    "Invitation",
    "Membership",
    "Notice",
    "Opinion",
    "Override",
    "PlannedChange",
    "Recipe",
    "Release",
    "ReleaseCredit",
    "ReleaseStep",
    "Remark",
    "SavedView",
    "Stem",
    "TableExport",
    "TableImport",
    "Term",
    "Track",
    "TrackCredit",
    "UndoRun",
    "Upload",
    "User",
    "WordingRules",
    "Workspace",
]
