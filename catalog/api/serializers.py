"""How the catalog reads in JSON."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import (
    Artist,
    AudioFile,
    Change,
    ChangeSet,
    Description,
    Membership,
    Release,
    Stem,
    Term,
    Track,
    TrackCredit,
)
from catalog.models.terms import Facet

VERSION_HELP = "The version that an edit starts from; every change needs it."


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """A workspace one belongs to, with one's role there."""

    slug = serializers.CharField(source="workspace.slug")
    name = serializers.CharField(source="workspace.name")

    class Meta:
        model = Membership
        fields = ["slug", "name", "role"]


class ArtistSerializer(serializers.ModelSerializer[Artist]):
    """An artist."""

    row_version = serializers.IntegerField(required=False, help_text=VERSION_HELP)

    class Meta:
        model = Artist
        fields = ["id", "name", "sort_name", "isni", "ipi", "notes", "row_version"]
        read_only_fields = ["id"]


class NamesField(serializers.ListField):
    """Artists by name: read from the rows, written as names."""

    child = serializers.CharField(max_length=200)

    def to_representation(self, data: Any) -> list[str]:
        """List the names."""
        return [artist.name for artist in data.all()]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """A release; `artists` are names in order."""

    artists = NamesField(required=False)
    row_version = serializers.IntegerField(required=False, help_text=VERSION_HELP)

    class Meta:
        model = Release
        fields = [
            "id",
            "title",
            "version_title",
            "kind",
            "artists",
            "upc",
            "catalogue_number",
            "label_name",
            "release_date",
            "original_date",
            "p_line",
            "c_line",
            "row_version",
        ]
        read_only_fields = ["id"]


class AudioSerializer(serializers.ModelSerializer[AudioFile]):
    """What a stored file is."""

    class Meta:
        model = AudioFile
        fields = [
            "id",
            "original_name",
            "sha256",
            "byte_size",
            "codec",
            "duration_s",
            "sample_rate_hz",
            "channels",
        ]


class CreditSerializer(serializers.ModelSerializer[TrackCredit]):
    """An artist's part in a track."""

    name = serializers.CharField(source="artist.name")

    class Meta:
        model = TrackCredit
        fields = ["artist", "name", "role"]


class StemSerializer(serializers.ModelSerializer[Stem]):
    """A stem of a track."""

    audio = AudioSerializer(read_only=True)

    class Meta:
        model = Stem
        fields = ["id", "role", "label", "audio", "row_version"]


class DescriptionSerializer(serializers.ModelSerializer[Description]):
    """The text of a track in one language and length."""

    length = serializers.ChoiceField(
        choices=settings.DESCRIPTION_LENGTHS, default=Description.Length.MEDIUM
    )
    row_version = serializers.IntegerField(required=False, help_text=VERSION_HELP)

    class Meta:
        model = Description
        fields = ["language", "length", "text", "state", "row_version"]
        read_only_fields = ["state"]


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class TermsField(serializers.Field):
    """The asserted terms of one facet, as slugs."""

    def __init__(self, facet: str, **kwargs: Any) -> None:
        self.facet = facet
        super().__init__(source="*", required=False, **kwargs)

    def to_representation(self, value: Track) -> list[str]:
        """List the slugs of the facet."""
        return sorted(
            assertion.term.slug
            for assertion in value.assertions.all()
            if assertion.term.facet == self.facet
        )

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        """Read a list of slugs."""
        if not isinstance(data, list) or not all(isinstance(slug, str) for slug in data):
            raise serializers.ValidationError("Give a list of terms.")
        return {self.facet: sorted(set(data))}


class TrackSerializer(serializers.ModelSerializer[Track]):
    """A track with its facts and asserted terms; one list of slugs a facet."""

    credits = CreditSerializer(many=True, read_only=True)
    artists = serializers.ListField(
        child=serializers.CharField(max_length=200),
        write_only=True,
        required=False,
        help_text="Names of the artists, in order; an unknown name becomes an artist.",
    )
    audio = AudioSerializer(read_only=True)
    row_version = serializers.IntegerField(required=False, help_text=VERSION_HELP)

    class Meta:
        model = Track
        fields = [
            "id",
            "title",
            "version_title",
            "credits",
            "artists",
            "release",
            "disc_number",
            "track_number",
            "isrc",
            "iswc",
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
            "audio",
            "row_version",
            "created_at",
        ]
        read_only_fields = ["id", "created_at"]
        # The service brings it into form first; the bare pattern here would refuse hyphens.
        extra_kwargs = {"isrc": {"max_length": 20}, "iswc": {"max_length": 20}}

    def get_fields(self) -> dict[str, Any]:
        """Add one field a facet."""
        fields = super().get_fields()
        for facet in Facet:
            fields[facet.value] = _terms_field(facet.value)
        return fields


def _terms_field(facet: str) -> serializers.Field:
    return TermsField(facet)


class TermSerializer(serializers.ModelSerializer[Term]):
    """A term of the vocabulary."""

    class Meta:
        model = Term
        fields = [
            "facet",
            "slug",
            "label",
            "synonyms",
            "parents",
            "avs_list",
            "avs_code",
            "never_automatic",
            "valence",
            "arousal",
        ]


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """One value before and after."""

    class Meta:
        model = Change
        fields = ["model", "object_id", "label", "field", "before", "after"]


class ChangeSetSerializer(serializers.ModelSerializer[ChangeSet]):
    """One thing somebody did."""

    actor = serializers.CharField(source="actor.email", default=None, read_only=True)

    class Meta:
        model = ChangeSet
        fields = [
            "id",
            "reason",
            "source",
            "actor",
            "created_at",
            "change_count",
            "row_count",
            "undoes",
        ]


class ChangeSetDetailSerializer(ChangeSetSerializer):
    """A change set with its changes."""

    changes = ChangeSerializer(many=True, read_only=True)

    class Meta(ChangeSetSerializer.Meta):
        fields = [*ChangeSetSerializer.Meta.fields, "changes"]


class UndoneSerializer(serializers.Serializer[Any]):
    """What an undo did, and what it left because it changed since."""

    change_set = ChangeSetSerializer(allow_null=True)
    left = serializers.ListField(child=serializers.DictField())
