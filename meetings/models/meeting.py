"""One meeting: prepared, opened with its page frozen, minuted, closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Count, Q
from django.urls import reverse

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from common.hours import WEEKDAYS
from common.periods import MONTHS
from meetings import pack
from meetings.models.action import Action
from meetings.models.agenda import AgendaItem, Decision
from meetings.models.series import Series

NOT_OVER = Q(closed_at__isnull=True, skipped_at__isnull=True)
NOT_BEGUN = Q(opened_at__isnull=True, skipped_at__isnull=True)
UNDER_WAY = Q(opened_at__isnull=False, closed_at__isnull=True)
LONGEST = 100_000  # letters of minutes
AT_A_GLANCE = ("series", "series__zone", "starts_at", "opened_at", "opened_by", "closed_at")


class Overwritten(Refused):
    """Somebody else saved the minutes meanwhile: what one has typed was not saved over theirs. HTTP 409."""


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Meetings, found by where they stand."""

    def visible_to(self, user: User) -> Self:
        """Both teams read every meeting."""
        return self

    def with_people(self) -> Self:
        """With all that a page reads of a meeting."""
        return self.select_related("series", "opened_by", "closed_by", "minutes_saved_by")

    def coming(self) -> Self:
        """Planned, and not yet opened."""
        return self.filter(NOT_BEGUN)

    def under_way(self) -> Self:
        return self.filter(UNDER_WAY)

    def held(self) -> Self:
        return self.filter(opened_at__isnull=False)

    def over(self) -> Self:
        """Closed or skipped, the latest first."""
        return self.filter(Q(closed_at__isnull=False) | Q(skipped_at__isnull=False)).order_by("-starts_at")

    def to_come(self) -> Self:
        """The one that is under way, or else the next: where things are put on the agenda."""
        return self.with_people().filter(NOT_OVER)

    def next(self) -> Meeting | None:
        """The same with when it is and where it stands alone, as every page asks for it: not what is written in it."""
        return self.filter(NOT_OVER).select_related("series").only(*AT_A_GLANCE).first()

    def with_counts(self) -> Self:
        """Each with how many decisions it took and how many actions it gave."""
        decisions = Count("decisions", distinct=True)
        return self.with_people().annotate(decided=decisions, given=Count("actions", distinct=True))


