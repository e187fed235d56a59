"""What is filled in for one rule of a definition."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Count

from campaigns.models import Campaign, Content
from common.conditions import OPERATORS, Takes, Type, number_words, plural, shown
from leads import facts
from leads.definition import FAST_TRACK_DAYS, Section
from leads.kinds import KINDS, NOT_ACTS, kind_label
from leads.models import Rule, Touch
from leads.seen import spread, values_seen

ABOUT_FACTS = {"must": Section.MUST, "never": Section.NEVER, "fit": Section.SCORED}
ABOUT_TOUCHES = {"fast_track": Section.FAST_TRACK, "engagement": Section.SCORED}
LISTS = (*ABOUT_FACTS, *ABOUT_TOUCHES)
OWN, PERSONAS = "Your own fields", "Personas"


def plain(points: Decimal | None) -> str | None:
    """Points without idle zeros, as a number field takes them."""
    return None if points is None else number_words(points).replace(",", "")


def list_of(rule: Rule) -> str:
    """The list of the page that a rule stands in."""
    return rule.axis or rule.section


def rule_form(
    place: str, data: Any = None, *, rule: Rule | None = None, chosen: Any = None, at: datetime
) -> FactRuleForm | TouchRuleForm:
    """The form for a rule of one of the page's LISTS, sent as `data`.

    Not sent, it begins with what `rule` says, and over that with what was `chosen` so far.
    """
    kind = FactRuleForm if place in ABOUT_FACTS else TouchRuleForm
    return kind(place, data, rule=rule, chosen=chosen, at=at)


class RuleForm(forms.Form):
    """What every rule has: points, where it is scored."""

    points = forms.DecimalField(
        max_digits=6,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="Less than 0 takes away.",
    )

    def __init__(self, place: str, data: Any, *, rule: Rule | None, chosen: Any, at: datetime) -> None:
        begins = self.begin_with(rule) | (chosen.dict() if chosen else {})
        super().__init__(data, initial=begins, auto_id=f"rule_{rule.pk if rule else place}_%s")
        self.place, self.rule, self.at = place, rule, at
        self.section = (ABOUT_FACTS | ABOUT_TOUCHES)[place]
        if self.section != Section.SCORED:
            del self.fields["points"]

    @property
    def key(self) -> str:
        """Tells the forms of one page apart."""
        return str(self.rule.pk) if self.rule else self.place

    @abstractmethod
    def begin_with(self, rule: Rule | None) -> dict[str, Any]:
        """What the form shows before anything is filled in."""

    def now(self, name: str) -> Any:
        """What a field says: what was sent, else what it began with."""
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def place_of(self, field: str | None) -> str | None:
        """The field of this form that a refusal is about, or None for the whole."""
        if field == "values":
            field = next((name for name in ("others", "value", "days", "on", "answer") if name in self.fields), None)
        if field in ("window_days", "halves_days"):
            field = "days"
        return field if field in self.fields else None

    def given(self) -> dict[str, Any]:
        """The rule, for the verbs of a definition."""
        return {"section": self.section, "points": self.cleaned_data.get("points")}


class FactRuleForm(RuleForm):
    """A rule about who they are: a field, a question that its type allows, and the values."""

    field = forms.ChoiceField(label="Field")
    operator = forms.ChoiceField(label="Question")

    field_order = ["field", "operator", "chosen", "others", "value", "upto", "days", "on", "answer", "points"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asks_now = self.rule.field if self.rule else ""
        self.facts = {key: fact for key, fact in self.known_facts().items() if fact.offered or key == asks_now}
        self.fields["field"].choices = _grouped(self.facts)
        self.fact = self.facts.get(self.now("field") or "") or self.facts["title"]
        asked = OPERATORS[self.fact.type]
        if self.fact.is_composed:
            asked = {"is": asked["is"]}  # it is never unknown
        self.fields["operator"].choices = [(each.key, each.words) for each in asked.values()]
        self.takes = (asked.get(self.now("operator") or "") or next(iter(asked.values()))).takes
        self._ask_values()
        self.order_fields(self.field_order)

    def known_facts(self) -> dict[str, facts.Fact]:
        """The facts that may be asked for."""
        return facts.facts_for()

    def begin_with(self, rule: Rule | None) -> dict[str, Any]:
        if rule is None:
            return {}
        first, second = ([*rule.values, None, None])[:2]
        same = dict.fromkeys(("value", "days", "on"), first)
        answer = {True: "yes", False: "no"}.get(first)
        return {
            "field": rule.field,
            "operator": rule.operator,
            "points": plain(rule.points),
            "upto": second,
            "answer": answer,
            "words": [str(value) for value in rule.values],
            **same,
        }

    def _ask_values(self) -> None:
        """Only the fields that this question needs."""
        kind = self.fact.type
        if self.takes == Takes.MANY:
            self._ask_words()
        elif self.takes == Takes.DAYS:
            self.fields["days"] = forms.IntegerField(min_value=1, max_value=3650)
        elif self.takes != Takes.NOTHING and kind == Type.BOOLEAN:
            self.fields["answer"] = forms.ChoiceField(choices=self._answers())
        elif self.takes != Takes.NOTHING and kind == Type.DATE:
            self.fields["on"] = forms.CharField(label="Date", widget=forms.TextInput(attrs={"type": "date"}))
        elif self.takes != Takes.NOTHING:
            number = {"inputmode": "decimal"} if kind == Type.NUMBER else {}
            self.fields["value"] = forms.CharField(max_length=200, widget=forms.TextInput(attrs=number))
            if self.takes == Takes.TWO:
                self.fields["value"].label = "From"
                self.fields["upto"] = forms.CharField(label="To", max_length=200, widget=forms.TextInput(attrs=number))

    def _answers(self) -> list[tuple[str, str]]:
        """Yes and no, each with the leads it is true of now; who fits a persona is counted on the persona's page."""
        if self.fact.is_composed:
            return [("yes", "yes"), ("no", "no")]
        seen = {each.value: each.leads for each in values_seen(self.fact, at=self.at)}
        return [(word, f"{word} ({seen.get(value, 0):,})") for word, value in (("yes", "true"), ("no", "false"))]

    @property
    def spread(self) -> str:
        """How the values of a number or a date lie among the leads, in a line."""
        return _spread(self.fact, self.at) if self.fact.type in (Type.NUMBER, Type.DATE) else ""

    def _ask_words(self) -> None:
        """The values leads really have, to tick, and room for others."""
        seen = values_seen(self.fact, at=self.at)
        begun = self.initial.get("words", [])
        known = {each.value.lower() for each in seen}
        self.fields["chosen"] = forms.MultipleChoiceField(
            label="Seen among your leads",
            choices=[(each.value, f"{each.value} ({each.leads:,})") for each in seen],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[each.value for each in seen if each.value.lower() in {word.lower() for word in begun}],
        )
        self.fields["others"] = forms.CharField(
            label="Others" if seen else "Values",
            required=False,
            max_length=5000,
            initial=", ".join(word for word in begun if word.lower() not in known),
            help_text="Separated by commas. Capital letters make no difference.",
        )
        if not seen or self.fact.type != Type.TEXT:
            del self.fields["chosen"]

    def given(self) -> dict[str, Any]:
        return super().given() | {
            "field": self.cleaned_data["field"],
            "operator": self.cleaned_data["operator"],
            "values": self._values(),
        }

    def _values(self) -> list[Any]:
        data = self.cleaned_data
        match self.takes:
            case Takes.NOTHING:
                return []
            case Takes.MANY:
                return self._in_order([*data.get("chosen", []), *(word.strip() for word in data["others"].split(","))])
            case Takes.TWO:
                return [data["value"], data["upto"]]
        return [next(data[name] for name in ("days", "answer", "on", "value") if name in data)]

    def _in_order(self, words: list[str]) -> list[str]:
        """What the rule had before stays where it was, so that only what is new shows as a change."""
        begun = [word.lower() for word in self.initial.get("words", [])]
        return sorted(words, key=lambda word: begun.index(word.lower()) if word.lower() in begun else len(begun))


