"""An answer as JSON, the same for the command and the API."""

from dataclasses import asdict
from typing import Any

from prompts.retrieval import Answer
from prompts.services import chip_json


def as_json(answer: Answer) -> dict[str, Any]:
    """Everything about an answer, for scripts."""
    return {
        "text": answer.intent.text,
        "approach": answer.approach.name,
        "intent": [chip_json(chip) for chip in answer.intent.chips],
        "constraints": [
            {
                "chip": fate.chip.identity,
                "label": fate.chip.label,
                "polarity": fate.chip.polarity,
                "strength": fate.chip.strength,
                "fate": fate.words,
                "kept": fate.kept,
                "removed": fate.removed,
                "unknown": fate.unknown,
            }
            for fate in answer.fates
        ],
        "order": answer.arc,
        "mean_jump": round(answer.mean_jump, 4),
        "considered": answer.considered,
        "after_filters": answer.after_filters,
        "eligible": answer.eligible,
        "faint": answer.faint,
        "opted_out": answer.opted_out,
        "limits_set": asdict(answer.limits),
        "limits_idle": answer.idle_limits,
        "limits": [
            {
                "name": effect.name,
                "words": effect.words,
                "moved": effect.moved,
                "cost": round(effect.cost, 4),
            }
            for effect in answer.effects
        ],
        "note": answer.note,
        "running_time_s": round(answer.seconds),
        "tracks": [
            {
                "place": result.place,
                "track_id": result.track_id,
                "title": result.document.title,
                "artists": list(result.document.artists),
                "score": round(result.score, 4),
                "parts": [
                    {
                        "source": part.source,
                        "label": part.label,
                        "value": round(part.value, 4),
                        "note": part.note,
                    }
                    for part in result.parts
                ],
                "tempo_bpm": result.document.tempo_bpm,
                "key": result.document.key,
                "energy": None if result.energy is None else round(result.energy, 3),
                "jump": result.jump,
            }
            for result in answer.results
        ],
        "latency_ms": round(answer.latency_ms, 1),
    }
