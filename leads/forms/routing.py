"""What is filled in on the pages of routing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q

from accounts.access import Role, Side
from accounts.models import Team, User
from accounts.models.user import MOST_A_DAY
from common.conditions import Condition
from leads import facts
from leads.forms.rule import FactRuleForm
from leads.models import Handoff
from leads.models.routing import MOST_WEIGHT, RoutingRule, conditions_of

UNREADABLE = "The conditions of this page could not be read. Nothing was changed; open the rule again."


class CapacityForm(forms.Form):
    """How many hand-offs a working day one rep can take on."""

    daily_capacity = forms.IntegerField(label="Hand-offs a day", min_value=0, max_value=MOST_A_DAY)


class GiveForm(forms.Form):
    """Which of the hand-offs that nobody owns are given, and to which of the reps who are here."""

    handoffs = forms.ModelMultipleChoiceField(
        Handoff.objects.none(), error_messages={"required": "Tick what is to be given."}
    )
    to = forms.ModelChoiceField(
        User.objects.none(),
        error_messages={"required": "Choose who gets them.", "invalid_choice": "Choose a rep who is here."},
    )

    def __init__(self, data: Any, *, by: User, at: datetime) -> None:
        super().__init__(data)
        self.fields["handoffs"].queryset = Handoff.objects.visible_to(by)
        self.fields["to"].queryset = User.objects.with_role(Role.REP).present(at=at)


class OneMoreForm(FactRuleForm):
    """One more condition of a rule of routing: no field at first, and what that needs once one is chosen."""

    def __init__(self, data: Any = None, *, chosen: Any = None, at: Any) -> None:
        super().__init__("must", data, rule=None, chosen=chosen, at=at)
        self.fields["field"].choices = [("", "choose what to ask"), *self.fields["field"].choices]
        if not self.is_asked:
            for name in [name for name in self.fields if name != "field"]:
                del self.fields[name]

    def known_facts(self) -> dict[str, facts.Fact]:
        return facts.facts_for_routing()

    @property
    def is_asked(self) -> bool:
        """Whether a field is chosen."""
        return bool(self.now("field"))

    @property
    def condition(self) -> Condition:
        given = self.given()
        return Condition(given["field"], given["operator"], tuple(given["values"]))


class KeptForm(forms.Form):
    """The conditions so far, carried by the page until the rule is saved."""

    conditions = forms.JSONField(widget=forms.HiddenInput, required=False, error_messages={"invalid": UNREADABLE})

    def clean_conditions(self) -> list[Condition]:
        given = self.cleaned_data["conditions"] or []
        if not isinstance(given, list) or not all(map(_is_condition, given)):
            raise forms.ValidationError(UNREADABLE)
        return conditions_of(given)


def _is_condition(given: Any) -> bool:
    if not isinstance(given, dict) or not isinstance(given.get("values"), list):
        return False
    words = [given.get("field"), given.get("operator")]
    return all(isinstance(word, str) for word in words) and all(
        isinstance(value, str | int | float) for value in given["values"]
    )


def carried(conditions: list[Condition]) -> str:
    """Conditions as the page carries them."""
    return json.dumps([{"field": c.field, "operator": c.operator, "values": list(c.values)} for c in conditions])


class GoesToForm(forms.Form):
    """Who gets the leads of a rule: one person, or pools by weight."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        label="A person",
        required=False,
        empty_label="nobody in person: the pools below",
        help_text="While away, or if they sent the lead back, it is the turn of somebody in their pool.",
    )

    def __init__(self, data: Any = None, *, rule: RoutingRule | None = None) -> None:
        weights = {each.team_id: each.weight for each in rule.shares.all()} if rule else {}
        super().__init__(data, initial={"person": rule and rule.person_id})
        in_sales = User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).filter(team__side=Side.SALES)
        named = Q(pk=rule.person_id) if rule else Q(pk=None)
        self.fields["person"].queryset = (in_sales | User.objects.filter(named)).distinct().order_by("name", "pk")
        self.pools = list(Team.objects.filter(side=Side.SALES).order_by("pk"))
        for pool in self.pools:
            self.fields[f"weight_{pool.pk}"] = forms.IntegerField(
                label=str(pool), min_value=0, max_value=MOST_WEIGHT, required=False, initial=weights.get(pool.pk)
            )

    @property
    def weight_fields(self) -> list[forms.BoundField]:
        return [self[f"weight_{pool.pk}"] for pool in self.pools]

    def given(self) -> dict[str, Any]:
        """Who gets them, for the verbs of a rule."""
        weights = {pool.pk: self.cleaned_data.get(f"weight_{pool.pk}") for pool in self.pools}
        person = self.cleaned_data["person"]
        return {"person": person, "weights": {} if person else {pk: n for pk, n in weights.items() if n}}


class HandOnForm(forms.Form):
    """To whom a whole book goes."""

    to = forms.ModelChoiceField(User.objects.none(), label="Everything goes to", empty_label="choose a colleague")
    in_turn = forms.BooleanField(
        label="Give the hand-offs each to whose turn it is", required=False, help_text="The rest goes to the colleague."
    )
    nurtured_to = forms.ModelChoiceField(
        User.objects.none(), label="Recycled leads go to", required=False, empty_label="choose a marketer"
    )

    def __init__(self, data: Any = None, *, leaver: User, nurtures: bool) -> None:
        super().__init__(data)
        sales = User.objects.with_role(Role.REP, Role.HEAD_OF_SALES).exclude(pk=leaver.pk)
        marketing = User.objects.with_role(Role.MARKETER, Role.HEAD_OF_MARKETING).exclude(pk=leaver.pk)
        self.fields["to"].queryset = sales.order_by("name", "pk")
        self.fields["nurtured_to"].queryset = marketing.order_by("name", "pk")
        if not nurtures:
            del self.fields["nurtured_to"]

    def given(self) -> dict[str, Any]:
        """To whom, for the verb."""
        return dict(self.cleaned_data)
