"""Working hours: calendars, closures and absences, and the frozen `Hours` built from them."""

from __future__ import annotations



import holidays
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q

from accounts.models.user import User, check_zone
from common.worktime import Hours


def office_hours() -> dict[str, list[list[str]]]:
    """Monday to Friday, nine to half past five; the keys count weekdays from Monday, 0."""
    return {str(weekday): [["09:00", "17:30"]] for weekday in range(5)}


class WorkCalendar(models.Model):
    """When a team's desk is open: windows of local time for each weekday, in one time zone."""

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField("time zone", max_length=64, default="UTC", validators=[check_zone])
    windows = models.JSONField(default=office_hours)
    country = models.CharField(max_length=2, blank=True, help_text="Whose public holidays are observed, such as NL.")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            self.hours()
        except ValueError as error:
            raise ValidationError({"windows": str(error)}) from error

    def hours(self, person: User | None = None) -> Hours:
        """The frozen working hours of the team, or of a person on it: theirs less their absences.

        Raises ValueError when the windows overlap or the zone is unknown.
        """
        absences = tuple(person.absences.values_list("from_at", "until_at")) if person else ()
        closed = self.closures.values_list("on", flat=True) if self.pk else ()
        return Hours.from_rows(zone=self.zone, windows=self.windows, holidays=closed, absences=absences)

    @transaction.atomic
    def observe(self, country: str, years: range) -> int:
        """Close on a country's public holidays in these years; return how many days that added."""
        known = holidays.country_holidays(country, years=years)
        before = self.closures.count()
        Closure.objects.bulk_create(
            (Closure(calendar=self, on=day, name=name[:120], public=True) for day, name in sorted(known.items())),
            ignore_conflicts=True,
        )
        type(self).objects.filter(pk=self.pk).update(country=country)
        return self.closures.count() - before


def hours_of(person: User) -> Hours:
    """A person's working hours: their own calendar's or else their team's, less their absences.

    Raises ValueError for a person who has neither.
    """
    calendar = person.calendar or (person.team and person.team.calendar)
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

    def __str__(self) -> str:
        return f"{self.name}, {self.on}"


class Absence(models.Model):
    """A time when a person is away, and who covers for them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    cover = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="covers")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="absence_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(cover__isnull=True) | ~Q(cover=F("user")), name="absence_is_covered_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} away from {self.from_at:%Y-%m-%d %H:%M}"

    def belongs_to(self, user: User) -> bool:
        return self.user_id == user.pk


