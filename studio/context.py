"""What the frame of every page needs: the workspace, its places, what waits there, how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from catalog.access import Access, access_for
from catalog.models import User, Workspace
from catalog.selectors import workspaces_of

THEMES = frozenset({"light", "dark"})
DENSITIES = frozenset({"compact"})


@dataclass(frozen=True)
class PlaceSpec:
    """A place in the rail: its page, and the other pages that belong to it."""

    icon: str
    label: str
    view_name: str
    also: tuple[str, ...] = ()

    def holds(self, view_name: str) -> bool:
        """Tell whether the page of this view name lies in this place."""
        return view_name == self.view_name or any(view_name.startswith(name) for name in self.also)


@dataclass(frozen=True)
class Place:
    """A place in the rail, ready to draw."""

    icon: str
    label: str
    url: str
    current: bool
    count: int = 0
    count_words: str = ""


# The first that holds a page wins, so the narrow ones stand before the app-wide ones.
PLACES = (
    PlaceSpec("home", "Home", "catalog:home"),
    PlaceSpec("catalog", "Catalog", "catalog:track_list", also=("catalog:",)),
    PlaceSpec("review", "Review", "analysis:review", also=("analysis:",)),
    PlaceSpec("prompts", "Prompts", "prompts:box", also=("prompts:",)),
    PlaceSpec("surfacing", "Surfacing", "analytics:report", also=("analytics:",)),
    PlaceSpec(
        "settings",
        "Settings",
        "catalog:settings",
        also=("catalog:members", "catalog:vocabulary", "catalog:audit", "analysis:operations"),
    ),
)
SEARCH_PAGE = "catalog:track_list"
ACCOUNT_PAGES = ("account_", "mfa_")
NARROW_FIRST = sorted(PLACES, key=lambda place: place.label != "Settings")


class Frame:
    """The parts of a page's frame, each computed when a template first asks, once a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def access(self) -> Access | None:
        """The workspace of this page; on the pages about one's own account, the one used last."""
        inside: Access | None = getattr(self._request, "access", None)
        user = self._request.user
        if inside or not self._view_name.startswith(ACCOUNT_PAGES) or not isinstance(user, User):
            return inside
        workspace = workspaces_of(user).first()
        return access_for(user, workspace.slug) if workspace else None

    @property
    def workspace(self) -> Workspace | None:
        """The workspace whose places the rail shows; None where there is none to show."""
        return self.access.workspace if self.access else None

    @cached_property
    def workspaces(self) -> list[dict[str, str]]:
        """Workspaces the person can switch to, by name."""
        user = self._request.user
        if not user.is_authenticated:
            return []
        return [
            {"name": row.name, "slug": row.slug, "url": reverse("catalog:home", args=[row.slug])}
            for row in workspaces_of(user)
        ]

    @cached_property
    def nav(self) -> list[Place]:
        """The places of the rail, with what waits there."""
        if self.access is None:
            return []
        here = next((place for place in NARROW_FIRST if place.holds(self._view_name)), None)
        return [place for spec in PLACES if (place := self._place(spec, spec is here))]

    @property
    def search_url(self) -> str:
        """Where the search box of the top bar sends its words."""
        return self._address(SEARCH_PAGE)

    @property
    def search_text(self) -> str:
        """What was searched for, on the page that shows what was found."""
        here = self._view_name == SEARCH_PAGE
        return self._request.GET.get("q", "") if here else ""

    def _place(self, spec: PlaceSpec, current: bool) -> Place | None:
        try:
            url = self._address(spec.view_name)
        except NoReverseMatch:
            return None
        return Place(spec.icon, spec.label, url, current)

    @property
    def _view_name(self) -> str:
        match = self._request.resolver_match
        return match.view_name if match else ""

    def _address(self, view_name: str) -> str:
        return reverse(view_name, args=[self.access.workspace.slug]) if self.access else ""


def studio(request: HttpRequest) -> dict[str, Any]:
    """Context processor of every template: `frame` and `ui`."""
    frame = getattr(request, "frame", None)
    if frame is None:
        frame = Frame(request)
        request.frame = frame  # type: ignore[attr-defined]  # one frame a request, however many templates
    access: Access | None = getattr(request, "access", None)
    return {
        "frame": frame,
        "access": access,
        "workspace": access.workspace if access else None,
        "ui": {
            "theme": _remembered(request, "liner_theme", THEMES),
            "density": _remembered(request, "liner_density", DENSITIES),
        },
    }


def _remembered(request: HttpRequest, cookie: str, allowed: frozenset[str]) -> str:
    """Read a choice from its cookie, so that the first paint is already right."""
    value = request.COOKIES.get(cookie, "")
    return value if value in allowed else ""
