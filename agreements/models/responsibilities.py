"""Who does what: each side says it unseen by the other, then both see where they differ, settle that, and sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.access import Side, check
from accounts.models import User
from agreements.activities import ACTIVITIES, KEYS, Activity
from agreements.models.revision import Revision, State
from agreements.models.versions import Version, VersionQuerySet
from common.errors import Incomplete, NotAllowed, Refused

DOCUMENT = "roles"


class Who(models.TextChoices):
    """Whose an activity is."""

    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Sales"
    BOTH = "both", "Both"
    NOBODY = "nobody", "Nobody"


@dataclass(frozen=True)
class Compared:
    """One activity, what each side said (None where it was not asked), and what was settled, if it was."""

    activity: Activity
    marketing: Who | None
    sales: Who | None
    settled: Who | None

    @property
    def differs(self) -> bool:
        """Whether the sides said different things of it."""
        return self.marketing != self.sales

    @property
    def is_open(self) -> bool:
        return self.settled is None


class ResponsibilitiesQuerySet(VersionQuerySet):
    """Versions of who does what."""

    def start(self, *, by: User, at: datetime) -> Responsibilities:
        """Ask both sides, each unseen by the other. Raises Refused while a draft is open."""
        return self.begin(DOCUMENT, by=by, at=at)


class Responsibilities(Version):
    """One version of who does what; one-to-one with the revision that both sides sign.

    `settled` says for each activity whose it is. Until `compared_at` each side answers unseen by the
    other; a version after the first starts from what was settled, so nobody is asked unseen again.
    """

    settled = models.JSONField(default=dict, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True)

    objects = ResponsibilitiesQuerySet.as_manager()

    EDIT, PROPOSE = "roles.edit", "roles.propose"
    CONTENT = ("settled", "compared_at")

    def __str__(self) -> str:
        return f"Who does what, version {self.revision.number}"

    def get_absolute_url(self) -> str:
        return reverse("roles_version", args=[self.revision.number])

    @property
    def is_unseen(self) -> bool:
        """Whether each side still answers without seeing what the other says."""
        return self.compared_at is None

    def answered(self, side: str) -> int:
        """How many activities a side has assigned; not what it said."""
        return self.answers.filter(side=side, activity__in=KEYS).count()

    def answers_of(self, side: str, *, reader: User) -> dict[str, str]:
        """What a side said, by activity: nothing, as long as the reader may not see it."""
        said = self.answers.visible_to(reader).filter(side=side)
        return dict(said.values_list("activity", "who"))

    def compared(self, *, reader: User) -> list[Compared]:
        """Every activity with both sides' answers: where they differ first, and of those what is open first."""
        said = {side: self.answers_of(side, reader=reader) for side in Side}
        rows = [
            Compared(each, *(_who(said[side].get(each.key)) for side in Side), _who(self.settled.get(each.key)))
            for each in ACTIVITIES
        ]
        return sorted(rows, key=lambda row: (not row.differs, not row.is_open))

    def of(self, who: str) -> list[Activity]:
        """The activities that are settled as theirs."""
        return [each for each in ACTIVITIES if self.settled.get(each.key) == who]

    def sentences(self) -> list[str]:
        """One a settled activity, in the order of a lead's way."""
        return [
            f"{activity.label}: {Who(whose).label.lower()}."
            for activity in ACTIVITIES
            if (whose := self.settled.get(activity.key))
        ]

    @transaction.atomic
    def answer(self, side: str, said: Mapping[str, str], *, by: User, at: datetime) -> bool:
        """Write down what one side says of some activities, and compare once both have said all; whether that is so.

        A side may change its mind until then. Raises NotAllowed for the other side's answers, Refused
        once both are seen, Incomplete for what is no activity or no answer.
        """
        check(by, "roles.answer")
        if side not in by.sides:
            raise NotAllowed("You answer for your own side only.")
        self._hold_while_unseen()
        if wrong := [key for key, who in said.items() if key not in KEYS or who not in Who.values]:
            raise Incomplete(f"{wrong[0]!r} cannot be answered so.", wrong[0])
        for key, who in said.items():
            told = {"who": who, "by": by, "at": at}
            self.answers.update_or_create(activity=key, side=side, defaults=told)
        return self._compare(at=at)

    @transaction.atomic
    def settle(self, activity: str, who: str, *, by: User) -> None:
        """Say in a draft whose an activity is. Raises Refused while a side still answers unseen."""
        self.open_for_editing(by=by)
        self.refresh_from_db()
        if self.is_unseen:
            raise Refused("Both sides answer first, each unseen by the other. Then you settle what differs.")
        if activity not in KEYS or who not in Who.values:
            raise Incomplete("Say of which activity, and whose it is.", "who")
        self.settled = self.settled | {activity: who}
        self.save(update_fields=["settled"])

    def check_complete(self) -> None:
        """Raise Incomplete while an activity is nobody's word: even that nobody does it has to be said."""
        if missing := [each.label for each in ACTIVITIES if each.key not in self.settled]:
            raise Incomplete(f"Settle first whose this is: {missing[0]}. {len(missing)} to go.")

    def _hold_while_unseen(self) -> None:
        """Lock the version, so that a side cannot change its mind while the other completes its answers."""
        if Revision.objects.select_for_update().get(pk=self.revision_id).state != State.DRAFT:
            raise Refused("This version can no longer be answered.")
        self.refresh_from_db()
        if not self.is_unseen:
            raise Refused("Both sides have answered and see each other's answers. What differs is settled now.")

    def _compare(self, *, at: datetime) -> bool:
        if any(self.answered(side) < len(KEYS) for side in Side):
            return False
        marketing, sales = (dict(self.answers.filter(side=side).values_list("activity", "who")) for side in Side)
        self.settled = {key: marketing[key] for key in KEYS if marketing[key] == sales[key]}
        self.compared_at = at
        self.save(update_fields=["settled", "compared_at"])
        return True


def _who(value: str | None) -> Who | None:
    return Who(value) if value else None


class AnswerQuerySet(models.QuerySet["Answer"]):
    """What the sides say of who does what."""

    def visible_to(self, user: User) -> AnswerQuerySet:
        """One's own side's; the other's only once both have answered all."""
        return self.filter(Q(document__compared_at__isnull=False) | Q(side__in=user.sides))


class Answer(models.Model):
    """Whose one side says an activity is."""

    document = models.ForeignKey(Responsibilities, models.PROTECT, related_name="answers")
    side = models.CharField(max_length=10, choices=Side.choices)
    activity = models.SlugField(max_length=40)
    who = models.CharField(max_length=10, choices=Who.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "activity", "side"], name="answer_one_a_side"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="answer_side_is_known"),
            models.CheckConstraint(condition=Q(who__in=Who.values), name="answer_who_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} on {self.activity}"
