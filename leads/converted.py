"""What converts, as it was reckoned last night: read by the page, by marketing's home and by the list of leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.models import Campaign, Content
from leads.converting import Came, rest, stands_out
from leads.kinds import kind_label
from leads.models import Conversion
from leads.models.beginning import By

NOTHING = {
    By.OFFER: "No offer: they only looked",
    By.SOURCE: "Without a source",
    By.CAMPAIGN: "Without a campaign",
}


@dataclass(frozen=True)
class Reckoned:
    """The rows of one question, what they come to together, and as of when."""

    rows: list[Came]
    total: Came
    at: datetime


def reckoned(by: str, *, period: str, persona: int = 0) -> Reckoned | None:
    """What leads began with and how far they came; None where nobody began then. Three queries at most."""
    found = list(Conversion.objects.filter(by__in=[by, ""], period=period, persona=persona))
    total = next((each for each in found if not each.by), None)
    if total is None:
        return None
    rows = [each for each in found if each.by]
    names = labels(rows)
    return Reckoned([_came(each, names[each.key]) for each in rows], _came(total, "All together"), total.at)


def standing_out(found: Reckoned, stage: str) -> dict[str, Any]:
    """What surely brings more of a stage than the rest, with both shares; nothing where luck could explain it."""
    best = stands_out(found.rows, found.total, stage)
    return {"best": best, "best_share": best.share(stage), "rest": rest(best, found.total, stage)} if best else {}


def labels(rows: Sequence[Conversion]) -> dict[str, str]:
    """What each key of these says, which are told apart by the same thing. What was deleted since is called so."""
    by = rows[0].by if rows else ""
    if by == By.CAMPAIGN:
        names = _names(Campaign, [row.key for row in rows])
        return {row.key: names.get(row.key, "A campaign that was deleted") if row.key else NOTHING[by] for row in rows}
    titles = _names(Content, [key.removeprefix("content:") for row in rows if (key := row.key).startswith("content:")])
    return {row.key: _label(by, row.key, titles) for row in rows}


def _label(by: str, key: str, titles: dict[str, str]) -> str:
    kind, _, rest = key.partition(":")
    if by == By.OFFER and kind == "content":
        return titles.get(rest, "Content that was deleted")
    if by == By.MEDIUM:
        return f"{kind.capitalize()}: {_small(kind_label(rest))}" if kind else kind_label(rest)
    return kind_label(rest) if by == By.OFFER and rest else key or NOTHING.get(by, "")


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _names(model: type[Campaign] | type[Content], ids: Sequence[str]) -> dict[str, str]:
    return {str(pk): str(each) for pk, each in model.objects.in_bulk([each for each in ids if each]).items()}


def _came(row: Conversion, label: str) -> Came:
    return Came(
        row.key, label, row.leads, row.maturing, row.mqls, row.accepted, row.customers,
        row.to_mql, row.to_customer, row.code,
    )  # fmt: skip
