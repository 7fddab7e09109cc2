"""Limits on a list as the command and the API take them, and as rows keep them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from catalog.errors import StudioError
from prompts.domain.limits import Limits

BOUNDS: Mapping[str, tuple[float, float, str]] = {
    "per_artist": (0, 200, "most tracks by one artist, 0 for any number"),
    "per_label": (0, 200, "most tracks of one label, 0 for any number"),
    "tail_share": (0, 1, "least share of the list from the long tail"),
    "novelty": (0, 1, "0: what everybody here plays, 1: what nobody played, 0.5: either"),
    "known_from": (0, 1, "least popularity, the share of tracks that are played less"),
    "known_to": (0, 1, "most popularity"),
}
"""Smallest and largest value of each limit, and what it means."""

WHOLE = ("per_artist", "per_label")


class BadLimits(StudioError):
    """A limit is outside what it can be; the message says which."""


def checked_limits(given: Mapping[str, Any]) -> Limits:
    """The usual limits with those that are given; None and what is missing change nothing.

    Raises
    ------
    BadLimits : a value is out of range, or the band of popularity is upside down
    """
    values = {name: value for name, value in given.items() if value is not None}
    for name, value in values.items():
        low, high, _ = BOUNDS[name]
        if not low <= value <= high:
            raise BadLimits(f"{name} must be from {low:g} to {high:g}, not {value:g}.")
    limits = Limits(**values)
    if limits.known_from > limits.known_to:
        raise BadLimits(
            f"known_from ({limits.known_from:g}) must not be above known_to ({limits.known_to:g})."
        )
    return limits


def changed_limits(limits: Limits | None) -> dict[str, Any]:
    """Only what differs from the usual limits, so that better defaults reach old rows."""
    usual = asdict(Limits())
    return {} if limits is None else {k: v for k, v in asdict(limits).items() if v != usual[k]}
