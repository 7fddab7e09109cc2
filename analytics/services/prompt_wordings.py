"""Two to four wordings of a prompt, or of a template with slots, on the catalog as it is now."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from analytics import arena as arenas
from analytics.domain.prompt_wordings import only_shown, pairs_of, saves_of_lists
from analytics.domain.results import PARAMETER_DRAWS, PER_PROMPTS
from analytics.domain.simulation import FIRST_PLACES, full_relevance
from analytics.domain.wording import FEWEST_VARIANTS, MOST_VARIANTS, Verdict, compare_variants
from analytics.reference import choice_model
from analytics.services.fitting import listener_of
from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Track
from prompts.domain.overlap import jaccard, rank_biased
from prompts.domain.packs import Template, read_templates
from prompts.domain.surfacing import score_all
from prompts.index import WorkspaceIndex, workspace_index

MOST_FILLINGS = 400
BLOCK = 32
SEED = 3
TRACKS_NAMED = 5


class WordingsRefused(StudioError):
    """The wordings cannot be compared as given."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How alike two wordings answer, mean over the fillings."""

    one: str
    other: str
    same_tracks: float
    same_places: float


@dataclass(frozen=True, slots=True)
class PromptComparison:
    """`texts` are the wordings; `first` the titles of the list of each, for the first filling."""

    texts: tuple[str, ...]
    fillings: int
    example: tuple[str, ...]
    first: tuple[tuple[str, ...], ...]
    overlaps: tuple[Overlap, ...]
    verdict: Verdict
    tracks: int


def template_of(texts: list[str], slots: str) -> Template:
    """Read wordings and what fills their slots, as in prompt packs.

    Raises
    ------
    StudioError : not two to four different wordings, or a slot that nothing fills
    """
    given = [" ".join(text.split()) for text in texts if text.strip()]
    if not FEWEST_VARIANTS <= len(given) <= MOST_VARIANTS:
        raise WordingsRefused(f"Give {FEWEST_VARIANTS} to {MOST_VARIANTS} wordings.")
    if len({text.casefold() for text in given}) < len(given):
        raise WordingsRefused("Two of the wordings are the same.")
    lines = [line.strip() for line in slots.splitlines() if line.strip()]
    block = "\n".join([given[0], *(f"= {text}" for text in given[1:]), *lines])
    return read_templates(block)[0]


def compare_prompts(*, access: Access, template: Template) -> PromptComparison:
    """Ask every filling in every wording of the tracks one may see, and compare the lists.

    Paired: the same fillings and the same listeners for each wording. No winner is named below the
    number of fillings that a difference worth acting on would take.
    """
    groups = list(islice(template.paraphrases(), MOST_FILLINGS))
    kept = workspace_index(access.workspace)
    seen = set(Track.objects.visible_to(access).simulatable().values_list("pk", flat=True))
    mine = np.array([track_id in seen for track_id in kept.index.track_ids], dtype=bool)
    variants = range(len(groups[0]))
    names = [f"Wording {'ABCD'[number]}" for number in variants]
    lists = [_lists(kept, [group[number] for group in groups], mine) for number in variants]
    model, _ = listener_of(access.workspace_id, examination=choice_model().examination)
    draws = model.draw(PARAMETER_DRAWS, random=np.random.default_rng(SEED))
    relevance = full_relevance(arenas.engine().blend)
    saves = np.stack(
        [
            saves_of_lists(scores, model=model, draws=draws, full_relevance=relevance)
            for _, scores in lists
        ]
    )
    tracks = [only_shown(positions) for positions, _ in lists]
    titles = _titles(access, kept.index.track_ids, [found[0][:TRACKS_NAMED] for found in tracks])
    return PromptComparison(
        texts=(template.text, *template.wordings),
        fillings=len(groups),
        example=groups[0],
        first=titles,
        overlaps=tuple(
            Overlap(
                names[one],
                names[other],
                float(
                    np.mean(
                        [jaccard(*pair) for pair in zip(tracks[one], tracks[other], strict=True)]
                    )
                ),
                float(
                    np.mean(
                        [
                            rank_biased(*pair)
                            for pair in zip(tracks[one], tracks[other], strict=True)
                        ]
                    )
                ),
            )
            for one, other in pairs_of(len(lists))
        ),
        verdict=compare_variants(
            saves * PER_PROMPTS / len(groups),
            shown=np.asarray((saves > 0).any(axis=(0, 1))),
            names=names,
        ),
        tracks=int(mine.sum()),
    )


def _lists(
    kept: WorkspaceIndex, texts: list[str], mine: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The first places of each prompt: positions (-1 where a list has ended) and scores."""
    queries = kept.engine.encode([kept.engine.parse(text) for text in texts], kept.index)
    width = min(FIRST_PLACES, len(mine))
    positions = np.full((len(texts), FIRST_PLACES), -1, dtype=np.int32)
    scores = np.full((len(texts), FIRST_PLACES), -np.inf, dtype=np.float32)
    for start in range(0, len(texts), BLOCK):
        part = queries.part(start, min(start + BLOCK, len(texts)))
        found = score_all(part, kept.index)
        # As in the simulation: what has nothing of what was asked for fills no list.
        found[:, ~mine] = -np.inf
        found[found <= 0] = -np.inf
        order = np.argsort(-found, axis=1, kind="stable")[:, :width]
        values = np.take_along_axis(found, order, axis=1)
        rows = slice(start, start + len(part))
        scores[rows, :width] = values
        positions[rows, :width] = np.where(np.isfinite(values), order, -1)
    return positions, scores


def _titles(
    access: Access, ids: NDArray[np.int64], lists: list[list[int]]
) -> tuple[tuple[str, ...], ...]:
    wanted = {int(ids[position]) for found in lists for position in found}
    names = {
        track.pk: track.display_title
        for track in Track.objects.visible_to(access).filter(pk__in=wanted)
    }
    return tuple(tuple(names.get(int(ids[position]), "") for position in found) for found in lists)
