"""Reads that the pages of texts share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from catalog import selectors as catalog_selectors
from catalog.access import Access
from catalog.domain.anchors import find_quote
from catalog.models import Description, Membership, Remark, Track, User
from catalog.selectors import ChangeLine
from catalog.services.descriptions import Slot, lengths

State = Description.State
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ja", "ar")


def track_of(access: Access, track_id: int) -> Track | None:
    """A track with what its player and its facts need."""
    return catalog_selectors.tracks_for_list(access).filter(pk=track_id).first()


def slot_from(data: Mapping[str, str]) -> Slot:
    """Which text an address or a form speaks of; what it leaves open or gets wrong is the usual."""
    language = data.get("language", "en").strip().lower()[:35] or "en"
    if not language.replace("-", "").isalnum():
        language = "en"
    if data.get("purpose") == Description.Purpose.PITCH:
        return Slot(language, settings.PITCH_LENGTH, Description.Purpose.PITCH)
    known = lengths()
    asked = data.get("length", "")
    usual = Description.Length.MEDIUM if Description.Length.MEDIUM in known else known[0]
    return Slot(language, int(asked) if asked in map(str, known) else int(usual))


def slot_query(slot: Slot) -> str:
    """The slot as the query of an address."""
    return f"language={slot.language}&length={slot.length}&purpose={slot.purpose}"


@dataclass(frozen=True, slots=True)
class SlotTab:
    """One text of a track among its others."""

    label: str
    url: str
    current: bool
    count: str = ""


def slot_tabs(access: Access, track: Track, here: Slot) -> list[SlotTab]:
    """The texts of a track in one language, and its pitch, with their states."""
    rows = Description.objects.visible_to(access).filter(track=track, language=here.language)
    states = {(row.purpose, row.length): row.get_state_display() for row in rows if row.text}
    page = reverse("descriptions:edit", args=[access.workspace.slug, track.pk])
    slots = [Slot(here.language, length) for length in lengths()]
    slots.append(Slot(here.language, settings.PITCH_LENGTH, Description.Purpose.PITCH))
    tabs = []
    for slot in slots:
        is_pitch = slot.purpose == Description.Purpose.PITCH
        name = "Pitch" if is_pitch else f"{slot.length:,} characters"
        state = states.get((str(slot.purpose), slot.length), "")
        tabs.append(
            SlotTab(
                f"{name}: {state.lower()}" if state else name,
                f"{page}?{slot_query(slot)}",
                slot == here,
            )
        )
    return tabs


def languages_of(access: Access, track: Track, here: str) -> list[str]:
    """Languages to choose from: the usual ones and those the track has."""
    own = Description.objects.visible_to(access).filter(track=track).values_list("language")
    return list(dict.fromkeys([*LANGUAGES, *(row[0] for row in own), here]))


@dataclass(frozen=True, slots=True)
class ShownRemark:
    """A remark with where its words stand now."""

    row: Remark
    place: tuple[int, int] | None

    @property
    def is_edit(self) -> bool:
        """Whether it proposes other words."""
        return self.row.kind == Remark.Kind.EDIT

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it."""
        return self.row.status == Remark.Status.OPEN


def remarks_on(access: Access, description: Description) -> list[ShownRemark]:
    """Remarks on a text, the open ones first."""
    rows = (
        Remark.objects.visible_to(access)
        .filter(description=description)
        .select_related("author", "decided_by")
    )
    shown = [ShownRemark(row, find_quote(description.text, row.quote, row.start)) for row in rows]
    return sorted(shown, key=lambda remark: (not remark.is_open, remark.row.pk))


def members_of(access: Access) -> list[User]:
    """People a text can be assigned to."""
    rows = Membership.objects.filter(workspace_id=access.workspace_id, user__is_active=True)
    return [row.user for row in rows.select_related("user").order_by("user__name")]


@dataclass(frozen=True, slots=True)
class Version:
    """One text a description had."""

    number: int
    text: str
    line: ChangeLine


def versions_of(access: Access, description: Description) -> list[Version]:
    """Every text a description had, the newest first."""
    rows = [
        row
        for row in catalog_selectors.description_versions(description)[:60]
        if row.field == "text" or row.after is not None
    ]
    lines = catalog_selectors.change_lines(rows, access.workspace_id)
    return [
        Version(
            line.change.row_version,
            str((line.change.after or {}).get("text", ""))
            if line.change.field == "*"
            else str(line.change.after or ""),
            line,
        )
        for line in lines
    ]


def texts_for_list(access: Access, filters: Mapping[str, str]) -> QuerySet[Description]:
    """Texts of the workspace by state, release, language, length, assignee and words."""
    rows = (
        Description.objects.visible_to(access)
        .select_related("track__release", "assignee")
        .order_by("track__release__title", "track__disc_number", "track__track_number", "pk")
    )
    if filters.get("state") in State.values:
        rows = rows.filter(state=filters["state"])
    if filters.get("language"):
        rows = rows.filter(language=filters["language"].replace("\x00", ""))
    if filters.get("length", "").isdigit():
        rows = rows.filter(length=int(filters["length"][:5]))
    if filters.get("release", "").isdigit():
        rows = rows.filter(track__release_id=int(filters["release"][:15]))
    if filters.get("mine"):
        rows = rows.filter(assignee_id=access.user_id)
    for word in filters.get("q", "").replace("\x00", "").split():
        rows = rows.filter(Q(text__icontains=word) | Q(track__title__icontains=word))
    return rows


def counts_by_state(access: Access) -> dict[str, int]:
    """How many texts are in each state."""
    rows = Description.objects.visible_to(access).order_by().values("state")
    return {row["state"]: row["count"] for row in rows.annotate(count=Count("pk"))}


def player_of(access: Access, track: Track) -> dict[str, Any]:
    """What the play button of a track takes."""
    slug = access.workspace.slug
    src = reverse("catalog:audio", args=[slug, track.audio_id]) if track.audio_id else ""
    stems = [
        {
            "key": f"stem-{stem.pk}",
            "label": str(stem),
            "src": reverse("catalog:audio", args=[slug, stem.audio_id]),
        }
        for stem in track.stems.all()
    ]
    return {
        "src": src,
        "stems": stems,
        "duration_s": track.audio.duration_s if track.audio else None,
        "href": reverse("catalog:track_detail", args=[slug, track.pk]),
    }
