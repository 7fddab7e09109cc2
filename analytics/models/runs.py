"""Simulation runs: the rows are the truth, messages only wake workers."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from analytics.models.banks import PromptBank
from analytics.models.markets import Market
from analytics.models.observed import ListenerFit
from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from prompts.approaches import APPROACHES

MAX_ATTEMPTS = 4
LEASE = timedelta(minutes=6)
"""Longer than the tasks' hard time limit, shorter than the broker's visibility timeout."""


NUDGE = timedelta(minutes=2)
"""A message that was not answered for so long is taken for lost."""


class Status(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (Status.QUEUED, Status.RUNNING)


class SimulationRunQuerySet(WorkspaceQuerySet["SimulationRun"]):
    """Runs by state."""

    def unfinished(self) -> "SimulationRunQuerySet":
        """Waiting or running."""
        return self.filter(status__in=UNFINISHED)

    def finished(self) -> "SimulationRunQuerySet":
        """With a report to show; the one that is shown comes first.

        That is the newest, unless somebody chose an older one of another approach.
        """
        return self.filter(status=Status.DONE).order_by(F("shown_at").desc(nulls_last=True), "-pk")

    def summing_abandoned(self, now: datetime) -> "SimulationRunQuerySet":
        """Whose shards are done and whose summing up nobody holds."""
        open_shards = SimulationShard.objects.filter(
            run_id=models.OuterRef("pk"), status__in=UNFINISHED
        )
        return self.unfinished().filter(
            ~models.Exists(open_shards), Q(lease_until=None) | Q(lease_until__lt=now)
        )


class SimulationRun(models.Model):
    """One simulation of a workspace's catalog, with everything that decides its numbers.

    `documents` is the catalog as the engine saw it when the run began (compressed JSON), so that
    all shards see the same tracks. `statistics` is the idea of rarity that counterfactuals need,
    `market_traits` what fairness needs of the market's tracks.

    Approaches that look at more than the prompt keep what they look at: `heard` (our tracks by what
    the analysis heard), `listening` (real saves), `own_neighbours` (what goes with our tracks), and
    how many of our tracks nobody heard or saved; null where the approach does not ask.
    `shown_at` is when it finished, or when somebody chose to see it again; a run that was made to
    stand beside the one shown (`is_beside`) is not shown by itself. `seeds_left` says for how many
    further seeds it shall be repeated once it is done.
    """

    HEAVY = (
        "documents",
        "statistics",
        "market_traits",
        "heard",
        "listening",
        "own_neighbours",
    )
    """Columns that pages have no need to read."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="simulation_runs"
    )
    bank = models.ForeignKey(PromptBank, on_delete=models.RESTRICT, related_name="runs")
    market = models.ForeignKey(Market, on_delete=models.RESTRICT, related_name="runs")
    seed = models.PositiveIntegerField()
    approach = models.CharField(max_length=20, default="prompt")
    approach_version = models.CharField(max_length=20, blank=True)
    is_beside = models.BooleanField(default=False)
    seeds_left = models.PositiveSmallIntegerField(default=0)
    places = models.PositiveSmallIntegerField()
    engine_version = models.CharField(max_length=20)
    choice_version = models.CharField(max_length=20)
    examination = models.CharField(max_length=12)
    listener_fit = models.ForeignKey(
        ListenerFit, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    catalog_stamp = models.BigIntegerField()
    track_count = models.PositiveIntegerField()
    opted_out_count = models.PositiveIntegerField(default=0)
    documents = models.BinaryField()
    statistics = models.BinaryField(null=True)
    market_traits = models.BinaryField(null=True)
    heard = models.BinaryField(null=True)
    listening = models.BinaryField(null=True)
    own_neighbours = models.BinaryField(null=True)
    unheard_count = models.PositiveIntegerField(null=True)
    unsaved_count = models.PositiveIntegerField(null=True)
    pooled_variation = models.FloatField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)

    objects = SimulationRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"],
                condition=Q(status__in=["queued", "running"]),
                name="simulation_run_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "status", "-id"], name="simulation_run_newest"),
        ]

    def __str__(self) -> str:
        return f"simulation {self.pk} of {self.workspace}"

    @property
    def approach_label(self) -> str:
        """What people call its approach."""
        found = APPROACHES.get(self.approach)
        return found.label if found else self.approach

    def asks_like(self, other: "SimulationRun") -> bool:
        """Whether prompts, market, listener, engine and seed are those of the other run.

        Both need their market and bank; our own catalog counts as one market however it changed.
        """
        return self.seed == other.seed and self.repeats(other)

    def repeats(self, other: "SimulationRun") -> bool:
        """Whether this is the other run but for the approach, and for the seed."""
        mine, theirs = self.market, other.market
        is_drawn = mine.kind == Market.Kind.GENERATED
        return (
            mine.kind == theirs.kind
            and (mine.kind != Market.Kind.IMPORTED or mine.pk == theirs.pk)
            and (
                not is_drawn
                or (mine.version, mine.track_count) == (theirs.version, theirs.track_count)
            )
            and self.bank.grammar_version == other.bank.grammar_version
            and self.bank.grown_count == other.bank.grown_count
            and self.bank.prompt_list_id == other.bank.prompt_list_id
            and self.examination == other.examination
            and self.engine_version == other.engine_version
        )

    def goes_by_same(self, other: "SimulationRun") -> bool:
        """Whether the approach and what it assumes are those of the other run."""
        mine, theirs = (
            (self.approach, self.approach_version),
            (other.approach, other.approach_version),
        )
        return mine == theirs


class SimulationShardQuerySet(models.QuerySet["SimulationShard"]):
    """Shards by state."""

    def claimable(self, now: datetime) -> "SimulationShardQuerySet":
        """Nobody holds them, and they were not tried too often."""
        return self.filter(
            Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=now),
            attempts__lt=MAX_ATTEMPTS,
        )

    def forgotten(self, now: datetime) -> "SimulationShardQuerySet":
        """Claimable, and nobody was told lately; `lease_until` says until when that holds."""
        waiting = Q(lease_until=None, run__created_at__lt=now - NUDGE)
        return (
            self.claimable(now)
            .filter(run__status__in=UNFINISHED)
            .filter(waiting | Q(lease_until__lt=now))
        )

    def exhausted(self, now: datetime) -> "SimulationShardQuerySet":
        """Tried as often as allowed, and nobody is at it."""
        return self.filter(
            Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=now),
            attempts__gte=MAX_ATTEMPTS,
        )

    def claim(self, *, shard_id: int, now: datetime) -> "SimulationShard | None":
        """Take a shard if nobody holds it, counting the attempt before any work starts."""
        taken = (
            self.claimable(now)
            .filter(pk=shard_id, run__status__in=UNFINISHED)
            .update(status=Status.RUNNING, attempts=F("attempts") + 1, lease_until=now + LEASE)
        )
        return self.get(pk=shard_id) if taken else None


class SimulationShard(models.Model):
    """A stretch of the bank: prompts `first_prompt` to `first_prompt + prompt_count - 1`."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(SimulationRun, on_delete=models.CASCADE, related_name="shards")
    first_prompt = models.PositiveIntegerField()
    prompt_count = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    outcome = models.BinaryField(null=True)
    lists = models.BinaryField(null=True)
    asked = models.BinaryField(null=True)

    objects = SimulationShardQuerySet.as_manager()

    class Meta:
        ordering = ["first_prompt"]
        constraints = [
            models.UniqueConstraint(fields=["run", "first_prompt"], name="simulation_shard_unique"),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"],
                name="simulation_shard_open",
                condition=Q(status__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"prompts from {self.first_prompt} of {self.run}"
