"""What the model cards page shows: each tagger, how well its terms were heard, and what changed.

Figures come from runs of `manage.py bench tags`: those shipped with the studio, then those of this
machine. Nothing on a card is written by hand but the licence and the training data of a model.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from analysis.domain.heads import MODEL as HEADS_MODEL
from analysis.domain.result import ENGINE_VERSION
from analysis.domain.tagging import Rule
from analysis.models import TermLimit
from analysis.musicnn import weights
from analysis.operations import plugins
from analysis.tagger import HEADS_REPORT, table
from catalog.access import Access
from catalog.models import Term

SHIPPED = Path(__file__).parent / "data" / "evaluations.jsonl"
KINDS = {"rendered": "rendered MIDI", "real": "recordings"}


@dataclass(frozen=True)
class Figure:
    """How well a term was heard in one kind of sound; `drift` is the change of ROC-AUC."""

    kind: str
    n: int
    present: int
    f1: float
    roc_auc: float | None
    raw_roc_auc: float | None
    drift: float | None

    @property
    def drift_words(self) -> str:
        """Say the change since the run before on as many recordings."""
        if self.drift is None:
            return "–"
        return "unchanged" if abs(self.drift) < 0.0005 else f"{self.drift:+.3f}"


@dataclass(frozen=True)
class CardTerm:
    """A term a tagger speaks of, from which level, and its figures."""

    facet: str
    slug: str
    label: str
    threshold: float
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Card:
    """One tagger."""

    name: str
    version: str
    licence: str
    trained_on: str
    terms: tuple[CardTerm, ...]
    note: str = ""
    problem: str = ""

    @property
    def measured(self) -> int:
        """How many of its terms were scored."""
        return sum(bool(term.figures) for term in self.terms)


@dataclass(frozen=True)
class TaughtLimit:
    """A term that was answered, by its label."""

    label: str
    row: TermLimit


@dataclass(frozen=True)
class Page:
    """Everything on the page."""

    cards: list[Card]
    limits: list[TaughtLimit]
    newest: Mapping[str, Any] | None
    runs: int


def model_cards(access: Access) -> Page:
    """Read the cards, and what the answers of the workspace changed."""
    terms = Term.objects.filter(workspace_id=access.workspace_id)
    labels = {
        (facet, slug): label for facet, slug, label in terms.values_list("facet", "slug", "label")
    }
    runs = evaluations()
    return Page(
        cards=_cards(runs, labels),
        limits=_limits(access, labels),
        newest=runs[-1] if runs else None,
        runs=len(runs),
    )


def record(figures: Mapping[str, Any], sources: Iterable[str]) -> Path:
    """Keep an evaluation run of `bench tags` beside those before it."""
    place: Path = settings.VAR_DIR / "evaluations" / "tags.jsonl"
    place.parent.mkdir(parents=True, exist_ok=True)
    run = {
        "date": date.today().isoformat(),
        "engine": ENGINE_VERSION,
        "heads": heads_report().get("version", ""),
        "sources": sorted(set(sources)),
        "n": figures["n"],
        "shown_precision": figures["shown_precision"],
        "kinds": {
            kind: {
                "n": figures[kind]["n"],
                "macro_f1": figures[kind]["macro_f1"],
                "macro_roc_auc": figures[kind]["macro_roc_auc"],
                "terms": figures[kind]["terms"],
            }
            for kind in KINDS
            if figures[kind]["n"]
        },
    }
    with place.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(run) + "\n")
    return place


def evaluations() -> list[dict[str, Any]]:
    """Read all runs, the oldest first; a line that cannot be read is left out."""
    found = []
    for file in (SHIPPED, settings.VAR_DIR / "evaluations" / "tags.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
            try:
                run = json.loads(line)
            except ValueError:
                continue
            if isinstance(run, dict) and "kinds" in run:
                found.append(run)
    return found


def heads_report() -> dict[str, Any]:
    """Read what `train_heads` said of our own heads."""
    found: dict[str, Any] = json.loads(HEADS_REPORT.read_text(encoding="utf-8"))
    return found


def _limits(access: Access, labels: Mapping[tuple[str, str], str]) -> list[TaughtLimit]:
    rows = TermLimit.objects.visible_to(access).order_by("-refused", "facet", "term")
    return [
        TaughtLimit(labels.get((row.facet, row.term), row.term.replace("-", " ")), row)
        for row in rows
    ]


def _cards(runs: Sequence[Mapping[str, Any]], labels: Mapping[tuple[str, str], str]) -> list[Card]:
    rules, _ = table()
    report = heads_report()
    kept = sum(head["is_kept"] for head in report["heads"])
    cards = [
        Card(
            name=name,
            version="0.1.0",
            licence="ISC",
            trained_on=trained_on,
            terms=_terms([rule for rule in rules if rule.model == name], runs, labels),
        )
        for name, trained_on in weights.TRAINING_DATA.items()
    ]
    cards.append(
        Card(
            name=HEADS_MODEL,
            version=str(report["version"]),
            licence=str(report["licence"]),
            trained_on=f"{report['scenes']} stretches of {len(report['pieces'])} MIDI pieces, "
            f"played with {' and '.join(report['sound_fonts'])} ({report['date']})",
            terms=_terms([rule for rule in rules if rule.model == HEADS_MODEL], runs, labels),
            note=f"{kept} of {len(report['heads'])} heads beat their baseline on pieces and sound "
            "fonts they had not heard; the others are not used.",
        )
    )
    for plugin in plugins():
        cards.append(
            Card(
                name=plugin.name,
                version=plugin.version,
                licence=plugin.licence,
                trained_on=plugin.trained_on,
                terms=_terms(plugin.rules, [], labels),
                note="Added on this machine as a plug-in.",
                problem=plugin.problem,
            )
        )
    return cards


def _terms(
    rules: Sequence[Rule],
    runs: Sequence[Mapping[str, Any]],
    labels: Mapping[tuple[str, str], str],
) -> tuple[CardTerm, ...]:
    return tuple(
        CardTerm(
            facet=rule.facet,
            slug=rule.term,
            label=labels.get((rule.facet, rule.term), rule.term.replace("-", " ")),
            threshold=rule.threshold,
            figures=tuple(_figures(f"{rule.facet}/{rule.term}", runs)),
        )
        for rule in sorted(rules, key=lambda rule: (rule.facet, rule.term))
    )


def _figures(name: str, runs: Sequence[Mapping[str, Any]]) -> Iterable[Figure]:
    for kind, words in KINDS.items():
        scored = [
            run["kinds"][kind]["terms"][name]
            for run in runs
            if name in run["kinds"].get(kind, {}).get("terms", {})
        ]
        if not scored:
            continue
        last = scored[-1]
        same = [each for each in scored[:-1] if each["n"] == last["n"]]
        drift = None
        if same and last["roc_auc"] is not None and same[-1]["roc_auc"] is not None:
            drift = round(last["roc_auc"] - same[-1]["roc_auc"], 3)
        yield Figure(
            kind=words,
            n=last["n"],
            present=last["present"],
            f1=last["f1"],
            roc_auc=last["roc_auc"],
            raw_roc_auc=last.get("raw_roc_auc"),
            drift=drift,
        )
