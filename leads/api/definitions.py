"""What the definition of an MQL and its backtest look like in the API, and what its requests may say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from agreements.api.shapes import RevisionShape
from common.rest import Body
from leads import figures
from leads.judged import Judged, Replayed
from leads.models import Backtest, ChangeRequest, Criteria, Rule
from leads.verdict import Figures, Share
from leads.wording import Wording

SHARES = ("overlap", "known", "acceptance", "precision", "win_rate", "recall", "kept")


class RuleShape(serializers.ModelSerializer):
    """A row of the definition, with how it reads."""

    says = serializers.SerializerMethodField()

    class Meta:
        model = Rule
        fields = (
            "id", "line", "section", "axis", "says", "points", "field", "operator", "values", "touch_kind", "campaign",
            "content", "window_days", "halves_days", "cap",
        )  # fmt: skip
        read_only_fields = fields

    def get_says(self, rule: Rule) -> str:
        return Wording.now().rule(rule)


class CriteriaRow(serializers.ModelSerializer):
    """A version as it stands in the list."""

    number = serializers.IntegerField(source="revision.number")
    revision = RevisionShape(read_only=True)

    class Meta:
        model = Criteria
        fields = ("number", "revision", *Criteria.TERMS)
        read_only_fields = fields


class CriteriaShape(CriteriaRow):
    """A version whole: its rules, and all of it in sentences."""

    sentences = serializers.ListField(child=serializers.CharField(), read_only=True)
    rules = RuleShape(many=True, read_only=True)

    class Meta(CriteriaRow.Meta):
        fields = (*CriteriaRow.Meta.fields, "sentences", "rules")


class ChangeShape(serializers.ModelSerializer):
    """A change asked for beside a rule, or without one of points, grades and steps."""

    about = serializers.CharField(read_only=True)

    class Meta:
        model = ChangeRequest
        fields = ("id", "rule", "about", "text", "by", "at", "settled_by", "settled_at")
        read_only_fields = fields


class ChangeIn(Body):
    """What would have to change; `rule` is the id of a rule of this version."""

    text = serializers.CharField(max_length=2000)
    rule = serializers.IntegerField(required=False, allow_null=True, min_value=1)


def told_of_backtest(replayed: Replayed, judged: Judged | None) -> dict[str, Any]:
    """How far a backtest is and, of one that is complete, its figures, its verdict and the reasons."""
    return {
        "criteria": replayed.criteria.revision.number,
        "running": [_progress(job) for job in replayed.running],
        "stale": replayed.stale,
        "backtest": replayed.found and _done(replayed.found),
        "figures": judged and _figures(judged.found),
        "in_force": judged
        and judged.ruling
        and {"criteria": judged.ruling.revision.number, "figures": _figures(judged.beside)},
        "verdict": judged
        and {
            "state": judged.verdict.state,
            "findings": [asdict(finding) for finding in judged.verdict.findings],
            "reasons": judged.verdict.reasons,
        },
    }


def _progress(job: Backtest) -> dict[str, Any]:
    return {
        "criteria": job.criteria.revision.number,
        "done": job.done,
        "total": job.total,
        "started_at": job.started_at,
    }


def _done(found: Backtest) -> dict[str, Any]:
    told = {name: getattr(found, name) for name in ("since", "until", "known", "finished_at")}
    return told | {"leads": found.total, "weeks": figures.weeks(found)}


def _figures(found: Figures) -> dict[str, Any]:
    """Counts, and shares from 0 to 1; `low` and `high` are where a share plausibly lies, with 90 % confidence."""
    return {
        "counts": found.counts,
        "a_week": found.a_week,
        "hours_a_week": found.hours,
        "capacity": found.capacity,
        **{name: _share(getattr(found, name)) for name in SHARES},
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {
        "count": share.count, "of": share.of, "value": share.value, "low": low, "high": high, "small": share.small,
    }  # fmt: skip
