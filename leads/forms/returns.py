"""Which returns are looked at: the weeks, and the version of the definition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.models import User
from common.periods import Period
from leads.let_through import WEEKS, last_weeks
from leads.models import Criteria

USUAL = 13


@dataclass(frozen=True)
class Asked:
    """The last weeks up to and with today in the reader's zone, under the version in force or under all."""

    weeks: int
    period: Period
    criteria: Criteria | None
    ruling: Criteria | None

    def query(self, **changed: object) -> str:
        """The same question in an address, or a changed one."""
        asked = {"weeks": self.weeks, "version": "ruling" if self.criteria else "all"} | changed
        return "?" + urlencode(asked)

    @property
    def lengths(self) -> list[tuple[int, str]]:
        return [(weeks, self.query(weeks=weeks)) for weeks in WEEKS]

    @property
    def versions(self) -> list[tuple[str, str, bool]]:
        """The choice of versions: its words, its address, and whether it is the one shown."""
        all_of_them = ("All versions", self.query(version="all"), self.criteria is None)
        if self.ruling is None:
            return [all_of_them]
        number = self.ruling.revision.number
        return [all_of_them, (f"Version {number} only", self.query(version="ruling"), self.criteria is not None)]


def asked(query: QueryDict, user: User, *, at: datetime) -> Asked:
    """What an address asks for; what cannot be is as usual: 13 weeks, all versions."""
    given = query.get("weeks", "")
    weeks = int(given) if given in map(str, WEEKS) else USUAL
    ruling = Criteria.objects.ruling()
    criteria = ruling if query.get("version") == "ruling" else None
    return Asked(weeks, last_weeks(weeks, user.zone, at=at), criteria, ruling)
