"""Backtests: what a definition would have made of the leads of the past, and what really became of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from accounts.access import check
from accounts.models import User
from common.wake import wake
from leads.models.criteria import Criteria
from leads.models.lead import Lead
from leads.models.leased import LeasedQuerySet
from leads.models.returns import ReturnReason


class BacktestQuerySet(LeasedQuerySet):
    """Backtests, found by how far they are."""

    def done(self) -> BacktestQuerySet:
        return self.filter(finished_at__isnull=False)

    @transaction.atomic
    def start(
        self, criteria: Criteria, *, fingerprint: str, since: datetime, until: datetime, by: User | None, at: datetime
    ) -> Backtest:
        """Ask a worker to replay the leads that came from `since` on, as far as `until`; return what runs or is done.

        The same text over the same period is replayed once. One that runs over another text or
        period is given up.
        """
        check(by, "criteria.backtest")
        same = self.filter(criteria=criteria, fingerprint=fingerprint, since=since, until=until)
        if found := same.order_by("pk").last():
            return found
        self.model.objects.unfinished().filter(criteria=criteria).delete()
        made = self.create(
            criteria=criteria, fingerprint=fingerprint, since=since, until=until, started_at=at, leased_until=at
        )
        wake("leads.tasks.backtest")
        return made


class Backtest(models.Model):
    """One replay of one text of a definition, from the lowest id of a lead to the highest.

    `next_id` is the first lead not done. `total` counts the leads there are to replay, None until
    the first slice. `fingerprint` tells the text; a draft that was edited since has another.
    """

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="backtests")
    fingerprint = models.CharField(max_length=64)
    since = models.DateTimeField()
    until = models.DateTimeField()
    next_id = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    known = models.JSONField(default=dict, blank=True, help_text="Since when leads, touches and facts are recorded.")
    started_at = models.DateTimeField()
    leased_until = models.DateTimeField(help_text="A worker that works on it keeps this in the future.")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BacktestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["criteria"], condition=Q(finished_at__isnull=True), name="backtest_one_runs_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"Backtest of {self.criteria}"

    @property
    def leads_from(self) -> datetime | None:
        """When the first lead of the period came."""
        return self._known_from("leads_from")

    @property
    def touches_from(self) -> datetime | None:
        """Since when touches are recorded."""
        return self._known_from("touches_from")

    @property
    def facts_from(self) -> datetime | None:
        """Since when it is kept how facts change."""
        return self._known_from("facts_from")

    def _known_from(self, name: str) -> datetime | None:
        return datetime.fromisoformat(said) if (said := self.known.get(name)) else None

    def advance(self, *, next_id: int, done: int, at: datetime) -> bool:
        """Note what is done and keep the lease; False when another worker has gone on from here meanwhile."""
        mine = Backtest.objects.unfinished().filter(pk=self.pk, next_id=self.next_id)
        return bool(mine.update(next_id=next_id, done=F("done") + done, leased_until=at + BacktestQuerySet.LEASE))

    def begin_again(self, *, fingerprint: str) -> None:
        """Start over with the text as it is now: what was replayed under the one before counts no more."""
        self.leads.all().delete()
        self._note(fingerprint=fingerprint, next_id=0, done=0)

    def count(self, total: int, known: dict[str, Any]) -> None:
        """Note how many leads there are to replay, and since when things are recorded."""
        self._note(total=total, known=known)

    def finish(self, *, at: datetime) -> None:
        """It is complete; those that it replaces go."""
        if Backtest.objects.unfinished().filter(pk=self.pk).update(finished_at=at):
            Backtest.objects.done().filter(criteria=self.criteria_id, pk__lt=self.pk).delete()

    def _note(self, **columns: Any) -> None:
        Backtest.objects.filter(pk=self.pk).update(**columns)
        for name, value in columns.items():
            setattr(self, name, value)


class BacktestLeadQuerySet(models.QuerySet["BacktestLead"]):
    """The leads of a backtest, in the groups that its figures count."""

    def group(self, name: str, *, points: Decimal) -> BacktestLeadQuerySet:
        """The leads behind a figure, were so many points asked for. Raises KeyError for no such group."""
        return self.filter(groups(points)[name])


class BacktestLead(models.Model):
    """One lead under the definition, and what became of it.

    It would have qualified at `qualified_at` with `total` points. `best` is the most it ever had
    where everything but the points was given, 0 where it never was; `best_decided` the most by the decision of sales
    and `best_dealt` by its deal: what came later says nothing about who was right.
    """

    backtest = models.ForeignKey(Backtest, models.CASCADE, related_name="leads", db_index=False)
    # Its index is read when a lead goes.
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    qualified_at = models.DateTimeField(null=True)
    total = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    fast_track_at = models.DateTimeField(null=True)
    best = models.DecimalField(max_digits=8, decimal_places=2)
    best_decided = models.DecimalField(max_digits=8, decimal_places=2)
    best_dealt = models.DecimalField(max_digits=8, decimal_places=2)
    mql_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)
    sql_at = models.DateTimeField(null=True)
    dealt_at = models.DateTimeField(null=True, help_text="The opportunity, or the win of whoever had none.")
    won_at = models.DateTimeField(null=True)
    # Why sales sent it back, where that counts against marketing's quality.
    reason = models.ForeignKey(ReturnReason, models.CASCADE, null=True, related_name="+", db_index=False)

    objects = BacktestLeadQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also read by the figures of a backtest, and page by page by their leads.
            models.UniqueConstraint(fields=["backtest", "lead"], name="backtest_counts_a_lead_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} in {self.backtest_id}"

    @property
    def most(self) -> Decimal:
        """The most points it had when everything but the points was given, also by the fast track."""
        return max(self.best, self.total or Decimal(0))


BANDS = (Decimal("0.5"), Decimal(1), Decimal("1.25"), Decimal("1.5"))  # shares of the points asked for


def groups(points: Decimal) -> dict[str, Q]:
    """What each figure counts, were `points` asked for; what was decided before a lead qualified tells nothing."""
    mql = Q(best__gte=points) | Q(fast_track_at__isnull=False)
    in_time = Q(best_decided__gte=points) | Q(fast_track_at__lte=F("decided_at"))
    known = Q(decided_at__isnull=False) & in_time
    before_deal = Q(best_dealt__gte=points) | Q(fast_track_at__lte=F("dealt_at"))
    was, good, won = (Q(**{f"{name}__isnull": False}) for name in ("mql_at", "sql_at", "won_at"))
    decided = Q(decided_at__isnull=False)
    return {
        "mqls": mql,
        "same": mql & was,
        "new": mql & ~was,
        "gone": was & ~mql,
        "were": was,
        "decided": decided,
        "known": known,
        "accepted": known & Q(accepted=True),
        "returned": known & Q(accepted=False),
        "sql": known & good,
        "sold": known & won,
        "good": decided & good,
        "good_missed": decided & good & ~in_time,
        "wins": won,
        "kept": won & before_deal,
        "missed": won & ~before_deal,
    } | {f"band_{n}": decided & band for n, band in enumerate(_bands(points))}


def edges(points: Decimal) -> list[Decimal]:
    """Where a band of points ends and the next begins: whole points around those asked for."""
    return [points if share == 1 else round(points * share, 0) for share in BANDS]


def _bands(points: Decimal) -> list[Q]:
    """By the points at the decision, from the fewest; the last is the fast track."""
    fast = Q(fast_track_at__lte=F("decided_at"))
    ends = edges(points)
    between = [Q(best_decided__gte=low, best_decided__lt=high) for low, high in pairwise(ends)]
    slow = [Q(best_decided__lt=ends[0]), *between, Q(best_decided__gte=ends[-1])]
    return [*(~fast & band for band in slow), fast]
