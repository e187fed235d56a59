"""What somebody asks to be changed in a definition that waits for signatures, beside the rule it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from accounts import access
from accounts.models import User
from agreements.models import MinorChange, State
from common.errors import Incomplete, Refused
from leads import wording
from leads.models.criteria import Criteria
from leads.models.rule import Rule
from notifications import threads
from notifications.models import Comment
from notifications.outbox import tell

LONGEST = 2000  # characters
ASKED, ANSWERED = "leads.change_asked", "leads.change_answered"


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    """Changes that were asked for."""

    def visible_to(self, user: User) -> ChangeRequestQuerySet:
        """Both sides read what is asked of a definition."""
        return self

    def unsettled(self) -> ChangeRequestQuerySet:
        return self.filter(settled_at=None)

    def beside(self, criteria: Criteria) -> list[ChangeRequest]:
        """What is shown beside a version, the oldest first: of a draft all that is unsettled, else its own."""
        if criteria.revision.is_draft:
            found = self.unsettled().filter(criteria__revision__number__lt=criteria.revision.number)
        else:
            found = self.filter(criteria=criteria)
        return list(found.select_related("rule", "by", "criteria__revision", "settled_by").order_by("at", "id"))

    @transaction.atomic
    def ask(self, criteria: Criteria, text: str, *, rule: Rule | None, by: User, at: datetime) -> ChangeRequest:
        """Ask for a change of one rule, or without it of the points and steps; whoever proposed it is told.

        Asked by a head, it is an objection to a minor change.

        Raises Incomplete without a text, Refused where the version does not wait for signatures.
        """
        access.check(by, "revision.discuss")
        criteria.revision.refresh_from_db()
        if criteria.revision.state != State.PROPOSED:
            raise Refused("A change is asked for while a version waits for signatures.")
        asked = self.create(criteria=criteria, rule=rule, text=_said(text), by=by, at=at)
        MinorChange.objects.hear(criteria.revision, by=by, at=at)
        asked._tell(
            [criteria.revision.proposed_by], ASKED, {"change": asked.pk}, key=f"change:{asked.pk}", by=by, at=at
        )
        return asked


class ChangeRequest(models.Model):
    """One change asked for. It stays beside its rule, also in the next draft, until it is settled."""

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="changes_asked")
    rule = models.ForeignKey(Rule, models.CASCADE, null=True, related_name="changes_asked")
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="change_says_something"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="change_is_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("criteria_version", args=[self.criteria.revision.number]) + f"#asked-{self.pk}"

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return wording.Wording.now().rule(self.rule) if self.rule else "Points, grades and steps"

    @transaction.atomic
    def reply(self, text: str, *, by: User, at: datetime) -> Comment:
        """Answer it; whoever asked, proposed or answered before is told. Raises Incomplete without a text."""
        access.check(by, "revision.discuss")
        spoke = [comment.author for comment in Comment.objects.on(self)]
        comment = threads.post(self, _said(text), by=by, at=at)
        people = [self.by, self.criteria.revision.proposed_by, *spoke]
        ids = {"change": self.pk, "comment": comment.pk}
        self._tell(people, ANSWERED, ids, key=f"change-answer:{comment.pk}", by=by, at=at)
        return comment

    def settle(self, *, by: User, at: datetime) -> None:
        """Call it settled. Raises Refused once it is."""
        access.check(by, "criteria.edit")
        found = ChangeRequest.objects.unsettled().filter(pk=self.pk)
        if not found.update(settled_by=by, settled_at=at):
            raise Refused("This was settled already.")

    def _tell(self, people: Iterable[User | None], kind: str, ids: dict, *, key: str, by: User, at: datetime) -> None:
        tell({person for person in people if person and person != by}, kind, ids, key=key, at=at)


def _said(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Incomplete(f"Say what would have to change, in at most {LONGEST:,} characters.", "text")
    return text
