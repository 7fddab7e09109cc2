"""What a person decides about a campaign."""

from typing import Any

from django import forms

from analytics.domain.events import LONGEST_PROMPT, space_named
from analytics.prompt_spaces import known_spaces, spaces_by_name
from analytics.services.campaigns import Plan
from analytics.track_lines import UnknownTracks, as_line, tracks_named
from catalog.access import Access
from catalog.models import Release

MOST_LINES = 200


def _date(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _lines(label: str, help_text: str, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class CampaignForm(forms.Form):
    """Name, tracks, days, and what it is about."""

    name = forms.CharField(max_length=120)
    tracks = _lines("Tracks", "One a line: ISRC, title, or title – artist.", 4)
    release = forms.ModelChoiceField(
        Release.objects.none(),
        required=False,
        empty_label="No release",
        help_text="Its tracks are in the campaign too.",
    )
    starts_on = _date("First day")
    ends_on = _date("Last day")
    before_days = forms.IntegerField(
        label="Days before the start to compare with",
        min_value=7,
        max_value=365,
        initial=28,
        help_text="Whole weeks compare like with like.",
    )
    spaces = _lines("Prompt spaces", "One a line, by name, such as Piano for sleeping.")
    prompts = _lines("Prompts", "One a line, in the words you hope people use.")
    note = forms.CharField(
        label="What is done", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    mark_optional = True

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access = access
        field = self.fields["release"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Release.objects.visible_to(access).order_by("title", "pk")

    def clean_tracks(self) -> list[Any]:
        """Find the tracks that were named."""
        try:
            return list(tracks_named(self.access, self.cleaned_data["tracks"]))
        except UnknownTracks as unknown:
            raise forms.ValidationError(str(unknown)) from unknown

    def clean_spaces(self) -> list[str]:
        """Find the spaces that were named."""
        lines = _split(self.cleaned_data["spaces"])
        found = [(line, space_named(line, spaces_by_name())) for line in lines]
        unknown = [line for line, slug in found if slug is None]
        if unknown:
            said = ", ".join(f"“{line[:60]}”" for line in unknown[:5])
            raise forms.ValidationError(f"No prompt space is called {said}.")
        return list(dict.fromkeys(slug for _, slug in found if slug))

    def clean_prompts(self) -> list[str]:
        """Take the prompts, each once."""
        lines = _split(self.cleaned_data["prompts"])
        if any(len(line) > LONGEST_PROMPT for line in lines):
            raise forms.ValidationError(f"A prompt has up to {LONGEST_PROMPT} characters.")
        return list(dict.fromkeys(lines))

    def clean(self) -> dict[str, Any]:
        """Check what belongs together."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The last day is before the first.")
        if "tracks" in data and not data["tracks"] and not data.get("release"):
            self.add_error("tracks", "Name a track, or choose a release.")
        return data

    def plan(self) -> Plan:
        """What was decided, with the tracks of the release among the tracks."""
        data = self.cleaned_data
        tracks = {track.pk: track for track in data["tracks"]}
        if data["release"] is not None:
            for track in data["release"].tracks.all():
                tracks.setdefault(track.pk, track)
        return Plan(
            name=data["name"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            tracks=list(tracks.values()),
            note=data["note"],
            before_days=data["before_days"],
            prompts=data["prompts"],
            spaces=data["spaces"],
            release=data["release"],
        )


def initial_of(campaign: Any) -> dict[str, Any]:
    """A campaign as its form shows it."""
    names = known_spaces()
    own = campaign.parts.filter(part="campaign").select_related("track")
    return {
        "name": campaign.name,
        "tracks": "\n".join(as_line(part.track) for part in own),
        "release": campaign.release_id,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "before_days": campaign.before_days,
        "spaces": "\n".join(names.get(slug, slug) for slug in campaign.spaces),
        "prompts": "\n".join(campaign.prompts),
        "note": campaign.note,
    }


def _split(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()][:MOST_LINES]


class CampaignLinkForm(forms.Form):
    """A link of a campaign: what it is called, where it leads."""

    label = forms.CharField(
        max_length=120, widget=forms.TextInput(attrs={"placeholder": "Story of Friday"})
    )
    target_url = forms.URLField(
        label="Leads to",
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
