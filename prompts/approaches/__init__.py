"""Ways to answer the same prompt, side by side behind one interface."""

from prompts.approaches.base import (
    APPROACHES,
    Approach,
    ApproachUnavailable,
    Question,
    approach_named,
)

__all__ = ["APPROACHES", "Approach", "ApproachUnavailable", "Question", "approach_named"]
