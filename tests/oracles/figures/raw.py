"""The tables as they are, read whole, and what follows from the events in them."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps

from accounts.models import Team
from common.periods import Period

DAY = timedelta(days=1)
STAGES = ["lead", "mql", "sal", "sql", "opportunity", "customer", "recycled", "disqualified", "lost"]
BOOKS = 5  # working days


class Raw:
    """All rows, at a moment `now`, as figures of one `period` read them."""

    def __init__(self, period: Period, now: datetime, tables: dict[str, list[Any]] | None = None) -> None:
        self.period, self.now = period, now
        self.tables = {} if tables is None else tables

    def of(self, period: Period) -> "Raw":
        """The same rows, for another period."""
        return Raw(period, self.now, self.tables)

    def all(self, label: str) -> list[Any]:
        """Every row of a table, `leads.Episode` say, in the order in which they were written."""
        if label not in self.tables:
            model = apps.get_model(label)
            self.tables[label] = [SimpleNamespace(**row) for row in model._base_manager.order_by("pk").values()]
        return self.tables[label]

    def by_id(self, label: str) -> dict[int, Any]:
        key = f"{label} by id"
        if key not in self.tables:
            self.tables[key] = {row.id: row for row in self.all(label)}
        return self.tables[key]

    def within(self, at: datetime | None) -> bool:
        """Whether a moment lies in the period."""
        return at is not None and self.period.start <= at < self.period.end

    def so_far(self, at: datetime | None) -> bool:
        """Whether it lies in the period, and is over by now."""
        return self.within(at) and at < self.now

    # What follows from the moves

    @cached_property
    def standing_moves(self) -> list[Any]:
        """Moves that were neither taken back nor take one back."""
        moves = self.all("leads.Transition")
        corrected = {move.corrects_id for move in moves}
        return [move for move in moves if move.corrects_id is None and move.id not in corrected]

    @cached_property
    def reached(self) -> dict[tuple[int, int], dict[str, datetime]]:
        """By lead and episode when each stage was first reached; a life that opens as an MQL was a lead then too."""
        found: dict[tuple[int, int], dict[str, datetime]] = defaultdict(dict)
        for move in self.standing_moves:
            life = found[move.lead_id, move.episode]
            life[move.to_stage] = min(move.at, life.get(move.to_stage, move.at))
            if move.from_stage in ("recycled", "lost") and move.to_stage == "mql":
                life["lead"] = min(move.at, life.get("lead", move.at))
        return found

    @cached_property
    def handed_over(self) -> dict[tuple[int, int], Any]:
        """By lead and episode its first hand-off."""
        first: dict[tuple[int, int], Any] = {}
        for handoff in sorted(self.all("leads.Handoff"), key=lambda row: (row.made_at, row.id)):
            first.setdefault((handoff.lead_id, handoff.episode), handoff)
        return first

    def handed_over_at(self, episode: Any) -> datetime | None:
        first = self.handed_over.get((episode.lead_id, episode.number))
        return first and first.made_at

    def at(self, episode: Any, stage: str) -> datetime | None:
        return self.reached.get((episode.lead_id, episode.number), {}).get(stage)

    # What sales sent back

    @cached_property
    def returns(self) -> list[Any]:
        """Returns that were not taken back."""
        return [row for row in self.all("leads.HandoffReturn") if row.undone_at is None]

    def reason(self, returned: Any) -> Any:
        return self.by_id("leads.ReturnReason")[returned.reason_id]

    def handoff(self, row: Any) -> Any:
        return self.by_id("leads.Handoff")[row.handoff_id]

    def corrections(self, known_by: datetime | None = None) -> list[Any]:
        """What was found wrong, by a moment or at any time."""
        rows = [row for row in self.all("leads.Correction") if row.undone_at is None]
        return [row for row in rows if known_by is None or row.at <= known_by]

    def counts_against(self, returned: Any, known_by: datetime | None = None) -> bool:
        """Whether a return lowers what marketing delivered."""
        wrong = {row.returned_id for row in self.corrections(known_by)}
        serious = returned.result in ("recycled", "disqualified") and self.reason(returned).counts_against_quality
        return serious and returned.id not in wrong

    # The books

    def books_close_at(self, period: Period | None = None) -> datetime:
        """When the desk of marketing closes on the fifth working day after a period."""
        period = period or self.period
        hours = self.marketings_hours
        day, left = period.last_on, BOOKS
        while left:
            day += DAY
            left -= hours.is_working_day(day)
        return closing(day, hours)

    @cached_property
    def marketings_hours(self) -> Any:
        team = Team.objects.filter(side="marketing").select_related("calendar").order_by("pk").first()
        return team.calendar.hours()

    def period_around(self, at: datetime) -> Period:
        """The period like this one in which a moment lies."""
        period = self.period
        while at < period.start:
            period = period.previous()
        while at >= period.end:
            period = period.next()
        return period

    def working_days(self, start_on: date, end_on: date, hours: Any) -> int:
        """From a day up to another, without that one."""
        return sum(hours.is_working_day(start_on + n * DAY) for n in range((end_on - start_on).days))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.period.zone)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def closing(day: date, hours: Any) -> datetime:
    """When a desk closes on a day: the end of the last window of that weekday, by its own clock."""
    closes = hours.week[day.weekday()][-1].closes
    return (datetime.combine(day, time()) + closes).replace(tzinfo=ZoneInfo(hours.zone))
