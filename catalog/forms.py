"""Forms of the catalog: they parse and explain; services decide and write."""

from collections.abc import Callable
from typing import Any

from django import forms

from catalog.access import Access
from catalog.domain.identifiers import (
    display_isrc,
    normalise_ipi,
    normalise_isni,
    normalise_isrc,
    normalise_iswc,
    normalise_upc,
)
from catalog.domain.languages import normalise_language
from catalog.errors import StudioError
from catalog.models import Artist, Description, Release, Term, Track
from catalog.models.terms import Facet
from catalog.models.tracks import KEY_TONICS
from catalog.roles import ROLE_CHOICES, Role

TRACK_COLUMNS = (
    "title",
    "version_title",
    "isrc",
    "iswc",
    "disc_number",
    "track_number",
    "tempo_bpm",
    "key_tonic",
    "key_mode",
    "title_language",
    "lyrics_language",
    "advisory",
    "recording_year",
    "notes",
    "opt_out_simulation",
    "opt_out_training",
    "opt_out_export",
)


class CodeField(forms.CharField):
    """A code as people write it, checked and brought into its stored form."""

    def __init__(self, normalise: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._normalise = normalise

    def clean(self, value: Any) -> str:
        """Refuse what cannot be such a code, saying why."""
        try:
            return self._normalise(super().clean(value))
        except StudioError as error:
            raise forms.ValidationError(f"{error} {error.hint}".strip()) from error


class TrackForm(forms.Form):
    """Everything a person may say about a track on one page."""

    row_version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(max_length=300)
    version_title = forms.CharField(
        label="Version", max_length=200, required=False, help_text="Radio Edit, Live, Acoustic ..."
    )
    artists = forms.CharField(
        required=False,
        help_text="Enter each artist separately, with a semicolon between them.",
    )
    release = forms.ModelChoiceField(Release.objects.none(), required=False)
    disc_number = forms.IntegerField(label="Disc", min_value=1, max_value=99, required=False)
    track_number = forms.IntegerField(label="Number", min_value=1, max_value=999, required=False)
    isrc = CodeField(normalise_isrc, label="ISRC", max_length=20, required=False)
    iswc = CodeField(
        normalise_iswc,
        label="ISWC",
        max_length=20,
        required=False,
        help_text="The code of the work (the song), not of this recording.",
    )
    tempo_bpm = forms.FloatField(label="Tempo (BPM)", min_value=20, max_value=400, required=False)
    key_tonic = forms.ChoiceField(
        label="Key", choices=[("", "Not set"), *((t, t) for t in KEY_TONICS)], required=False
    )
    key_mode = forms.ChoiceField(label="Mode", choices=Track.KeyMode.choices, required=False)
    title_language = CodeField(
        normalise_language,
        max_length=35,
        required=False,
        help_text="The language the title is written in: en, pt-BR, ja-Latn.",
    )
    lyrics_language = CodeField(
        normalise_language,
        max_length=35,
        required=False,
        help_text="A language tag such as en or pt-BR; zxx where nobody sings words.",
    )
    advisory = forms.ChoiceField(choices=Track.Advisory.choices, required=False)
    recording_year = forms.IntegerField(min_value=1860, max_value=2100, required=False)
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    opt_out_simulation = forms.BooleanField(label="Keep out of simulations", required=False)
    opt_out_training = forms.BooleanField(label="Keep out of training", required=False)
    opt_out_export = forms.BooleanField(label="Keep out of exports", required=False)

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        releases = self.fields["release"]
        assert isinstance(releases, forms.ModelChoiceField)
        releases.queryset = Release.objects.visible_to(access)
        choices: dict[str, list[tuple[str, str]]] = {facet.value: [] for facet in Facet}
        terms = Term.objects.visible_to(access).values_list("facet", "slug", "label")
        for of_facet, slug, label in terms:
            choices[of_facet].append((slug, label))
        for facet in Facet:
            self.fields[facet.value] = TermField(
                choices=choices[facet.value], label=facet.label, required=False
            )

    @staticmethod
    def initial_of(
        track: Track, terms: dict[str, list[Term]], artists: list[str]
    ) -> dict[str, Any]:
        """Fill the form from a track."""
        initial: dict[str, Any] = {name: getattr(track, name) for name in TRACK_COLUMNS}
        initial["isrc"] = display_isrc(track.isrc)
        initial["release"] = track.release_id
        initial["row_version"] = track.row_version
        initial["artists"] = "; ".join(artists)
        for facet in Facet:
            initial[facet.value] = [term.slug for term in terms.get(facet.value, [])]
        return initial

    def values(self) -> dict[str, Any]:
        """Give the versioned values of the form."""
        data = self.cleaned_data
        values: dict[str, Any] = {name: data[name] for name in TRACK_COLUMNS}
        values["release"] = data["release"].pk if data["release"] else None
        for facet in Facet:
            values[facet.value] = sorted(data[facet.value])
        return values

    def artist_names(self) -> list[str]:
        """Give the artists, one each."""
        return [name.strip() for name in self.cleaned_data["artists"].split(";") if name.strip()]

    @property
    def term_fields(self) -> list[Any]:
        """The fields of the seven facets, for the page."""
        return [self[facet.value] for facet in Facet]


class TermField(forms.MultipleChoiceField):
    """Several terms of one facet, by slug."""

    widget = forms.SelectMultiple(attrs={"data-tags": "", "size": "6"})


class ReleaseForm(forms.Form):
    """A release."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    title = forms.CharField(max_length=300)
    version_title = forms.CharField(label="Version", max_length=200, required=False)
    artists = forms.CharField(
        required=False, help_text="Enter each artist separately, with a semicolon between them."
    )
    kind = forms.ChoiceField(choices=Release.Kind.choices)
    upc = CodeField(normalise_upc, label="UPC/EAN", max_length=20, required=False)
    catalogue_number = forms.CharField(max_length=60, required=False)
    label_name = forms.CharField(label="Label", max_length=200, required=False)
    release_date = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    original_date = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="When it first came out, if this is a re-release.",
    )
    p_line = forms.CharField(label="P line", max_length=300, required=False)
    c_line = forms.CharField(label="C line", max_length=300, required=False)
    artwork = forms.FileField(
        required=False, help_text="JPEG, PNG or WebP; square, best at 3,000 x 3,000 pixels."
    )

    def values(self) -> dict[str, Any]:
        """Give the versioned values of the form, but for artists and artwork."""
        skipped = {"row_version", "artists", "artwork"}
        values = {name: value for name, value in self.cleaned_data.items() if name not in skipped}
        for name in ("release_date", "original_date"):
            values[name] = values[name].isoformat() if values[name] else None
        return values

    def artist_names(self) -> list[str]:
        """Give the artists, one each."""
        return [name.strip() for name in self.cleaned_data["artists"].split(";") if name.strip()]


class ArtistForm(forms.Form):
    """An artist."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    name = forms.CharField(max_length=200)
    sort_name = forms.CharField(max_length=200, required=False, help_text="Ferrari, Ada")
    isni = CodeField(normalise_isni, label="ISNI", max_length=25, required=False)
    ipi = CodeField(normalise_ipi, label="IPI name number", max_length=20, required=False)
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)


