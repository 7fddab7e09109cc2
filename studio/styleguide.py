"""The page that shows every piece of the design system in all its states; served in debug only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from studio.icons import PATHS

LONG_TITLE = (
    "Variations on a Theme Heard Through the Wall of a Rehearsal Room in the Rain, Part Two "
    "(Extended Instrumental Version, Remastered from the Original Four-Track Tape)"
)
RIGHT_TO_LEFT = "أغنية المساء"
BEFORE = "A slow song about the harbour, with piano and soft drums."
AFTER = "A slow, warm song about the old harbour, with piano and brushed drums."
COLOURS = (
    ("text", "page"),
    ("muted", "page"),
    ("muted", "surface"),
    ("accent", "surface"),
    ("simulated", "surface"),
    ("observed", "surface"),
    ("warning", "surface"),
    ("danger", "surface"),
    ("done", "surface"),
)


class ExampleForm(forms.Form):
    """One field of every kind, two of them filled in wrongly."""

    title = forms.CharField(help_text="As it stands on the release.")
    isrc = forms.RegexField(
        r"^[A-Z]{2}[A-Z0-9]{3}\d{7}$",
        label="ISRC",
        error_messages={
            "invalid": "An ISRC has 12 characters, such as QZES12500017. This one has 9."
        },
    )
    tempo_bpm = forms.FloatField(label="Tempo", min_value=30, max_value=300, required=False)
    mode = forms.ChoiceField(choices=[("major", "Major"), ("minor", "Minor")])
    moods = forms.MultipleChoiceField(
        choices=[
            (
                "Mood",
                [("calm", "Calm"), ("tense", "Tense"), ("warm", "Warm"), ("wistful", "Wistful")],
            ),
            ("Activity", [("driving", "Driving"), ("studying", "Studying")]),
        ],
        widget=forms.SelectMultiple(attrs={"data-tags": "Type to find a mood"}),
        required=False,
    )
    vocals = forms.ChoiceField(
        choices=[("instrumental", "Instrumental"), ("vocals", "With vocals")],
        widget=forms.RadioSelect,
    )
    description = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), required=False)
    explicit = forms.BooleanField(required=False, label="Explicit lyrics")
    locked = forms.CharField(disabled=True, required=False, initial="Imported, cannot be changed")


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show all pieces; `?dark` and such are not needed, the theme switch is on the page."""
    wrong = ExampleForm(
        {"title": "", "isrc": "QZES12500", "mode": "minor", "moods": ["calm", "warm"]}
    )
    rows: list[dict[str, Any]] = [
        {"title": "Harbour Lights", "artist": "Noa Lind", "tempo": 92.04, "length_s": 201.3},
        {"title": LONG_TITLE, "artist": "The Second Quartet", "tempo": 174.0, "length_s": 4021},
        {"title": RIGHT_TO_LEFT, "artist": "ليلى", "tempo": None, "length_s": 187},
    ]
    return render(
        request,
        "styleguide.html",
        {
            "icons": sorted(PATHS),
            "colours": COLOURS,
            "form": wrong,
            "rows": rows,
            "page": Paginator(range(1204), 50).page(3),
            "before": BEFORE,
            "after": AFTER,
            "long_title": LONG_TITLE,
            "right_to_left": RIGHT_TO_LEFT,
            "lanes": [
                {
                    "label": "Piano",
                    "facet": "instrument",
                    "state": "accepted",
                    "ranges": [{"start_s": 4, "end_s": 61.5}, {"start_s": 120, "end_s": 160}],
                },
                {
                    "label": "Female vocals",
                    "facet": "vocals",
                    "state": "suggested",
                    "ranges": [{"start_s": 30, "end_s": 96}],
                },
            ],
            "tabs": [
                {"label": "Facts", "url": "#facts", "current": True},
                {"label": "Suggestions", "url": "#suggestions", "count": 12},
                {"label": "History", "url": "#history", "count": 0},
            ],
        },
    )