def _grouped(known: dict[str, facts.Fact]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in ("The person", "The company", OWN, PERSONAS)}
    for key, fact in known.items():
        group = PERSONAS if fact.is_composed else OWN if ":" in key else "The person"
        group = "The company" if key in facts.OF_COMPANY else group
        groups[group].append((key, fact.label[:1].upper() + fact.label[1:]))
    return [(name, choices) for name, choices in groups.items() if choices]


def _spread(fact: facts.Fact, at: datetime) -> str:
    """How the values of a number or a date lie, in a line."""
    lies = spread(fact, at=at)
    if not lies.known:
        return "No lead has a value here yet."
    least, median, most = (shown(value, fact.type) for value in (lies.least, lies.median, lies.most))
    return f"Known of {plural(lies.known, 'lead')}: from {least} to {most}, half of them under {median}."


class TouchRuleForm(RuleForm):
    """A rule about what they did: the kind of touch, where, and how long it counts."""

    LASTS = (
        ("window", "each counts for some days"),
        ("halves", "it halves every so many days"),
        ("ever", "it counts for ever"),
    )

    touch_kind = forms.ChoiceField(label="What they did", required=False)
    campaign = forms.ModelChoiceField(Campaign.objects.order_by("name"), required=False, empty_label="any campaign")
    content = forms.ModelChoiceField(Content.objects.order_by("title"), required=False, empty_label="any content")
    lasts = forms.ChoiceField(label="How long", choices=LASTS)
    days = forms.IntegerField(min_value=1, max_value=3650, required=False)
    cap = forms.DecimalField(
        label="At most",
        max_digits=6,
        decimal_places=2,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="In points, all touches together.",
    )

    field_order = ["touch_kind", "points", "lasts", "days", "cap", "campaign", "content"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["touch_kind"].choices = _kinds(self.now("touch_kind"), any_kind=self.place == "engagement")
        if self.section == Section.FAST_TRACK:
            for name in ("cap", "lasts"):
                del self.fields[name]
            self.fields["days"].label, self.fields["days"].required = "Within the last days", True
        self.order_fields(self.field_order)

    def begin_with(self, rule: Rule | None) -> dict[str, Any]:
        if rule is None:
            return {"lasts": "window", "days": FAST_TRACK_DAYS}
        return {
            "touch_kind": rule.touch_kind,
            "points": plain(rule.points),
            "campaign": rule.campaign_id,
            "content": rule.content_id,
            "lasts": "halves" if rule.halves_days else "window" if rule.window_days else "ever",
            "days": rule.halves_days or rule.window_days,
            "cap": plain(rule.cap),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("lasts", "window") != "ever" and "days" in data and not data["days"]:
            self.add_error("days", "Say how many days.")
        return data

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        lasts = data.get("lasts", "window")
        return super().given() | {
            "field": "",
            "touch_kind": data["touch_kind"],
            "campaign": data["campaign"],
            "content": data["content"],
            "window_days": data["days"] if lasts == "window" else None,
            "halves_days": data["days"] if lasts == "halves" else None,
            "cap": data.get("cap"),
        }


def _kinds(chosen: str | None, *, any_kind: bool) -> list[tuple[str, str]]:
    """The kinds that were really seen, with their counts, then those the product knows of."""
    counted = Touch.objects.responded().order_by().values_list("kind").annotate(touches=Count("pk"))
    seen = dict(sorted(counted, key=lambda each: -each[1]))
    known = [kind for kind in KINDS if kind not in NOT_ACTS]
    kinds = list(dict.fromkeys([*seen, *known, *([chosen] if chosen else [])]))
    choices = [(kind, f"{kind_label(kind)} ({seen.get(kind, 0):,})") for kind in kinds]
    return [("", f"Any touch ({sum(seen.values()):,})"), *choices] if any_kind else choices