class DescriptionForm(forms.Form):
    """The text of a track in one length."""

    row_version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    length = forms.TypedChoiceField(coerce=int, choices=Description.Length.choices)
    text = forms.CharField(
        label="Description",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": ""}),
        strip=False,
    )


class InvitationForm(forms.Form):
    """Whom to let in, and as what."""

    email = forms.EmailField(label="Email address")
    role = forms.ChoiceField(choices=ROLE_CHOICES, initial=Role.EDITOR)
    artists = forms.ModelMultipleChoiceField(
        Artist.objects.none(),
        required=False,
        label="Artists",
        help_text="For the role artist: whose tracks are theirs.",
        widget=forms.SelectMultiple(attrs={"data-tags": "", "size": "4"}),
    )

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        artists = self.fields["artists"]
        assert isinstance(artists, forms.ModelMultipleChoiceField)
        artists.queryset = Artist.objects.visible_to(access)


class RoleForm(InvitationForm):
    """Another role for a member."""

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, access=access, **kwargs)
        del self.fields["email"]


class JoinForm(forms.Form):
    """A name and a password for an invited person without an account."""

    name = forms.CharField(label="Your name", max_length=120)
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), min_length=10
    )


class WorkspaceForm(forms.Form):
    """What a workspace is called, and whether changes of many rows wait for a second person."""

    name = forms.CharField(max_length=120)
    second_person = forms.BooleanField(
        required=False,
        label="Imports, bulk edits and merges wait until another manager approves them",
    )
