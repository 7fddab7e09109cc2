"""Starting, performing and cancelling simulation runs.

Every step may happen twice, late or never: rows are claimed with a lease and written by the attempt
that claimed them. A run's numbers depend on its row only, never on who computed which shard.
"""

from datetime import datetime
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from analytics import arena as arenas
from analytics import stored
from analytics.domain.answering import BY_LISTENING, BY_SOUND, PROMPT, own_scorer
from analytics.domain.choice import Examination
from analytics.domain.grammar import GrammarError
from analytics.domain.market import FEWEST_TRACKS, MOST_TRACKS
from analytics.domain.prompt_space import SMALLEST_SAMPLE
from analytics.domain.simulation import FIRST_PLACES, place_own, rank_market
from analytics.listening import (
    heard_documents,
    is_heard,
    packed_listening,
    unpacked_listening,
)
from analytics.models import (
    Market,
    PromptBank,
    PromptList,
    PromptSpace,
    SimulationRun,
    SimulationShard,
)
from analytics.models.runs import LEASE, MAX_ATTEMPTS, NUDGE, UNFINISHED, Status
from analytics.prompt_lists import new_prompts
from analytics.reference import assumptions, choice_model, grammar_version
from analytics.services import markets
from analytics.services.fairness import shard_lists
from analytics.services.figures import write_figures
from analytics.services.fitting import is_first_to_learn, listener_of
from analytics.services.space_sizes import used_prior
from analytics.snapshots import packed, snapshot_of, unpacked
from analytics.ways import way_of
from catalog.errors import StudioError
from catalog.models import Track, User, Workspace
from prompts.approaches import APPROACHES
from prompts.domain.documents import TrackDocument
from prompts.engine import ENGINE_VERSION

DEFAULT_PROMPTS = 10_000
DEFAULT_MARKET_TRACKS = 20_000
DEFAULT_SEED = 1
DEFAULT_APPROACH = PROMPT
DEFAULT_EXAMINATION = Examination.GEOMETRIC.value
MOST_PROMPTS = 40_000
SHARD_PROMPTS = 1_250
EXAMPLES_A_SPACE = 5

UPGRADED = (
    "The studio was upgraded while the simulation ran, so its parts would not fit together. "
    "Start it again."
)


class SimulationRefused(StudioError):
    """The simulation cannot start as asked."""


def start_run(
    *,
    workspace: Workspace,
    by: User | None,
    prompts: int = DEFAULT_PROMPTS,
    market_tracks: int = DEFAULT_MARKET_TRACKS,
    seed: int = DEFAULT_SEED,
    examination: str = DEFAULT_EXAMINATION,
    market: Market | None = None,
    own_market: bool = False,
    prompt_list: PromptList | None = None,
    approach: str = DEFAULT_APPROACH,
    is_beside: bool = False,
    seeds_left: int = 0,
    queue: bool = True,
) -> SimulationRun:
    """Set a run up with its shards; workers take it from there (or the caller, without `queue`).

    Parameters
    ----------
    market : an imported market; a generated one of `market_tracks` tracks where none is given
    own_market : let the workspace's tracks compete with each other only
    prompt_list : real prompts to be asked beside those that grow from the grammar
    approach : name of one of `prompts.approaches.APPROACHES`
    is_beside : the reports go on showing what they show now
    seeds_left : for how many further seeds to repeat it afterwards, see `approaches.repeat`

    Raises
    ------
    SimulationRefused : another run of the workspace is under way, nothing to simulate, bad sizes,
        no such approach, no such way to look down a list
    """
    if approach not in APPROACHES:
        raise SimulationRefused(f"The approaches are {', '.join(APPROACHES)}; not {approach}.")
    if examination not in list(Examination):
        raise SimulationRefused(f"Listeners look {', '.join(Examination)}; not {examination}.")
    _check_sizes(prompts, market_tracks, seed)
    # Read before the tracks: a change in between makes the report look old, never too new.
    stamp = Workspace.objects.values_list("catalog_stamp", flat=True).get(pk=workspace.pk)
    documents = snapshot_of(workspace)
    if not documents:
        raise SimulationRefused(
            "There is no track to simulate.",
            hint="Upload a track first, or allow simulation on one that was kept out.",
        )
    beside = _beside_the_prompt(workspace, approach, documents, own_market=own_market)
    _, listener_fit = listener_of(workspace.pk, examination=Examination(examination))
    content = packed(documents)
    try:
        with transaction.atomic():
            if own_market:
                market = markets.own_market(
                    workspace=workspace, documents=content, tracks=len(documents)
                )
            bank = ensure_bank(
                workspace=workspace, prompts=prompts, seed=seed, prompt_list=prompt_list
            )
            run = SimulationRun.objects.create(
                workspace=workspace,
                bank=bank,
                market=market
                or markets.generated_market(workspace=workspace, tracks=market_tracks, seed=seed),
                seed=seed,
                approach=approach,
                is_beside=is_beside,
                seeds_left=seeds_left,
                **beside,
                places=FIRST_PLACES,
                engine_version=ENGINE_VERSION,
                choice_version=choice_model().version,
                examination=examination,
                listener_fit=listener_fit,
                catalog_stamp=stamp,
                track_count=len(documents),
                opted_out_count=Track.objects.filter(
                    workspace=workspace, opt_out_simulation=True
                ).count(),
                documents=content,
                created_by=by,
            )
            SimulationShard.objects.bulk_create(
                SimulationShard(
                    workspace=workspace,
                    run=run,
                    first_prompt=first,
                    prompt_count=min(SHARD_PROMPTS, bank.prompt_count - first),
                )
                for first in range(0, bank.prompt_count, SHARD_PROMPTS)
            )
    except IntegrityError as error:
        if "simulation_run_one_at_a_time" not in str(error):
            raise
        raise SimulationRefused(
            "A simulation of this workspace is under way.", hint="Wait for it, or cancel it first."
        ) from error
    if queue:
        transaction.on_commit(lambda: wake_workers(run))
    return run


