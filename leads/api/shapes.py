"""What leads, hand-offs and deals look like in the API, and what its requests may say."""

from rest_framework import serializers

from accounts.models import User
from common.rest import Body
from leads.models import Attempt, Company, Handoff, Lead, Opportunity, ReturnReason, Touch
from leads.models.attempt import Channel, Outcome


class CompanyShape(serializers.ModelSerializer):
    class Meta:
        model = Company
        fields = ("id", "name", "domain", "industry", "employees", "country", "attributes")


class LeadShape(serializers.ModelSerializer):
    """A lead as everyone reads it; `score` is the last one stored, the ledger has an address of its own."""

    company = CompanyShape(read_only=True, allow_null=True)
    email = serializers.CharField(help_text="Empty where only another system's id is known.")
    points = serializers.DecimalField(
        source="score.total", max_digits=8, decimal_places=2, default=None, allow_null=True
    )
    grade = serializers.CharField(source="score.grade", default=None, allow_null=True)

    class Meta:
        model = Lead
        fields = (
            "id", "email", "first_name", "last_name", "title", "phone", "city", "country", "company", "source",
            "campaign", "origin", "external_source", "external_id", "attributes", "stage", "stage_at", "episode",
            "owner", "points", "grade", "opted_out_at", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class TouchShape(serializers.ModelSerializer):
    class Meta:
        model = Touch
        fields = (
            "id", "lead", "kind", "occurred_at", "recorded_at", "responded", "campaign", "content", "channel",
            "detail", "external_source", "external_id",
        )  # fmt: skip
        read_only_fields = fields


class AttemptShape(serializers.ModelSerializer):
    class Meta:
        model = Attempt
        fields = ("id", "lead", "handoff", "by", "at", "channel", "outcome", "note", "call_back_at", "synced")
        read_only_fields = fields


class HandoffShape(serializers.ModelSerializer):
    """A hand-off with the ledger frozen on it, and the version of the criteria it was made under."""

    criteria = serializers.IntegerField(source="criteria.revision.number", default=None, allow_null=True)

    class Meta:
        model = Handoff
        fields = (
            "id", "lead", "episode", "owner", "pool", "state", "hot", "by_hand", "why", "criteria", "fit", "engagement",
            "grade", "ledger", "rating", "campaign", "content", "talking_points", "made_at", "decided_at",
            "accepted_at", "closed_at", "due_at", "due_for", "next_step", "next_step_at",
        )  # fmt: skip
        read_only_fields = fields


class OpportunityShape(serializers.ModelSerializer):
    class Meta:
        model = Opportunity
        fields = (
            "id", "lead", "company", "owner", "name", "type", "state", "amount", "currency", "estimated", "closes_on",
            "opened_at", "closed_at", "lost_because", "rate", "base_amount",
        )  # fmt: skip
        read_only_fields = fields


class TouchIn(Body):
    """One act of the person, or one thing done to them."""

    kind = serializers.CharField(max_length=40)
    occurred_at = serializers.DateTimeField()
    campaign = serializers.CharField(max_length=120, required=False)
    content = serializers.CharField(max_length=160, required=False)
    channel = serializers.CharField(max_length=40, required=False)
    detail = serializers.CharField(max_length=300, required=False)
    external_source = serializers.CharField(max_length=60, required=False)
    external_id = serializers.CharField(max_length=120, required=False)


class TouchOfSomebodyIn(TouchIn):
    """A touch with whose it is: our id, the e-mail address, or the id in the system it comes from."""

    lead = serializers.IntegerField(required=False, min_value=1)
    email = serializers.EmailField(required=False)
    lead_source = serializers.CharField(max_length=60, required=False)
    lead_id = serializers.CharField(max_length=120, required=False)


class LeadIn(Body):
    """A person who gave contact data. The e-mail address, or the external id, tells who it is."""

    email = serializers.EmailField(required=False)
    first_name = serializers.CharField(max_length=120, required=False)
    last_name = serializers.CharField(max_length=120, required=False)
    title = serializers.CharField(max_length=200, required=False)
    phone = serializers.CharField(max_length=60, required=False)
    city = serializers.CharField(max_length=120, required=False)
    country = serializers.CharField(max_length=80, required=False)
    company = serializers.CharField(max_length=200, required=False)
    industry = serializers.CharField(max_length=120, required=False)
    employees = serializers.IntegerField(required=False, min_value=0)
    source = serializers.CharField(max_length=120, required=False)
    campaign = serializers.CharField(max_length=120, required=False)
    external_source = serializers.CharField(max_length=60, required=False)
    external_id = serializers.CharField(max_length=120, required=False)
    attributes = serializers.DictField(required=False)
    touches = TouchIn(many=True, required=False)


class LeadEdit(Body):
    """The facts to change; those not named stay. An attribute of null is taken away."""

    email = serializers.EmailField(required=False)
    first_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True)
    country = serializers.CharField(max_length=80, required=False, allow_blank=True)
    source = serializers.CharField(max_length=120, required=False, allow_blank=True)
    attributes = serializers.DictField(required=False)


class ScoreAsked(Body):
    """The past moment at which a score is asked for; left away, it is now."""

    at = serializers.DateTimeField(required=False)


class AttemptIn(Body):
    """One attempt to reach the person; on an undecided hand-off it accepts first."""

    channel = serializers.ChoiceField(Channel.choices, default=Channel.CALL)
    outcome = serializers.ChoiceField(Outcome.choices)
    note = serializers.CharField(max_length=2000, required=False)
    call_back_at = serializers.DateTimeField(required=False)
    made_at = serializers.DateTimeField(required=False)


class ReturnIn(Body):
    """Why a hand-off comes back; `evidence` holds what the reason asks for: date, fields, criterion or lead."""

    reason = serializers.SlugRelatedField(slug_field="code", queryset=ReturnReason.objects.filter(is_active=True))
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    evidence = serializers.DictField(required=False)
    rating = serializers.IntegerField(required=False, min_value=1, max_value=3)


class ReassignIn(Body):
    """To whom a hand-off goes, and why."""

    to = serializers.PrimaryKeyRelatedField(queryset=User.objects.active())
    because = serializers.CharField(max_length=200)


class OpportunityIn(Body):
    """A deal that a lead became."""

    lead = serializers.PrimaryKeyRelatedField(queryset=Lead.objects.all())
    name = serializers.CharField(max_length=200, required=False)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    currency = serializers.CharField(min_length=3, max_length=3)
    closes_on = serializers.DateField()
    estimated = serializers.BooleanField(required=False)


class WinIn(Body):
    """What a deal was won for, where that differs from what was expected."""

    amount = serializers.DecimalField(max_digits=14, decimal_places=2, required=False)


class LoseIn(Body):
    """Why a deal was lost."""

    because = serializers.CharField(max_length=200)
