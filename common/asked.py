"""The period a page is asked for, in its address, and the ones beside it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest

from common.errors import Incomplete
from common.periods import Kind, Period, month_of, parse, quarter_of, week_of

KINDS = {Kind.WEEK: week_of, Kind.MONTH: month_of, Kind.QUARTER: quarter_of}


@dataclass(frozen=True)
class Asked:
    """The period shown, and where the picker leads: the one before, the one after (none in the future), other kinds."""

    period: Period
    at: datetime

    @property
    def is_custom(self) -> bool:
        return self.period.kind == Kind.CUSTOM

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


def asked_in(request: HttpRequest, *, zone: str, at: datetime) -> Asked:
    """The period of `?period=2026-11`, or of `?from=2026-11-03&to=2026-11-20`, by default this month.

    Months begin in this zone. Raises Http404 for an address that names none, Incomplete for days that
    somebody typed and that make none.
    """
    key = request.GET.get("period", "")
    if "from" in request.GET or "to" in request.GET:
        return Asked(_typed(request, zone), at)
    try:
        return Asked(parse(key, zone) if key else month_of(at, zone), at)
    except ValueError as error:
        raise Http404(str(error)) from error


def _typed(request: HttpRequest, zone: str) -> Period:
    try:
        return parse(f"{request.GET.get('from', '')}..{request.GET.get('to', '')}", zone)
    except ValueError as error:
        raise Incomplete("Give the first day and the last, and the last not before the first.", "from") from error