def _beside_the_prompt(
    workspace: Workspace, approach: str, documents: list[TrackDocument], *, own_market: bool
) -> dict[str, Any]:
    """Keep what an approach looks at beside the prompt, as it was when the run began."""
    found: dict[str, Any] = {}
    if approach != PROMPT:
        found["approach_version"] = assumptions().version
    if approach in (*BY_SOUND, *BY_LISTENING):
        heard = heard_documents(workspace, documents)
        found["heard"] = packed(heard)
        found["unheard_count"] = sum(not is_heard(document) for document in heard)
    if approach in BY_LISTENING:
        found["listening"] = content = packed_listening(workspace, own_market=own_market)
        saves, _ = unpacked_listening(content)
        found["unsaved_count"] = sum(document.track_id not in saves for document in documents)
    return found


def _check_sizes(prompts: int, market_tracks: int, seed: int) -> None:
    if not SMALLEST_SAMPLE <= prompts <= MOST_PROMPTS:
        raise SimulationRefused(f"A bank has {SMALLEST_SAMPLE} to {MOST_PROMPTS:,} prompts.")
    if not FEWEST_TRACKS <= market_tracks <= MOST_TRACKS:
        raise SimulationRefused(f"A market has {FEWEST_TRACKS} to {MOST_TRACKS:,} tracks.")
    if not 0 <= seed < 2**31:
        raise SimulationRefused("A seed is a whole number from 0 to 2,147,483,647.")


def ensure_bank(
    *, workspace: Workspace, prompts: int, seed: int, prompt_list: PromptList | None = None
) -> PromptBank:
    """Find or make the bank of the sizes that hold now, and its spaces.

    `prompts` grow from the grammar; those of the list that did not grow come on top.
    """
    try:
        grown = arenas.bank(prompts, seed)
    except GrammarError as error:
        raise SimulationRefused(str(error)) from error
    listed = len(new_prompts(prompt_list.pk, grown)) if prompt_list else 0
    bank, is_new = PromptBank.objects.get_or_create(
        workspace=workspace,
        grammar_version=grammar_version(),
        seed=seed,
        prompt_count=prompts + listed,
        prompt_list=prompt_list,
        size_prior=used_prior(workspace),
        defaults={"listed_count": listed},
    )
    if not is_new:
        return bank
    whole = arenas.bank_of(bank)
    texts: dict[str, list[str]] = {}
    for prompt in whole.prompts:
        texts.setdefault(prompt.space, []).append(prompt.text)
    PromptSpace.objects.bulk_create(
        PromptSpace(
            workspace=workspace,
            bank=bank,
            number=number,
            slug=space.slug,
            name=space.name,
            wants=[list(term) for term in space.wants],
            size=space.size,
            size_origin=space.size_origin,
            prompt_count=len(texts.get(space.slug, ())),
            examples=texts.get(space.slug, [])[:EXAMPLES_A_SPACE],
        )
        for number, space in enumerate(whole.spaces)
    )
    bank.space_count = len(whole.spaces)
    bank.save(update_fields=["space_count"])
    return bank


def wake_workers(run: SimulationRun) -> None:
    """Send one message a shard; losing them costs time only, see `requeue_stalled`."""
    for shard_id in run.shards.filter(status__in=UNFINISHED).values_list("pk", flat=True):
        current_app.send_task("analytics.tasks.perform_shard", args=[shard_id])


