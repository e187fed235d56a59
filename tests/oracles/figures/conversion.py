"""The figures of cohorts, of conversion by period, and of what sales answered with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.oracles.figures.leads import came_to
from tests.oracles.figures.raw import DAY, Raw
from tests.oracles.figures.told import ORACLE, Told, counted, figure, ids, shared

WITHIN = {
    ("lead", "mql"): 90, ("mql", "sal"): 30, ("sal", "sql"): 60, ("sql", "opportunity"): 60,
    ("opportunity", "customer"): 180, ("lead", "customer"): 365,
}  # fmt: skip
FIGURES = {
    "lead": "leads_created", "mql": "mqls", "sal": "sals", "sql": "sqls", "opportunity": "opportunities",
    "customer": "customers",
}  # fmt: skip
CAUSES = ("procedural", "clerical", "definitional", "circumstance")


def followed(raw: Raw, lives: list[Any], since: str, days: int, is_reached: Callable[[Any], Any], *over: str) -> Told:
    """A cohort: who came to it; maturing is who did not, has days left and has not come to an end."""
    reached = {life.id for life in lives if is_reached(life)}
    maturing = [
        life
        for life in lives
        if life.id not in reached
        and not any(raw.at(life, stage) for stage in over)
        and raw.at(life, since) > raw.now - days * DAY
    ]
    share = len(reached) / len(lives) if lives else None
    return Told(share, ids(lives), maturing=len(maturing))


def cohort(raw: Raw, source: str, target: str) -> Told:
    days, lives = WITHIN[source, target], came_to(source, raw)
    if source == "lead":
        lives = [life for life in lives if life.number == 1]

    def is_reached(life: Any) -> bool:
        at = raw.at(life, target)
        return at is not None and at <= raw.at(life, source) + days * DAY

    return followed(raw, lives, source, days, is_reached, "recycled", "disqualified", "lost", target)


def pace(raw: Raw, source: str, target: str) -> Told:
    began, came = (ORACLE[FIGURES[stage]](raw).value for stage in (source, target))
    return Told(came / began if began else None, None)


for pair in WITHIN:
    ORACLE["conversion_" + "_".join(pair)] = lambda raw, pair=pair: cohort(raw, *pair)
    ORACLE["pace_" + "_".join(pair)] = lambda raw, pair=pair: pace(raw, *pair)
for gone in ("recycled", "disqualified"):
    ORACLE[gone] = lambda raw, gone=gone: counted(came_to(gone, raw))


@figure("sal_to_opportunity")
def _settled_sals(raw: Raw) -> Told:
    settled = []
    for life in raw.all("leads.Episode"):
        if life.self_sourced or raw.at(life, "sal") is None:
            continue
        ends = [at for at in (raw.at(life, "recycled"), raw.at(life, "disqualified")) if at]
        ended = raw.at(life, "opportunity") or min(ends, default=None)
        if raw.within(ended):
            settled.append(life)
    return shared(settled, lambda life: raw.at(life, "opportunity"))


@figure("requalification_rate")
def _qualified_again(raw: Raw) -> Told:
    def came_back(life: Any) -> bool:
        lives = [each for each in raw.all("leads.Episode") if each.lead_id == life.lead_id]
        again = [at for each in lives if each.number > life.number and (at := raw.at(each, "mql"))]
        return any(at <= raw.at(life, "recycled") + 180 * DAY for at in again)

    return followed(raw, came_to("recycled", raw), "recycled", 180, came_back)


@figure("recycle_rate")
def _recycled_of_mqls(raw: Raw) -> Told:
    def is_recycled(life: Any) -> bool:
        at = raw.at(life, "recycled")
        return at is not None and at <= raw.at(life, "mql") + 90 * DAY

    over = ("recycled", "disqualified", "lost", "opportunity")
    return followed(raw, came_to("mql", raw), "mql", 90, is_recycled, *over)


@figure("disqualification_rate")
def _disqualified(raw: Raw) -> Told:
    def is_disqualified(life: Any) -> bool:
        since = raw.at(life, "sal")
        return any(
            row.result == "disqualified"
            and row.after_contact
            and (raw.handoff(row).lead_id, raw.handoff(row).episode) == (life.lead_id, life.number)
            and timedelta() <= row.at - since <= 90 * DAY
            for row in raw.returns
        )

    over = ("recycled", "disqualified", "lost", "opportunity")
    return followed(raw, came_to("sal", raw), "sal", 90, is_disqualified, *over)


@figure("lead_velocity_rate")
def _velocity(raw: Raw) -> Told:
    now, before = ORACLE["mqls"](raw).value, ORACLE["mqls"](raw.of(raw.period.previous())).value
    return Told((now - before) / before if before else None, None)


# What sales answered with


def answered(raw: Raw) -> list[tuple[Any, str]]:
    """Hand-offs answered for the first time in the period, and the cause of the return that was the answer, or ""."""
    found = []
    for handoff in raw.all("leads.Handoff"):
        sent = [row for row in raw.returns if row.handoff_id == handoff.id and not row.was_accepted]
        first = min(sent, key=lambda row: (row.at, row.id), default=None)
        answers = [at for at in (handoff.accepted_at, first and first.at) if at]
        if raw.within(min(answers, default=None)):
            found.append((handoff, raw.reason(first).cause if first else ""))
    return found


def answered_with(raw: Raw, *causes: str) -> Told:
    cause = {handoff.id: cause for handoff, cause in answered(raw)}
    handoffs = (raw.by_id("leads.Handoff")[pk] for pk in cause)
    return shared(handoffs, lambda row: cause[row.id] in causes)


ORACLE["return_rate"] = lambda raw: answered_with(raw, *CAUSES)
for each in CAUSES:
    ORACLE[f"return_rate_{each}"] = lambda raw, each=each: answered_with(raw, each)
