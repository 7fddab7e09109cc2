"""What a person may put in place of a suggestion."""

from collections.abc import Mapping
from typing import Any

from django import forms

from analysis.models import Suggestion
from analysis.models.suggestions import KEY, STEM_ROLE, TEMPO
from analysis.services import deciding
from analysis.services.deciding import Decision
from catalog.access import Access
from catalog.models import Stem, Term
from catalog.models.tracks import KEY_TONICS


class AnswerForm(forms.Form):
    """Another value for a suggestion."""

    def __init__(self, suggestion: Suggestion, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"id_{suggestion.pk}_%s")
        self.suggestion = suggestion

    @property
    def answer_label(self) -> str:
        """Say what the person put in."""
        return deciding.value_label(self.suggestion.facet, self.cleaned_data)

    def save(self, *, access: Access) -> Decision:
        """Accept the value."""
        return deciding.answer_value(
            suggestion=self.suggestion, value=self.cleaned_data, access=access
        )


class TempoForm(AnswerForm):
    """Another tempo."""

    bpm = forms.FloatField(label="Tempo (BPM)")

    def clean_bpm(self) -> float:
        """Refuse what nobody counts in."""
        try:
            return deciding.checked_bpm(self.cleaned_data["bpm"])
        except deciding.NotAnAnswer as error:
            raise forms.ValidationError(str(error)) from error


class KeyForm(AnswerForm):
    """Another key."""

    tonic = forms.ChoiceField(label="Key", choices=[(tonic, tonic) for tonic in KEY_TONICS])
    mode = forms.ChoiceField(label="Mode", choices=[("major", "major"), ("minor", "minor")])


class StemRoleForm(AnswerForm):
    """Another role for a stem."""

    role = forms.ChoiceField(label="Part", choices=Stem.Role.choices)


class TermForm(AnswerForm):
    """Another term of the same facet."""

    term: "forms.ModelChoiceField[Term]" = forms.ModelChoiceField(queryset=Term.objects.none())

    def __init__(self, suggestion: Suggestion, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(suggestion, data)
        field: Any = self.fields["term"]
        field.label = suggestion.get_facet_display()
        field.queryset = Term.objects.filter(
            workspace_id=suggestion.workspace_id, facet=suggestion.facet
        ).order_by("label")
        field.to_field_name = "slug"

    @property
    def answer_label(self) -> str:
        """Say what the person put in."""
        return str(self.cleaned_data["term"])

    def save(self, *, access: Access) -> Decision:
        """Accept the term."""
        return deciding.answer_term(
            suggestion=self.suggestion, term=self.cleaned_data["term"], access=access
        )


def answer_form(suggestion: Suggestion, data: Mapping[str, Any] | None) -> AnswerForm:
    """Give the form for a suggestion, filled with what is suggested."""
    kinds: Mapping[str, type[AnswerForm]] = {
        TEMPO: TempoForm,
        KEY: KeyForm,
        STEM_ROLE: StemRoleForm,
    }
    form = kinds.get(suggestion.facet, TermForm)(suggestion, data)
    form.initial = {"term": suggestion.term} if suggestion.is_term else dict(suggestion.value)
    return form
