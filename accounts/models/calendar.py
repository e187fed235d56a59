"""Working hours: calendars, closures and absences, and the frozen `Hours` built from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.dispatch import Signal

from accounts.access import check
from accounts.models.user import User, check_zone
from accounts.zones import country_choices
from common.errors import Refused
from common.hours import WEEKDAYS, Hours
from common.once import once

hours_changed = Signal()  # after somebody's working hours were changed, of days past or to come


def office_hours() -> dict[str, list[list[str]]]:
    """Monday to Friday, nine to half past five; the keys count weekdays from Monday, 0."""
    return {str(weekday): [["09:00", "17:30"]] for weekday in range(5)}


class WorkCalendarQuerySet(models.QuerySet["WorkCalendar"]):
    """Calendars."""

    def visible_to(self, user: User) -> WorkCalendarQuerySet:
        """Everyone sees when every desk is open."""
        return self

    def draw_up(self, name: str, zone: str, *, by: User, **details: Any) -> WorkCalendar:
        """Make a calendar. Raises ValidationError for an unknown zone, a taken name or windows that overlap."""
        check(by, "calendar.edit")
        calendar = self.model(name=name, zone=zone, **details)
        calendar.full_clean()
        calendar.save()
        return calendar

    @transaction.atomic
    def draw_up_for(self, person: User, name: str, zone: str, *, by: User, **details: Any) -> WorkCalendar:
        """Make working hours for a person, closed on the days on which the hours they have are closed.

        They work by them once they are given them. Raises ValidationError as `draw_up` does.
        """
        before = calendar_of(person)
        country = before.country if before else ""
        calendar = self.draw_up(name, zone, by=by, country=country, **details)
        if before:
            closed = before.closures.values("on", "name", "public")
            Closure.objects.bulk_create(Closure(calendar=calendar, **day) for day in closed)
        return calendar

    def look_ahead(self, *, at: datetime) -> int:
        """Enter the public holidays of next year where none are yet; return how many days that added.

        Years that are entered already are left alone: somebody may have reopened a day.
        """
        coming = range(at.year + 1, at.year + 2)
        known = Closure.objects.filter(public=True, on__year=at.year + 1)
        without = self.exclude(country="").exclude(pk__in=known.values("calendar"))
        return sum(calendar.observe(calendar.country, coming) for calendar in without)


class WorkCalendar(models.Model):
    """When a team's desk is open: windows of local time for each weekday, in one time zone."""

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField("time zone", max_length=64, default="UTC", validators=[check_zone])
    windows = models.JSONField(default=office_hours)
    country = models.CharField(max_length=2, blank=True, help_text="Whose public holidays are observed, such as NL.")

    objects = WorkCalendarQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def week(self) -> list[tuple[str, list[list[str]]]]:
        """Each weekday with its windows, from Monday on."""
        return [(weekday, self.windows.get(str(number), [])) for number, weekday in enumerate(WEEKDAYS)]

    @property
    def country_name(self) -> str:
        return dict(country_choices()).get(self.country, self.country)

    @property
    def worked_by(self) -> list[Any]:
        """The teams, and the people for themselves, whose working hours these are."""
        return [*self.teams.all(), *self.people.all()]

    def clean(self) -> None:
        try:
            self.hours()
        except ValueError as error:
            raise ValidationError({"windows": str(error)}) from error

    def hours(self, person: User | None = None) -> Hours:
        """The frozen working hours of the team, or of a person on it: theirs less their absences.

        Raises ValueError when the windows overlap or the zone is unknown.
        """
        absences = tuple((each.from_at, each.until_at) for each in person.absences.all()) if person else ()
        closed = closed_on(self.pk) if self.pk else ()
        return Hours.from_rows(zone=self.zone, windows=self.windows, holidays=closed, absences=absences)

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> None:
        """Change name, zone or windows. Raises ValidationError as `draw_up` does."""
        check(by, "calendar.edit")
        for field, value in changes.items():
            setattr(self, field, value)
        self.full_clean()
        self.save(update_fields=list(changes))
        hours_changed.send(WorkCalendar)

    @transaction.atomic
    def observe(self, country: str, years: range, *, by: User | None = None) -> int:
        """Close on a country's public holidays in these years; return how many days that added.

        The days of a country observed before, those in `years`, are opened again.
        """
        check(by, "calendar.edit")
        known = holidays.country_holidays(country, years=years) if country else {}
        before, others = self.closures.count(), country != self.country
        if others:
            self.closures.filter(public=True, on__year__in=years).delete()
        Closure.objects.bulk_create(
            (Closure(calendar=self, on=day, name=name[:120], public=True) for day, name in sorted(known.items())),
            ignore_conflicts=True,
        )
        self.country = country
        self.save(update_fields=["country"])
        added = self.closures.count() - before
        if others or added:
            hours_changed.send(WorkCalendar)
        return added

    @transaction.atomic
    def close(self, on: date, name: str, *, by: User) -> Closure:
        """Close the desk for one day of our own. Raises Refused when it is closed that day already."""
        check(by, "calendar.edit")
        closure, added = self.closures.get_or_create(on=on, defaults={"name": name})
        if not added:
            raise Refused(f"{self} is closed on that day already: {closure.name}.")
        hours_changed.send(WorkCalendar)
        return closure

    @transaction.atomic
    def close_all(self, days: Iterable[tuple[date, str]], *, by: User) -> int:
        """Close the desk on several days, each with its name; return how many were open.

        A day that is closed already keeps the name it has.
        """
        check(by, "calendar.edit")
        before = self.closures.count()
        Closure.objects.bulk_create(
            (Closure(calendar=self, on=on, name=name) for on, name in days), ignore_conflicts=True
        )
        hours_changed.send(WorkCalendar)
        return self.closures.count() - before

    @transaction.atomic
    def reopen(self, on: date, *, by: User) -> None:
        """Take a closed day back, a public holiday too; on an open day nothing changes."""
        check(by, "calendar.edit")
        self.closures.filter(on=on).delete()
        hours_changed.send(WorkCalendar)


