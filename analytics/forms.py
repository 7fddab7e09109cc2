"""What a person may choose about simulations, and what she sends in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from analytics.domain.choice import WAYS_TO_LOOK
from analytics.domain.market import FEWEST_TRACKS
from analytics.domain.prompt_space import SMALLEST_SAMPLE
from analytics.models import DigestChoice, ExperimentArm, Market, PromptList, SimulationFile
from analytics.models.fairness import Measure
from analytics.services.runs import (
    DEFAULT_APPROACH,
    DEFAULT_EXAMINATION,
    DEFAULT_MARKET_TRACKS,
    DEFAULT_PROMPTS,
    DEFAULT_SEED,
    MOST_PROMPTS,
)
from analytics.services.space_sizes import DEFAULT_PRIOR_PROMPTS
from catalog.access import Access
from prompts.approaches import APPROACHES

OWN = "own"
MOST_MARKET_TRACKS_ON_PAGES = 100_000
"""Larger markets take minutes and gigabytes; the command line allows them."""


class SimulationForm(forms.Form):
    """What a simulation runs on; everything has a sensible value already."""

    market = forms.ChoiceField(
        label="Market", required=False, help_text="What your tracks compete with."
    )
    prompt_list = forms.ChoiceField(
        label="Prompts of your own",
        required=False,
        help_text="Asked beside those that grow from the grammar, the most asked 10,000.",
    )

    approach = forms.ChoiceField(
        label="Approach",
        choices=[(way.name, way.label) for way in APPROACHES.values()],
        initial=DEFAULT_APPROACH,
        required=False,
        help_text="How lists are made. The others look at sound or listening beside the prompt.",
    )
    prompts = forms.IntegerField(
        min_value=SMALLEST_SAMPLE,
        max_value=MOST_PROMPTS,
        initial=DEFAULT_PROMPTS,
        help_text="More prompts make every space better known. 10,000 fill all spaces.",
    )
    market_tracks = forms.IntegerField(
        label="Tracks in a generated market",
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
    examination = forms.ChoiceField(
        label="How far down a list people look",
        choices=[
            (way.value, f"{way.value.capitalize()}: {said}") for way, said in WAYS_TO_LOOK.items()
        ],
        initial=DEFAULT_EXAMINATION,
        required=False,
        help_text="The listener model of this run. A track's page shows how much the choice moves.",
    )

    def clean_approach(self) -> str:
        """Take the usual one where none is chosen."""
        return str(self.cleaned_data["approach"] or DEFAULT_APPROACH)

    def clean_examination(self) -> str:
        """Take the usual way where none is chosen."""
        return str(self.cleaned_data["examination"] or DEFAULT_EXAMINATION)

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._markets = Market.objects.visible_to(access).imported().order_by("name")
        self._lists = PromptList.objects.visible_to(access).defer("content").order_by("name")
        # Asked for only where the form is drawn or read: most pages only carry it along.
        self.fields["market"].choices = self._market_choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["prompt_list"].choices = self._list_choices  # type: ignore[attr-defined]  # a ChoiceField

    def _market_choices(self) -> list[tuple[str, str]]:
        return [
            ("", "Generated from public statistics"),
            (OWN, "Our own catalog only"),
            *((str(row.pk), f"{row.name} ({row.track_count:,} tracks)") for row in self._markets),
        ]

    def _list_choices(self) -> list[tuple[str, str]]:
        return [
            ("", "None"),
            *((str(row.pk), f"{row.name} ({row.prompt_count:,})") for row in self._lists),
        ]

    def options(self) -> dict[str, Any]:
        """What `start_run` takes; of a form that is valid."""
        found = dict(self.cleaned_data)
        market, chosen = found.pop("market"), found.pop("prompt_list")
        return {
            **found,
            "own_market": market == OWN,
            "market": self._markets.get(pk=market) if market and market != OWN else None,
            "prompt_list": self._lists.get(pk=chosen) if chosen else None,
        }


class EventFileForm(forms.Form):
    """A file of real events."""

    file = forms.FileField(
        label="File of events",
        help_text="CSV or Excel: one row a day, track and prompt space, with the counts.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods"}),
    )


class MoneyRateForm(forms.Form):
    """What a save and a stream are taken to be worth, and who says so."""

    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        min_length=3,
        max_length=3,
        help_text="Three letters, such as EUR or USD.",
        error_messages={"invalid": "A currency has three letters, such as EUR."},
    )
    per_save = forms.DecimalField(
        label="Money per save",
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=6,
        help_text="What a listener who saves a track is worth over time. Empty: not counted.",
    )
    per_stream = forms.DecimalField(
        label="Money per stream",
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=6,
        help_text="What one play past 30 seconds pays you. Empty: not counted.",
    )
    origin = forms.CharField(
        label="Where the figures come from",
        max_length=300,
        help_text="Printed with every amount: a royalty statement, a month, a guess.",
    )

    def clean_currency(self) -> str:
        """Write it in capitals."""
        return str(self.cleaned_data["currency"]).upper()


class MaterialForm(forms.Form):
    """A list of prompts or a market."""

    kind = forms.ChoiceField(choices=SimulationFile.Kind.choices, widget=forms.HiddenInput)
    file = forms.FileField(
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.json,.xlsx,.xls,.ods"})
    )


class TakeInForm(forms.Form):
    """What to call something that is taken in."""

    name = forms.CharField(max_length=120, label="Name")


class ScaleForm(forms.Form):
    """Scaling the sizes of spaces to a list."""

    prompt_list = forms.ModelChoiceField(
        PromptList.objects.none(), label="List", empty_label="Choose a list"
    )
    prior_prompts = forms.FloatField(
        label="The stated sizes count like this many prompts",
        min_value=1,
        max_value=1e9,
        initial=DEFAULT_PRIOR_PROMPTS,
        help_text="The fewer, the more the list decides. Spaces nobody asked for keep a little.",
    )

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = PromptList.objects.visible_to(access).defer("content").order_by("name")
        self.fields["prompt_list"].queryset = rows  # type: ignore[attr-defined]  # a ModelChoiceField


class WatchForm(forms.Form):
    """A figure of fairness and the line it must not cross."""

    measure = forms.ChoiceField(label="Figure to watch", choices=Measure.choices)
    line = forms.FloatField(
        label="Line",
        min_value=-1,
        max_value=1,
        help_text="Gini and crowding out ring above it, the others below it. 0.5 is 50 %.",
    )
    is_weekly = forms.BooleanField(label="Simulate again every week", required=False, initial=True)


class WordingForm(forms.Form):
    """Two to four wordings of a track's description."""

    name = forms.CharField(
        max_length=120,
        required=False,
        label="Name of the experiment",
        widget=forms.TextInput(attrs={"placeholder": "Calm or relaxed"}),
    )
    a = forms.CharField(label="Wording A, in use", widget=forms.Textarea(attrs={"rows": 3}))
    b = forms.CharField(label="Wording B", widget=forms.Textarea(attrs={"rows": 3}))
    c = forms.CharField(label="Wording C", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    d = forms.CharField(label="Wording D", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    mark_optional = True


class PromptWordingsForm(forms.Form):
    """Two to four wordings of a prompt; slots make a template of it."""

    a = forms.CharField(
        label="Wording A",
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "chill {day} morning"}),
    )
    b = forms.CharField(
        label="Wording B",
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "relaxed {day} AM"}),
    )
    c = forms.CharField(label="Wording C", max_length=300, required=False)
    d = forms.CharField(label="Wording D", max_length=300, required=False)
    slots = forms.CharField(
        label="What fills the slots",
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "day: Saturday, Sunday, Monday"}),
        help_text="A line for each slot in braces. With more fillings a difference shows sooner.",
    )
    mark_optional = True


