"""Figures of the operations page and of Home: what waits, how long, what failed and why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Avg, Count, F, Max, Min, QuerySet
from django.utils import timezone
from django.utils.timesince import timesince

from analysis.domain.result import ENGINE_VERSION
from analysis.models import AnalysisRun, Status
from analysis.musicnn import weights
from analysis.plugins import Plugin, read_plugins
from analysis.services.queueing import messages_waiting
from catalog.access import Access

LATELY = timedelta(days=1)
SHOWN = 25


@dataclass(frozen=True)
class QueueState:
    """How many runs are in each state."""

    queued: int
    running: int
    done: int
    failed: int
    cancelled: int

    @property
    def unfinished(self) -> int:
        """Waiting or running."""
        return self.queued + self.running


@dataclass(frozen=True)
class Latencies:
    """How long runs that ended in the last day took."""

    runs: int
    mean_s: float | None
    slowest_s: float | None
    most_memory_mb: float | None


@dataclass(frozen=True)
class ModelFile:
    """A file with the weights of a model."""

    name: str
    trained_on: str
    byte_size: int | None

    @property
    def is_there(self) -> bool:
        """Whether it was fetched."""
        return self.byte_size is not None


@dataclass(frozen=True)
class OtherModel:
    """A model of an app above this one; `problem` says why it cannot work, if it cannot."""

    name: str
    purpose: str
    state: str
    problem: str = ""


OTHER_MODELS: list[Callable[[], list[OtherModel]]] = []
"""Apps above put what they read or write with here when they start, so that one page has all."""


@dataclass(frozen=True)
class Report:
    """Everything the operations page shows."""

    state: QueueState
    messages: int
    oldest_waiting: datetime | None
    running: list[AnalysisRun]
    failed: list[AnalysisRun]
    latencies: Latencies
    models: list[ModelFile]
    plugins: list[Plugin]
    others: list[OtherModel]
    engine_version: str
    outdated: int

    @property
    def waiting_words(self) -> str:
        """Say how long the oldest waits."""
        if self.oldest_waiting is None:
            return ""
        return f"the oldest for {timesince(self.oldest_waiting)}"

    @property
    def time_words(self) -> str:
        """Say how long a recording takes."""
        mean = self.latencies.mean_s
        return "–" if mean is None else f"{mean:.1f} s"

    @property
    def time_basis(self) -> str:
        """Say what that rests on."""
        lately = self.latencies
        if not lately.runs or lately.slowest_s is None:
            return "none ended in the last day"
        memory = f", up to {lately.most_memory_mb:.0f} MB" if lately.most_memory_mb else ""
        return f"n = {lately.runs:,}, slowest {lately.slowest_s:.1f} s{memory}"


def state_of(access: Access) -> QueueState:
    """Count the runs a person may see by state."""
    return _queue(AnalysisRun.objects.visible_to(access))[0]


def _queue(runs: "QuerySet[AnalysisRun]") -> tuple[QueueState, datetime | None]:
    """Count runs by state, and say since when the oldest waits, in one query."""
    rows = runs.order_by().values_list("status")
    counts: dict[str, int] = {}
    oldest: datetime | None = None
    for status, total, since in rows.annotate(total=Count("pk"), since=Min("created_at")):
        counts[str(status)] = total
        if status == Status.QUEUED:
            oldest = since
    return QueueState(**{s.value: counts.get(s.value, 0) for s in Status}), oldest


def report(access: Access) -> Report:
    """Read the figures of a workspace."""
    runs = AnalysisRun.objects.visible_to(access)
    shown = runs.select_related("audio").prefetch_related("audio__tracks", "audio__stems__track")
    state, oldest = _queue(runs)
    return Report(
        state=state,
        messages=messages_waiting(),
        oldest_waiting=oldest,
        running=list(shown.filter(status=Status.RUNNING).order_by("started_at")[:SHOWN]),
        failed=list(shown.filter(status=Status.FAILED).order_by("-finished_at")[:SHOWN]),
        latencies=latencies(runs),
        models=model_files(),
        plugins=plugins(),
        others=[model for models in OTHER_MODELS for model in models()],
        engine_version=ENGINE_VERSION,
        outdated=runs.by_older_engine(ENGINE_VERSION).count(),
    )


def latencies(runs: "QuerySet[AnalysisRun]") -> Latencies:
    """Sum up the runs that ended in the last day."""
    lately = runs.filter(status=Status.DONE, finished_at__gte=timezone.now() - LATELY)
    found = lately.annotate(took=F("finished_at") - F("started_at")).aggregate(
        runs=Count("pk"), mean=Avg("took"), slowest=Max("took"), memory=Max("peak_rss_mb")
    )
    return Latencies(
        runs=found["runs"],
        mean_s=_seconds(found["mean"]),
        slowest_s=_seconds(found["slowest"]),
        most_memory_mb=found["memory"],
    )


def model_files() -> list[ModelFile]:
    """List the models that the engine needs, and whether their files are there."""
    return [
        ModelFile(name, trained_on, _size(settings.MODELS_DIR / f"{name}.pb"))
        for name, trained_on in weights.TRAINING_DATA.items()
    ]


def plugins() -> list[Plugin]:
    """List the taggers that the operator added, read anew when a file of theirs changed."""
    folder = settings.PLUGINS_DIR
    files = sorted(folder.glob("*/*")) if folder.is_dir() else []
    state = tuple((str(file), file.stat().st_mtime_ns) for file in files)
    return list(_plugins(folder, state))


@lru_cache(maxsize=4)
def _plugins(folder: Path, state: tuple[tuple[str, int], ...]) -> tuple[Plugin, ...]:
    """Keep what was read: checking a graph takes a tenth of a second, `/readyz` is asked often."""
    return tuple(read_plugins(folder))


def _size(file: Path) -> int | None:
    return file.stat().st_size if file.exists() else None


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
