"""Deals, and the people on them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Avg, Q
from django.urls import reverse

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from leads.before import Before, keep, made
from leads.lifecycle import LOSE, OPEN_DEAL, OPPORTUNITY, WIN, Move, leads_changed
from leads.models.company import Company
from leads.models.episode import Transition
from leads.models.lead import Lead, Origin
from leads.models.rate import Rate, in_base, plainly
from leads.money import WON_AMOUNT, frozen

REST_AFTER_LOSS = timedelta(days=90)
LATELY_WON = 500  # deals: enough for an average, few enough to be read while a page waits
COMPANY_SIZES = (10, 50, 250, 1000, 5000)


class DealType(models.TextChoices):
    NEW = "new", "New business"
    EXPANSION = "expansion", "Expansion"
    RENEWAL = "renewal", "Renewal"


class DealState(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


# New business of marketing's leads, by the recorded source of each.
FROM_MARKETING = Q(type=DealType.NEW, lead__origin=Origin.MARKETING)


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    """Deals, found by where they stand."""

    def visible_to(self, user: User) -> OpportunityQuerySet:
        return self

    def open(self) -> OpportunityQuerySet:
        return self.filter(state=DealState.OPEN)

    def without_rate(self) -> OpportunityQuerySet:
        """Won deals that wait for the rate of their month."""
        return self.filter(state=DealState.WON, base_amount__isnull=True)

    def typical_amount(self, lead: Lead) -> Decimal | None:
        """What deals won lately with companies like the lead's came to on average, in the base currency: the same size
        and industry, or else all. None as long as nothing was won.
        """
        won = frozen(self.filter(state=DealState.WON, type=DealType.NEW))
        latest = won.order_by("-closed_at", "-pk")[:LATELY_WON]
        means = {"of_all": Avg(WON_AMOUNT)}
        if lead.company:
            means["alike"] = Avg(WON_AMOUNT, filter=_like(lead.company))
        found = latest.aggregate(**means)
        average = found.get("alike") or found["of_all"]
        return average and average.quantize(Decimal(1))

    @transaction.atomic
    def open_for(
        self,
        lead: Lead,
        *,
        amount: Decimal,
        currency: str,
        closes_on: date,
        by: User | None,
        at: datetime,
        estimated: bool = False,
        type: str = DealType.NEW,
        name: str = "",
        rating: int | None = None,
    ) -> Opportunity:
        """Open a deal. New business moves its primary contact to opportunity and closes the hand-off.

        Raises IllegalMove when the lead is not ready for one, Incomplete for an amount or a currency
        that cannot be, Refused while a deal is open.
        """
        handoff = lead.handoffs.open().first()
        check(by, "opportunity.open", handoff or lead)
        _check(amount=amount, currency=currency, closes_on=closes_on)
        lead.hold()
        if type == DealType.NEW and lead.opportunities.open().filter(type=type).exists():
            raise Refused(f"{lead} has an open deal already.")
        deal = self.create(
            lead=lead,
            company=lead.company,
            handoff=handoff,
            owner=(handoff and handoff.owner) or lead.owner or by,
            amount=amount,
            currency=currency.upper(),
            closes_on=closes_on,
            estimated=estimated,
            type=type,
            name=name.strip(),
            opened_at=at,
        )
        events: list[models.Model] = [deal]
        if type == DealType.NEW and lead.stage != OPPORTUNITY:
            events += deal._move(OPEN_DEAL, by=by, at=at, before=made(deal) | keep(handoff))
            if handoff:
                handoff.close(at=at, rating=rating)
        leads_changed.send(Opportunity, events=events)
        return deal


def _like(company: Company) -> Q:
    if company.employees is None:
        return Q(company__industry__iexact=company.industry)
    above = [size for size in COMPANY_SIZES if size > company.employees]
    below = [size for size in COMPANY_SIZES if size <= company.employees]
    alike = Q(company__industry__iexact=company.industry, company__employees__gte=max(below, default=0))
    return alike & Q(company__employees__lt=min(above)) if above else alike


def _check(*, amount: Decimal, currency: str, closes_on: date) -> None:
    if amount is None or amount < 0:
        raise Incomplete("A deal has an amount, of nought or more.", "amount")
    if not (len(currency) == len("EUR") and currency.isalpha()):
        raise Incomplete("A currency has three letters, such as EUR.", "currency")
    if closes_on is None:
        raise Incomplete("Say when you expect it to close.", "closes_on")


class Opportunity(models.Model):
    """A deal. A new-business deal moves its primary contact through the stages; other types move nobody."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="opportunities", help_text="The primary contact.")
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="opportunities")
    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, null=True, blank=True, related_name="opportunities")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="opportunities")
    name = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=10, choices=DealType.choices, default=DealType.NEW)
    state = models.CharField(max_length=5, choices=DealState.choices, default=DealState.OPEN)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(
        max_digits=15,
        decimal_places=8,
        null=True,
        blank=True,
        help_text="Frozen when it was won; empty while it waits.",
    )
    base_amount = models.DecimalField(
        max_digits=20, decimal_places=2, null=True, blank=True, help_text="The amount won, in the base currency."
    )
    estimated = models.BooleanField(default=False, help_text="The amount is the segment's average, not yet edited.")
    closes_on = models.DateField("expected close")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    lost_because = models.CharField(max_length=200, blank=True)
    external_source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    objects = OpportunityQuerySet.as_manager()

    KEPT = ("state", "closed_at", "lost_because", "amount", "estimated", "rate", "base_amount")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="deal_amount_is_not_negative"),
            models.CheckConstraint(condition=Q(state__in=DealState.values), name="deal_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=DealState.OPEN, closed_at__isnull=True)
                | (~Q(state=DealState.OPEN) & Q(closed_at__isnull=False)),
                name="deal_closed_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=DealState.LOST) | ~Q(lost_because=""), name="deal_lost_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(rate__isnull=True, base_amount__isnull=True)
                | Q(rate__isnull=False, base_amount__isnull=False),
                name="deal_frozen_with_its_rate",
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=Q(state=DealState.OPEN, type=DealType.NEW), name="deal_one_open_a_lead"
            ),
        ]
        indexes = [
            # Read by the pipeline created in a period.
            models.Index(fields=["opened_at"], name="deal_by_opening"),
            # Read by revenue and win rate in a period, and by the wins, of which a page has the latest.
            models.Index(fields=["state", "closed_at", "id"], name="deal_by_close"),
            # Read by the page of rates, and by what freezes the deals that wait for one.
            models.Index(
                fields=["currency", "closed_at"],
                condition=Q(state=DealState.WON, base_amount__isnull=True),
                name="deal_without_rate",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.company or self.lead}, {self.amount:.0f} {self.currency}"

    def get_absolute_url(self) -> str:
        return reverse("deal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == DealState.OPEN

    @property
    def is_in_other_currency(self) -> bool:
        return self.currency != settings.BASE_CURRENCY

    @property
    def rate_shown(self) -> str:
        return plainly(self.rate) if self.rate else ""

    @property
    def waits_for_rate(self) -> bool:
        """Won, in another currency whose month has no rate yet."""
        return self.state == DealState.WON and self.base_amount is None

    def belongs_to(self, user: User) -> bool:
        return self.owner_id == user.pk

    @transaction.atomic
    def edit(self, *, by: User | None, at: datetime, **changes: Any) -> None:
        """Change amount, currency, expected close or name while it is open; an amount once edited is no estimate."""
        check(by, "opportunity.open", self)
        if unknown := set(changes) - {"amount", "currency", "closes_on", "name"}:
            raise Incomplete(f"{min(unknown)!r} of a deal cannot be changed.", min(unknown))
        terms = {"amount": self.amount, "currency": self.currency, "closes_on": self.closes_on}
        _check(**(terms | {name: value for name, value in changes.items() if name in terms}))
        if "amount" in changes:
            changes["estimated"] = False
        self._change(**changes)

    @transaction.atomic
    def win(self, *, by: User | None, at: datetime, amount: Decimal | None = None) -> None:
        """Closed, won: the primary contact of new business becomes a customer, and so does the company.

        Its amount in the base currency is frozen at the rate of the month; where nobody has entered that, it waits.
        """
        before = self._before_closing(by)
        amount = self.amount if amount is None else amount
        _check(amount=amount, currency=self.currency, closes_on=self.closes_on)
        rate = Rate.objects.of(self.currency, at)
        worth = None if rate is None else in_base(amount, rate)
        self._change(state=DealState.WON, closed_at=at, amount=amount, estimated=False, rate=rate, base_amount=worth)
        events = [self, *self._move(WIN, by=by, at=at, before=before)]
        Company.objects.filter(pk=self.company_id, customer_since=None).update(customer_since=at)
        leads_changed.send(Opportunity, events=events)

    @transaction.atomic
    def lose(self, *, because: str, by: User | None, at: datetime) -> None:
        """Closed, lost: the lead of new business rests before new behaviour may qualify it again."""
        if not because.strip():
            raise Incomplete("Say why it was lost.", "because")
        before = self._before_closing(by)
        self._change(state=DealState.LOST, closed_at=at, lost_because=because.strip()[:200])
        rest = {"cool_down_until": at + REST_AFTER_LOSS}
        moved = self._move(LOSE, by=by, at=at, note=because.strip(), before=before, changes=rest)
        leads_changed.send(Opportunity, events=[self, *moved])

    @transaction.atomic
    def add_contact(self, lead: Lead, *, role: str, by: User | None) -> DealContact:
        """Note that somebody else takes part in the deal. Raises Refused for somebody who is on it."""
        check(by, "opportunity.open", self)
        if lead.pk == self.lead_id or self.contacts.filter(lead=lead).exists():
            raise Refused(f"{lead} is on this deal already.")
        contact = self.contacts.create(lead=lead, role=role.strip()[:60])
        leads_changed.send(Opportunity, events=[self])
        return contact

    @transaction.atomic
    def remove_contact(self, contact: DealContact, *, by: User | None) -> None:
        """Take somebody off the deal again; the primary contact stays."""
        check(by, "opportunity.open", self)
        self.contacts.filter(pk=contact.pk).delete()
        leads_changed.send(Opportunity, events=[self])

    def _before_closing(self, by: User | None) -> Before:
        check(by, "opportunity.close", self)
        self.lead.hold()
        self.refresh_from_db(fields=self.KEPT)
        return keep(self, self.company)

    def _move(self, move: Move, **told: Any) -> list[Transition]:
        """New business moves its primary contact; expansion and renewal move nobody."""
        if self.type != DealType.NEW:
            return []
        return Transition.objects.make_one(move, self.lead, handoff=self.handoff, **told)

    def _change(self, **changes: Any) -> None:
        """Change the deal if it still is open, or raise Refused."""
        if not Opportunity.objects.open().filter(pk=self.pk).update(**changes):
            self.refresh_from_db()
            raise Refused(f"This deal is {self.get_state_display().lower()} already.")
        for name, value in changes.items():
            setattr(self, name, value)


class DealContact(models.Model):
    """A person on a deal and their part in it. The primary contact is the deal's own lead."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="contacts")
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="deals")
    role = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "lead"], name="deal_contact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lead}, {self.role or 'contact'}"