class Meeting(models.Model):
    """One meeting of a series. `pack` is its page, frozen on opening: ids and numbers, names are looked up.

    `minutes_version` counts the savings, so that of two who write at once neither saves over the other unseen.
    """

    series = models.ForeignKey(Series, models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    skipped_at = models.DateTimeField(null=True, blank=True, help_text="When it was said not to take place.")
    pack = models.JSONField(null=True, blank=True)
    minutes = models.TextField(blank=True)
    minutes_version = models.PositiveIntegerField(default=0)
    minutes_saved_at = models.DateTimeField(null=True, blank=True)
    minutes_saved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "starts_at"], name="meeting_one_a_start"),
            models.UniqueConstraint(fields=["series"], condition=NOT_OVER, name="meeting_one_to_come"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, pack__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False, pack__isnull=False),
                name="meeting_opened_has_a_pack",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False), name="meeting_closed_was_opened"
            ),
            models.CheckConstraint(
                condition=Q(skipped_at__isnull=True) | Q(opened_at__isnull=True), name="meeting_skipped_was_not_held"
            ),
        ]

    def __str__(self) -> str:
        local = self.starts_at.astimezone(ZoneInfo(self.series.zone))
        return f"{WEEKDAYS[local.weekday()]}, {local.day} {MONTHS[local.month - 1]}, {local:%H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.pk])

    @property
    def day_name(self) -> str:
        return WEEKDAYS[self.starts_at.astimezone(ZoneInfo(self.series.zone)).weekday()]

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    @property
    def is_over(self) -> bool:
        return self.closed_at is not None or self.skipped_at is not None

    @property
    def next_on(self) -> date:
        """The day of the meeting after this one: what is agreed now is due by then."""
        start = self.series.next_start(self.starts_at)
        return start.astimezone(ZoneInfo(self.series.zone)).date()

    @transaction.atomic
    def open(self, *, by: User, at: datetime) -> None:
        """Begin: the page is frozen as it stands at this moment. Raises Refused when it was opened or skipped."""
        check(by, "meeting.open")
        frozen = pack.prepare(self, at=at)
        self._change(NOT_BEGUN, "This meeting was opened or skipped already.", opened_at=at, opened_by=by, pack=frozen)

    @transaction.atomic
    def close(self, *, by: User, at: datetime) -> Meeting:
        """End it and plan the next; return that one. What is still to be done is carried over by itself."""
        check(by, "meeting.open")
        self._change(UNDER_WAY, "Only a meeting that is under way can be closed.", closed_at=at, closed_by=by)
        return self.series.plan_next(after=max(at, self.starts_at))

    @transaction.atomic
    def skip(self, *, by: User, at: datetime) -> Meeting:
        """It does not take place: its agenda goes to the next one, which is returned."""
        check(by, "meeting.plan")
        self._change(NOT_BEGUN, "This meeting was opened or skipped already.", skipped_at=at)
        following = self.series.plan_next(after=max(at, self.starts_at))
        self.agenda.update(meeting=following)
        return following

    @transaction.atomic
    def write_minutes(self, text: str, *, version: int, by: User, at: datetime) -> None:
        """Save the minutes over the version one has seen.

        Raises Overwritten when somebody saved another since, Refused unless the meeting is under way.
        """
        check(by, "meeting.minute")
        if len(text) > LONGEST:
            raise Incomplete(f"Minutes have at most {LONGEST:,} letters.", "minutes")
        under_way = type(self).objects.under_way().filter(pk=self.pk)
        saved = {"minutes": text, "minutes_version": version + 1, "minutes_saved_at": at, "minutes_saved_by": by}
        if not under_way.filter(minutes_version=version).update(**saved):
            if under_way.exists():
                raise Overwritten("Somebody saved the minutes while you were writing; yours were not saved over them.")
            raise Refused("This meeting is not under way, so its minutes stand as they are.")
        self.refresh_from_db()

    @transaction.atomic
    def put_on_agenda(self, text: str, *, by: User, at: datetime, kind: str = "", about: str = "") -> AgendaItem:
        """Add what somebody wants to talk about, with a link to it. Raises Incomplete without words."""
        check(by, "meeting.minute")
        self._hold()
        if not text.strip():
            raise Incomplete("Say what it is about.", "text")
        return self.agenda.create(text=text.strip(), kind=kind, about=about, added_by=by, added_at=at)

    @transaction.atomic
    def decide(self, text: str, *, by: User, at: datetime, document: str = "") -> Decision:
        """Write down a decision, with the document it changes, if one. Raises Incomplete without words."""
        check(by, "meeting.minute")
        self._hold(opened=True)
        if not text.strip():
            raise Incomplete("Say what was decided.", "text")
        return self.decisions.create(text=text.strip(), document=document, by=by, at=at)

    @transaction.atomic
    def give(self, text: str, *, owner: User, due_on: date, by: User, at: datetime, metric: str = "") -> Action:
        """Give somebody something to do before the next meeting, with the number it should move.

        Raises Incomplete for a day after the next meeting or before today.
        """
        check(by, "action.add")
        self._hold(opened=True)
        today = at.astimezone(ZoneInfo(self.series.zone)).date()
        if not today <= due_on <= self.next_on:
            raise Incomplete(f"It is due before the next meeting, on {self.next_on:%-d %B} at the latest.", "due_on")
        return Action.objects.give(self, text, owner=owner, due_on=due_on, metric=metric, by=by, at=at)

    def _hold(self, *, opened: bool = False) -> None:
        """Lock the row until the transaction ends, or raise Refused when the meeting is over, or not yet begun."""
        rows = type(self).objects.filter(UNDER_WAY if opened else NOT_OVER)
        if not rows.select_for_update(no_key=True).filter(pk=self.pk).exists():
            raise Refused("This meeting is not under way." if opened else "This meeting is over.")

    def _change(self, guard: Q, otherwise: str, **changes: Any) -> None:
        if not type(self).objects.filter(guard, pk=self.pk).update(**changes):
            raise Refused(otherwise)
        self.refresh_from_db()
