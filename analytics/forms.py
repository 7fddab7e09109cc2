"""What a person may choose about a simulation."""

from django import forms

from analytics.domain.market import FEWEST_TRACKS
from analytics.domain.prompt_space import SMALLEST_SAMPLE
from analytics.services.runs import (
    DEFAULT_MARKET_TRACKS,
    DEFAULT_PROMPTS,
    DEFAULT_SEED,
    MOST_PROMPTS,
)

MOST_MARKET_TRACKS_ON_PAGES = 100_000
"""Larger markets take minutes and gigabytes; the command line allows them."""


class SimulationForm(forms.Form):
    """Sizes and seed; all three have sensible values already."""

    prompts = forms.IntegerField(
        min_value=SMALLEST_SAMPLE,
        max_value=MOST_PROMPTS,
        initial=DEFAULT_PROMPTS,
        help_text="More prompts make every space better known. 10,000 fill all spaces.",
    )
    market_tracks = forms.IntegerField(
        label="Tracks in the market",
        min_value=FEWEST_TRACKS,
        max_value=MOST_MARKET_TRACKS_ON_PAGES,
        initial=DEFAULT_MARKET_TRACKS,
        help_text="A larger market is harder to surface in.",
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=DEFAULT_SEED,
        help_text="The same seed gives the same prompts and market; another one, others like them.",
    )


class EventFileForm(forms.Form):
    """A file of real events."""

    file = forms.FileField(
        label="File of events",
        help_text="CSV or Excel: one row a day, track and prompt space, with the counts.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods"}),
    )
