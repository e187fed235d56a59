"""The period a page is asked for, in its address, and the ones beside it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest

from common.periods import Kind, Period, month_of, parse, quarter_of, week_of
from sla.models import Agreement

KINDS = {Kind.WEEK: week_of, Kind.MONTH: month_of, Kind.QUARTER: quarter_of}


@dataclass(frozen=True)
class Asked:
    """The period shown, and where the picker leads: the one before, the one after (none in the future), other kinds."""

    period: Period
    at: datetime

    @property
    def is_closed(self) -> bool:
        return self.period.end <= self.at

    @property
    def later(self) -> Period | None:
        return self.period.next() if self.is_closed else None

    @property
    def kinds(self) -> list[tuple[str, Period]]:
        """The week, month and quarter around the end of the period, or around now while it lasts."""
        within = min(self.at, self.period.end) if self.period.start <= self.at else self.period.start
        last = max(self.period.start, within - (within - self.period.start) / 1000)
        return [(kind.value, around(last, self.period.zone)) for kind, around in KINDS.items()]


def asked(request: HttpRequest, *, at: datetime) -> Asked:
    """The period of `?period=2026-11`, by default this month; months begin in the agreement's zone. Raises Http404."""
    ruling = Agreement.objects.ruling() or Agreement.objects.latest()
    zone = ruling.zone if ruling else request.user.zone
    key = request.GET.get("period", "")
    try:
        return Asked(parse(key, zone) if key else month_of(at, zone), at)
    except ValueError as error:
        raise Http404(str(error)) from error
