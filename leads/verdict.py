"""What a backtest says: figures with their uncertainty, and whether the definition is ready to be signed.

Rates count leads that would have qualified before sales decided: what sales did with a lead first
says nothing about a definition that would have found it later. Shares are 0 to 1; a good lead is
one that became an SQL. Precision is good of decided, recall found of good, lift the rate of good
leads in a band of points over that of all decided leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from common.estimates import interval
from common.templatetags.words import percent

SMALL = 30  # below this a share is shown with its interval alone
DECISIONS, WINS = 200, 30
WINS_KEPT = 0.95
MINUTES = 50  # of a rep, for an MQL from the first attempt to the disposition


class State(StrEnum):
    READY = "ready"
    CHECK = "check"
    NOT_READY = "not ready"


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def small(self) -> bool:
        return self.of < SMALL

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share plausibly lies, with 90 % confidence."""
        return interval(self.count, self.of)


@dataclass(frozen=True)
class Band:
    """Decided leads between two totals of points; `name` is that of their group."""

    name: str
    label: str
    good: Share
    lift: float | None


@dataclass(frozen=True)
class Figures:
    """What a definition would have done over some weeks. `counts` are the sizes of the groups by name.

    `room` is how many hand-offs a week sales can take, `minutes` what one costs a rep.
    """

    counts: dict[str, int]
    weeks: float
    room: int
    minutes: int = MINUTES

    @property
    def a_week(self) -> float:
        """MQLs a week."""
        return self.counts["mqls"] / self.weeks

    @property
    def overlap(self) -> Share:
        """Of the MQLs there really were, those that would have been."""
        return self._share("same", "were")

    @property
    def known(self) -> Share:
        """Of those that would have qualified, those that sales decided on afterwards."""
        return self._share("known", "mqls")

    @property
    def acceptance(self) -> Share:
        return self._share("accepted", "known")

    @property
    def precision(self) -> Share:
        """Good leads of those decided: the SQL rate."""
        return self._share("sql", "known")

    @property
    def win_rate(self) -> Share:
        return self._share("sold", "known")

    @property
    def recall(self) -> Share:
        """Of all good leads, those that would have been found by the time sales decided on them."""
        return Share(self.counts["sql"], self.counts["good"])

    @property
    def kept(self) -> Share:
        """Of all wins, those whose lead would have qualified before its deal."""
        return self._share("kept", "wins")

    @property
    def hours(self) -> float:
        """Hours of sales a week."""
        return self.a_week * self.minutes / 60

    @property
    def hours_there_are(self) -> float:
        return self.room * self.minutes / 60

    @property
    def capacity(self) -> float | None:
        """The share of what sales can take; None while nobody can take any."""
        return self.a_week / self.room if self.room else None

    def _share(self, part: str, whole: str) -> Share:
        return Share(self.counts[part], self.counts[whole])


@dataclass(frozen=True)
class Finding:
    """One thing asked of a definition, whether it was answered well, and the sentence that says so."""

    passed: bool
    says: str


@dataclass(frozen=True)
class Verdict:
    """Ready when every question is passed, to be checked when one is not, else not ready."""

    findings: list[Finding]

    @property
    def state(self) -> State:
        failed = sum(not finding.passed for finding in self.findings)
        return State.READY if not failed else State.CHECK if failed == 1 else State.NOT_READY

    @property
    def reasons(self) -> list[str]:
        """What stands against it."""
        return [finding.says for finding in self.findings if not finding.passed]


def judge(figures: Figures, ruling: Figures | None) -> Verdict:
    """Whether a definition is ready to be signed, beside the one that rules."""
    return Verdict([
        _enough(figures.counts["decided"], DECISIONS, "past decisions"),
        _enough(figures.counts["wins"], WINS, "wins"),
        _keeps_wins(figures.kept),
        _is_accepted(figures.acceptance, ruling.acceptance if ruling else None),
        _fits(figures),
    ])  # fmt: skip


def _enough(count: int, needed: int, what: str) -> Finding:
    if count >= needed:
        return Finding(True, f"{count:,} {what}: enough to tell.")
    return Finding(False, f"{count:,} {what} are too few to tell; it takes {needed}.")


def _keeps_wins(kept: Share) -> Finding:
    if not kept.of:
        return Finding(False, "Nothing was won yet, so nobody can say which customers it would have missed.")
    missed = kept.of - kept.count
    says = f"It would have missed {missed:,} of {kept.of:,} won customers" if missed else "It misses no won customer"
    return Finding(kept.count >= WINS_KEPT * kept.of, f"{says}; at most one in twenty may be missed.")


def _is_accepted(share: Share, ruling: Share | None) -> Finding:
    if share.value is None:
        return Finding(False, "Sales decided on none of these leads, so nobody can say how many they would accept.")
    if ruling is None or ruling.value is None:
        return Finding(True, f"Sales accepted {percent(share.value)} of those decided; nothing stands beside it.")
    digits = int(percent(share.value) == percent(ruling.value))
    than = "less than" if share.value < ruling.value else "not less than"
    before = f"{than} the {percent(ruling.value, digits)} under the version in force"
    says = f"Sales accepted {percent(share.value, digits)} of those decided, {before}."
    return Finding(share.value >= ruling.value, says)


def _fits(figures: Figures) -> Finding:
    if figures.capacity is None:
        return Finding(False, "Nobody in sales can take leads, so nothing fits.")
    fits = figures.counts["mqls"] <= figures.room * figures.weeks
    says = f"It needs {percent(figures.capacity)} of what sales can take"
    return Finding(fits, f"{says}." if fits else f"{says}: more than there is.")


def lift(good: Share, overall: Share) -> float | None:
    """How many times more often than on average these leads are good; None where that cannot be told."""
    return good.value / overall.value if good.value is not None and overall.value else None