def perform_shard(*, shard_id: int, now: datetime | None = None) -> None:
    """Compute one shard and sum the run up when it was the last. Harmless to call twice."""
    shard = SimulationShard.objects.claim(shard_id=shard_id, now=now or timezone.now())
    if shard is None:
        return
    run = SimulationRun.objects.select_related("bank", "market", "listener_fit").get(
        pk=shard.run_id
    )
    if not is_current(run):
        fail_runs(Q(pk=run.pk), error=UPGRADED)
        return
    SimulationRun.objects.filter(pk=run.pk, status=Status.QUEUED).update(
        status=Status.RUNNING, started_at=timezone.now()
    )
    arena = arenas.arena_of(run)
    stop = shard.first_prompt + shard.prompt_count
    queries = arena.queries.part(shard.first_prompt, stop)
    documents = unpacked(run.documents)
    own = arenas.engine().build_index(documents, statistics=arena.market.statistics)
    asked = side = None
    if run.approach == PROMPT:
        ranks = rank_market(queries, arena.market)
        scorer = None
    else:
        way, side = way_of(run.pk)
        ranks, asked = way.ask(
            queries, first_prompt=shard.first_prompt, ranks_market=way.index is arena.market
        )
        scorer = own_scorer(way.scoring, asked, side.tracks(own))
    outcome = place_own(
        queries, own, ranks.scores, ranks.fits, scorer=scorer, first_prompt=shard.first_prompt
    )
    lists = shard_lists(run, outcome, ranks, arena=arena, own=own, documents=documents)
    near = side.near if side is not None else None
    if run.statistics is None:
        SimulationRun.objects.filter(pk=run.pk, statistics=None).update(
            statistics=stored.packed_statistics(arena.market.statistics),
            market_traits=stored.packed_traits(arena.traits),
            own_neighbours=stored.packed_table(near) if near is not None else None,
        )
    SimulationShard.objects.filter(pk=shard.pk, attempts=shard.attempts).update(
        status=Status.DONE,
        outcome=stored.packed_outcome(outcome),
        lists=stored.packed_lists(lists),
        asked=stored.packed_asked(asked) if asked is not None else None,
        lease_until=None,
    )
    finish_run(run_id=run.pk)


def finish_run(*, run_id: int) -> bool:
    """Sum a run up once all its shards are done; say whether it is finished now."""
    now = timezone.now()
    taken = (
        SimulationRun.objects.summing_abandoned(now)
        .filter(pk=run_id, attempts__lt=MAX_ATTEMPTS)
        .update(attempts=F("attempts") + 1, lease_until=now + LEASE)
    )
    if not taken:
        return False
    run = SimulationRun.objects.select_related("bank", "market", "workspace").get(pk=run_id)
    write_figures(run=run)
    if not run.is_beside and is_first_to_learn(run):
        current_app.send_task("analytics.tasks.fit_listener", args=[run.workspace_id])
    if run.seeds_left:
        current_app.send_task("analytics.tasks.start_next_seeds")
    return True


def cancel_run(*, run: SimulationRun) -> bool:
    """Stop a run; shards under way end unheard. Say whether there was something to stop."""
    stopped = SimulationRun.objects.filter(pk=run.pk, status__in=UNFINISHED).update(
        status=Status.CANCELLED, finished_at=timezone.now(), lease_until=None
    )
    if stopped:
        run.shards.all().delete()
    return bool(stopped)


def requeue_stalled(*, now: datetime | None = None) -> int:
    """Wake workers for what a dead one dropped; give up on what was tried too often."""
    moment = now or timezone.now()
    exhausted = SimulationShard.objects.exhausted(moment).filter(run__status__in=UNFINISHED)
    fail_runs(
        Q(pk__in=exhausted.values("run_id")) | Q(attempts__gte=MAX_ATTEMPTS, lease_until__lt=moment)
    )
    dropped = list(SimulationShard.objects.forgotten(moment).values_list("pk", flat=True))
    SimulationShard.objects.filter(pk__in=dropped).update(
        status=Status.QUEUED, lease_until=moment + NUDGE
    )
    for shard_id in dropped:
        current_app.send_task("analytics.tasks.perform_shard", args=[shard_id])
    unsummed = SimulationRun.objects.summing_abandoned(moment).values_list("pk", flat=True)
    for run_id in unsummed:
        current_app.send_task("analytics.tasks.finish_run", args=[run_id])
    return len(dropped) + len(unsummed)


def is_current(run: SimulationRun) -> bool:
    """Whether this studio still computes what the run was set up with."""
    return (
        run.engine_version == ENGINE_VERSION
        and run.choice_version == choice_model().version
        and run.approach_version in ("", assumptions().version)
        and run.bank.grammar_version == grammar_version()
        and (
            run.market.kind != Market.Kind.GENERATED or run.market.version == markets.market_label()
        )
    )


def fail_runs(which: Q, *, error: str = "") -> int:
    """Mark unfinished runs as failed, with words for the person who started them."""
    return (
        SimulationRun.objects.unfinished()
        .filter(which)
        .update(
            status=Status.FAILED,
            finished_at=timezone.now(),
            lease_until=None,
            error=error
            or (
                f"The simulation stopped {MAX_ATTEMPTS} times before its end, most likely for want "
                "of memory. Start it again with a smaller market, or give the worker more memory."
            ),
        )
    )