@once
def closed_on(calendar: int) -> frozenset[date]:
    """The days on which a calendar's desk is closed, which every person on it shares."""
    return frozenset(Closure.objects.filter(calendar=calendar).order_by().values_list("on", flat=True))


def calendar_of(person: User) -> WorkCalendar | None:
    """The calendar a person works by: their own, or else their team's."""
    return person.calendar or (person.team and person.team.calendar)


def hours_of(person: User) -> Hours:
    """A person's working hours: those of the calendar they work by, less their absences.

    Raises ValueError for a person who has none.
    """
    calendar = calendar_of(person)
    if calendar is None:
        raise ValueError(f"{person} has no team and no calendar, so no working hours are known.")
    return calendar.hours(person)


class Closure(models.Model):
    """A day on which a calendar's desk is closed: a public holiday or one of our own."""

    calendar = models.ForeignKey(WorkCalendar, models.CASCADE, related_name="closures")
    on = models.DateField()
    name = models.CharField(max_length=120)
    public = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "on"], name="closure_one_a_day"),
        ]
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.name}, {self.on}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences, found by when they are."""

    def visible_to(self, user: User) -> AbsenceQuerySet:
        """Everyone sees who is away: hand-offs go round them."""
        return self

    def to_come(self, *, at: datetime) -> AbsenceQuerySet:
        """Those that last or are still to start, the earliest first."""
        return self.filter(until_at__gt=at).select_related("user", "cover").order_by("from_at")


class Absence(models.Model):
    """A time when a person is away, and who covers for them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    cover = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="covers")
    entered_at = models.DateTimeField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="absence_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(cover__isnull=True) | ~Q(cover=F("user")), name="absence_is_covered_by_another"
            ),
        ]
        # Read by routing and by every page that shows who is away now.
        indexes = [models.Index(fields=["until_at", "user"], name="absence_to_come")]

    def __str__(self) -> str:
        return f"{self.user} away from {self.from_at:%Y-%m-%d %H:%M}"

    def belongs_to(self, user: User) -> bool:
        return self.user_id == user.pk

    @transaction.atomic
    def end(self, *, by: User, at: datetime) -> None:
        """Be back: an absence that lasts ends now, one that has not started is taken out.

        Raises Refused when it is over already.
        """
        check(by, "absence.enter", self)
        not_started = Absence.objects.filter(pk=self.pk, from_at__gte=at).delete()[0]
        if not not_started and not Absence.objects.filter(pk=self.pk, until_at__gt=at).update(until_at=at):
            raise Refused("This absence is over already.")
