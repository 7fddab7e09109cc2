"""Writes: remembering what was asked."""

from dataclasses import asdict
from typing import Any

from django.db.models import F
from django.utils import timezone

from catalog.access import Access
from prompts.blocking import refuse_blocked
from prompts.domain.intent import Chip
from prompts.limits import changed_limits
from prompts.models import Prompt
from prompts.retrieval import Answer

LONGEST_KEPT = 2_000
"""Longer prompts are answered but not kept; a history of pasted essays helps nobody."""


def remember_prompt(answer: Answer, *, access: Access) -> Prompt | None:
    """Keep a prompt in the history, once a person and approach; not an empty or a long one.

    Raises
    ------
    PromptBlocked : it holds a term that the workspace has blocked, so it is not kept
    """
    text = answer.intent.text.strip()
    if not text or len(text) > LONGEST_KEPT:
        return None
    refuse_blocked(access.workspace, [text], what="This prompt was answered, but not kept: it")
    latest: dict[str, Any] = {
        "intent": [chip_json(chip) for chip in answer.intent.chips],
        "result_count": len(answer.results),
        "latency_ms": round(answer.latency_ms, 1),
        "limits": changed_limits(answer.limits),
        "effects": [asdict(effect) for effect in answer.effects],
        "asked_at": timezone.now(),
    }
    key = {
        "workspace_id": access.workspace_id,
        "asked_by_id": access.user_id,
        "approach": answer.approach.name,
        "text": text,
    }
    if Prompt.objects.filter(**key).update(times_asked=F("times_asked") + 1, **latest):
        return None
    prompt, _ = Prompt.objects.get_or_create(**key, defaults=latest)
    return prompt


def chip_json(chip: Chip) -> dict[str, Any]:
    """A chip as JSON, without what is empty."""
    values = asdict(chip)
    values["term"] = str(chip.term) if chip.term else ""
    values["together"] = [str(term) for term in chip.together]
    kept = {name: value for name, value in values.items() if value not in ("", None, [])}
    return {"id": chip.identity, **kept}