class LiveStartForm(forms.Form):
    """Where visitors of each wording are sent, and the difference worth finding."""

    points = forms.FloatField(
        label="Difference worth finding, in percentage points of the save rate",
        min_value=0.05,
        max_value=50,
        initial=1,
        help_text="Registered before the first visit; it cannot be changed later.",
    )

    def __init__(self, *args: Any, arms: Sequence[ExperimentArm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for arm in arms:
            self.fields[f"target_{arm.number}"] = forms.URLField(
                label=f"Page with wording {arm.letter}",
                max_length=500,
                assume_scheme="https",
                widget=forms.URLInput(attrs={"placeholder": "https://"}),
            )

    def targets(self) -> list[str]:
        """Addresses in the order of the wordings."""
        return [value for name, value in self.cleaned_data.items() if name.startswith("target_")]

    def worthwhile(self) -> float:
        """The difference as a share."""
        return float(self.cleaned_data["points"]) / 100


class LiveCountsForm(forms.Form):
    """Saves counted so far."""

    def __init__(self, *args: Any, arms: Sequence[ExperimentArm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for arm in arms:
            self.fields[f"saved_{arm.number}"] = forms.IntegerField(
                label=f"Saves of wording {arm.letter} so far", min_value=0, initial=arm.saved
            )

    def counts(self) -> list[int]:
        """Counts in the order of the wordings."""
        return [int(value) for value in self.cleaned_data.values()]


class DigestForm(forms.Form):
    """How often the digest comes by e-mail."""

    rhythm = forms.ChoiceField(
        label="How often",
        choices=DigestChoice.Rhythm.choices,
        help_text="Weekly ones come on Mondays, monthly ones on the first day of the month.",
    )
    also_unchanged = forms.BooleanField(label="Also when nothing changed", required=False)
