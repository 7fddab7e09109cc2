"""What the frame of every page needs: the workspace, its places, what waits there, how it looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.urls import reverse

from analysis.selectors import waiting_for
from catalog.access import Access, Permission, access_for
from catalog.models import User, Workspace
from catalog.selectors import workspaces_of
from studio.background import Work, running_work

THEMES = frozenset({"light", "dark"})
DENSITIES = frozenset({"compact"})


@dataclass(frozen=True)
class PlaceSpec:
    """A place in the rail: its page, other pages that belong to it, and how much waits there."""

    icon: str
    label: str
    view_name: str
    also: tuple[str, ...] = ()
    waiting: Callable[[Access], int] | None = None
    needs: Permission = Permission.VIEW
    otherwise: tuple[str, str] = ("", "")  # label and page for those who may not open this one

    def closeness(self, view_name: str) -> int:
        """Say how much of the view name this place knows; 0 when the page lies elsewhere."""
        names = (self.view_name, *self.also)
        return max((len(name) for name in names if view_name.startswith(name)), default=0)


@dataclass(frozen=True)
class Jobs:
    """Work that goes on in the background, by kind."""

    work: Sequence[Work]

    @property
    def running(self) -> int:
        """How many pieces of work wait or run."""
        return sum(one.count for one in self.work)


@dataclass(frozen=True)
class Place:
    """A place in the rail, ready to draw."""

    icon: str
    label: str
    url: str
    current: bool
    count: int = 0
    count_words: str = ""


PLACES = (
    PlaceSpec("home", "Home", "catalog:home"),
    PlaceSpec(
        "catalog",
        "Catalog",
        "catalog:track_list",
        also=("catalog:", "descriptions:", "analysis:track_sound", "analysis:duplicate"),
    ),
    PlaceSpec(
        "review",
        "Review",
        "analysis:review",
        also=("analysis:",),
        waiting=lambda access: waiting_for(access).tracks,
    ),
    PlaceSpec("prompts", "Prompts", "prompts:box", also=("prompts:",)),
    PlaceSpec("surfacing", "Surfacing", "analytics:report", also=("analytics:",)),
    PlaceSpec(
        "settings",
        "Settings",
        "catalog:settings",
        also=(
            "catalog:member",
            "catalog:vocabulary",
            "catalog:audit",
            "analysis:operations",
            "analysis:model_cards",
        ),
        needs=Permission.MANAGE,
        otherwise=("Vocabulary", "catalog:vocabulary"),
    ),
)
SEARCH_PAGE = "catalog:track_list"
ACCOUNT_PAGES = ("account_", "mfa_", "api_token")


def place_of(view_name: str) -> PlaceSpec | None:
    """Find the place a page lies in: the one that names it most closely."""
    closest = max(PLACES, key=lambda place: place.closeness(view_name))
    return closest if closest.closeness(view_name) else None


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
    def _mine(self) -> list[Any]:
        """Workspaces of the person, each with the notices not read there, in one query."""
        user = self._request.user
        if not isinstance(user, User):
            return []
        unread = Count(
            "notices", filter=Q(notices__person=user, notices__read_at=None), distinct=True
        )
        return list(workspaces_of(user).annotate(unread=unread))

    @cached_property
    def workspaces(self) -> list[dict[str, str]]:
        """Workspaces the person can switch to, by name."""
        return [
            {"name": row.name, "slug": row.slug, "url": reverse("catalog:home", args=[row.slug])}
            for row in self._mine
        ]

    @property
    def unread_notices(self) -> int:
        """How many notices the person has not read in this workspace."""
        here = self.workspace.pk if self.workspace else None
        return sum(row.unread for row in self._mine if row.pk == here)

    @cached_property
    def nav(self) -> list[Place]:
        """The places of the rail, with what waits there."""
        if self.access is None:
            return []
        here = place_of(self._view_name)
        return [self._place(spec, self.access, spec is here) for spec in PLACES]

    @cached_property
    def jobs(self) -> Jobs:
        """What runs or waits for a worker in this workspace."""
        return Jobs(running_work(self.access) if self.access else ())

    @property
    def may_manage(self) -> bool:
        """Whether the person runs this workspace and may open its settings."""
        return self.access is not None and self.access.can(Permission.MANAGE)

    @property
    def jobs_url(self) -> str:
        """Where the count of running work can be asked for again."""
        return self._address("jobs")

    @property
    def search_url(self) -> str:
        """Where the search box of the top bar sends its words."""
        return self._address(SEARCH_PAGE)

    @property
    def search_text(self) -> str:
        """What was searched for, on the page that shows what was found."""
        here = self._view_name == SEARCH_PAGE
        return self._request.GET.get("q", "") if here else ""

    def _place(self, spec: PlaceSpec, access: Access, current: bool) -> Place:
        allowed = access.can(spec.needs)
        label, view_name = (spec.label, spec.view_name) if allowed else spec.otherwise
        count = spec.waiting(access) if spec.waiting else 0
        words = f"track{pluralize(count)} waiting"
        return Place(spec.icon, label, self._address(view_name), current, count, words)

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
