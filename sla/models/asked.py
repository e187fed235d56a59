"""What somebody asks to be changed in an agreement that waits for signatures, beside the clause it is about."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from accounts.models import User
from agreements.models import AskedChange, AskedChangeQuerySet
from agreements.models.asked import says_something, settled_by_somebody
from common.errors import Incomplete
from sla.clauses import CLAUSES
from sla.drafting import SECTIONS
from sla.models.agreement import Agreement

HEADINGS = {section.key: section.title for section in SECTIONS}
RECKONED = "How it is reckoned"
CHANGE_ASKED, CHANGE_ANSWERED = "sla.change_asked", "sla.change_answered"


class ClauseRequestQuerySet(AskedChangeQuerySet):
    """Changes that were asked of agreements."""

    def beside(self, agreement: Agreement) -> list[ClauseRequest]:
        """What is shown beside a version, the oldest first."""
        return list(self.of(agreement))

    def ask(self, agreement: Agreement, text: str, *, clause: str, by: User, at: datetime) -> ClauseRequest:
        """Ask for a change of one clause: a promise by its metric, a section by its key, "" for how it is reckoned.

        Raises Incomplete where there is no such clause, and as `put` does.
        """
        if clause and clause not in HEADINGS and clause not in CLAUSES:
            raise Incomplete("The agreement has no such clause.", "clause")
        return self.put(agreement, text, clause=clause, by=by, at=at)


class ClauseRequest(AskedChange):
    """One change asked of an agreement: beside its clause, also in the next draft, until it is settled."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="changes_asked")
    clause = models.CharField(max_length=60, blank=True)

    objects = ClauseRequestQuerySet.as_manager()

    VERSION, SETTLE = "agreement", "agreement.edit"
    ASKED, ANSWERED = CHANGE_ASKED, CHANGE_ANSWERED

    class Meta:
        constraints = [
            says_something("clause_request_says_something"),
            settled_by_somebody("clause_request_is_settled_by_somebody"),
        ]

    @property
    def about(self) -> str:
        """The clause it is about, as the version it was asked of has it."""
        promises = {each.metric: each.title for each in self.agreement.commitments.all()}
        return promises.get(self.clause) or HEADINGS.get(self.clause) or RECKONED
