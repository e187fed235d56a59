"""What the documents both sides sign look like in the API, and what its requests may say."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agreements.models import Focus, Persona, PersonaVersion, Responsibilities, Revision, Signature, StageMap
from agreements.personas import where_they_stand
from common.rest import Body


class SignatureShape(serializers.ModelSerializer):
    """One side's yes; `instead_of` is the head whose deputy gave it."""

    class Meta:
        model = Signature
        fields = ("side", "user", "instead_of", "at", "sha256")
        read_only_fields = fields


class RevisionShape(serializers.ModelSerializer):
    """Where a version stands. Once proposed, `text` is what is signed and `sha256` tells it."""

    signatures = SignatureShape(many=True, read_only=True)

    class Meta:
        model = Revision
        fields = (
            "id", "document", "number", "state", "text", "sha256", "created_by", "created_at", "proposed_by",
            "proposed_at", "effective_at", "in_force_at", "trial_until", "ended_at", "declined_by",
            "declined_because", "signatures",
        )  # fmt: skip
        read_only_fields = fields


class VersionShape(serializers.ModelSerializer):
    """A version of a document: where it stands, and its content in sentences."""

    revision = RevisionShape(read_only=True)
    sentences = serializers.ListField(child=serializers.CharField(), read_only=True)


class PersonaVersionShape(VersionShape):
    class Meta:
        model = PersonaVersion
        fields = ("persona", "revision", "sentences", *PersonaVersion.CONTENT)
        read_only_fields = fields


class PersonaShape(serializers.ModelSerializer):
    """A persona with the version to read first: the one in force, else the one on its way; None where none was."""

    shown = serializers.SerializerMethodField()

    class Meta:
        model = Persona
        fields = ("id", "name", "created_by", "created_at", "shown")
        read_only_fields = fields

    @extend_schema_field(PersonaVersionShape(allow_null=True))
    def get_shown(self, persona: Persona) -> dict[str, Any] | None:
        [stands] = where_they_stand([persona])
        return stands.shown and PersonaVersionShape(stands.shown).data


class RolesShape(VersionShape):
    """Who does what. What a side said before both had answered is not told."""

    class Meta:
        model = Responsibilities
        fields = ("revision", "sentences", "settled", "compared_at")
        read_only_fields = fields


class FocusShape(VersionShape):
    class Meta:
        model = Focus
        fields = ("id", "revision", "sentences", *Focus.CONTENT)
        read_only_fields = fields


class StageMapShape(VersionShape):
    class Meta:
        model = StageMap
        fields = ("revision", "sentences", "stages")
        read_only_fields = fields


class DeclineIn(Body):
    """What would have to change before it is signed."""

    because = serializers.CharField(max_length=2000)
