"""Ways to answer the same prompt, side by side behind one interface."""

from prompts.approaches.base import APPROACHES, Approach, ApproachUnavailable, approach_named

__all__ = ["APPROACHES", "Approach", "ApproachUnavailable", "approach_named"]
