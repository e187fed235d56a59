"""What converts: of the leads that began alike, how far they came and how fast. Plain calculation over counts.

The order is by the lower end of the interval in which a share plausibly lies: three leads of which two were
won come after three hundred of which sixty were, because of the three that may be luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from common.estimates import by_luck, kept
from leads.verdict import Share

BECAME = {"mql": "became MQLs", "accepted": "were accepted by sales", "customer": "became customers"}
FASTEST = "fastest"
FEW_TIMES = 5  # MQLs; a median of fewer says nothing about speed
WRONG_AT_MOST = 0.1  # of the findings, on average


@dataclass(frozen=True)
class Came:
    """Leads that began with one thing: how many had their time, and of those how many came how far, how soon."""

    key: str
    label: str
    leads: int
    maturing: int
    mqls: int
    accepted: int
    customers: int
    to_mql: timedelta | None = None
    to_customer: timedelta | None = None
    code: str = ""

    def share(self, stage: str) -> Share:
        """Those that reached a stage, of those whose window is over."""
        return Share({"mql": self.mqls, "accepted": self.accepted, "customer": self.customers}[stage], self.leads)

    @property
    def shares(self) -> list[tuple[str, Share]]:
        return [(stage, self.share(stage)) for stage in BECAME]

    @property
    def small(self) -> bool:
        return self.share("mql").small

    @property
    def days_to_mql(self) -> float | None:
        return _days(self.to_mql)

    @property
    def days_to_customer(self) -> float | None:
        return _days(self.to_customer)


def ranked(rows: Sequence[Came], total: Came, order: str) -> list[Came]:
    """The surest first, by a stage; or the fastest to an MQL, of those that do not surely convert less than all do."""
    if order != FASTEST:
        return sorted(rows, key=lambda row: _sureness(row, order))
    told = [row for row in rows if is_enough(row, total)]
    others = [row for row in rows if not is_enough(row, total)]
    return sorted(told, key=lambda row: (row.to_mql, row.label)) + sorted(others, key=lambda row: _sureness(row, "mql"))


def is_enough(row: Came, total: Came) -> bool:
    """Whether its speed is worth telling: some became MQLs, and not plainly fewer than of all."""
    share = row.share("mql")
    return share.count >= FEW_TIMES and share.interval[1] >= (total.share("mql").value or 0)


def stands_out(rows: Sequence[Came], total: Came, stage: str) -> Came | None:
    """What surely brings more of a stage than the rest does, most of all; None where luck could explain it.

    Of many that are compared some look good by luck alone: at most a tenth of what is found here does.
    """
    chances = [_luck(row, total, stage) for row in rows]
    surely = [rows[place] for place in kept(chances, WRONG_AT_MOST)]
    better = [row for row in surely if row.share(stage).value > total.share(stage).value]
    return min(better, key=lambda row: _sureness(row, stage), default=None)


def rest(row: Came, total: Came, stage: str) -> Share:
    """The same share among all others."""
    ours, all_of_them = row.share(stage), total.share(stage)
    return Share(all_of_them.count - ours.count, all_of_them.of - ours.of)


def top_of(rows: Sequence[Came], stage: str) -> float:
    """Where a scale ends on which all these shares and their ranges stand; those of few leads may reach beyond."""
    told = [share for row in rows if (share := row.share(stage)).of and not share.small]
    return max((share.interval[1] for share in told), default=1.0) or 1.0


def _luck(row: Came, total: Came, stage: str) -> float:
    ours, others = row.share(stage), rest(row, total, stage)
    return by_luck((ours.count, ours.of), (others.count, others.of))


def _sureness(row: Came, stage: str) -> tuple[float, int, str]:
    share = row.share(stage)
    low = share.interval[0] if share.of else -1.0
    return (-low, -share.of, row.label)


def _days(length: timedelta | None) -> float | None:
    return None if length is None else round(length / timedelta(days=1), 1)
