"""A plan to play with: a million in the second quarter, half of it from marketing's leads; and deals on the way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User, WorkCalendar
from goals.models import Plan
from leads.models import Opportunity
from tests.builders import a_handoff

MILLION = Decimal(1_000_000)
DAY = timedelta(days=1)


@pytest.fixture
def draft(theo: User, nora: User, sam: User, calendar: WorkCalendar, at: datetime) -> Plan:
    """A draft for the second quarter of 2026 with the usual assumptions, and visits that leave their data at 2 %."""
    plan = Plan.objects.draw_up("2026-Q2", MILLION, calendar, by=theo, at=at)
    plan.edit(by=theo, at=at, visit_to_lead=Decimal("0.02"))
    return plan


@pytest.fixture
def in_force(draft: Plan, theo: User, nora: User, at: datetime) -> Plan:
    """The same, signed by both."""
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    return draft


@pytest.fixture
def a_deal(sam: User) -> Callable[..., Opportunity]:
    """Opens a deal of Sam's at `at`, of a lead that was handed over 11 days before and accepted a day later."""

    def open_one(*, at: datetime, amount: int = 25_000, currency: str = "EUR") -> Opportunity:
        handoff = a_handoff(at=at - 11 * DAY, owner=sam)
        handoff.accept(by=sam, at=at - 10 * DAY)
        closes_on = (at + 30 * DAY).date()
        return handoff.open_deal(amount=Decimal(amount), currency=currency, closes_on=closes_on, by=sam, at=at)

    return open_one


@pytest.fixture
def a_win(a_deal: Callable[..., Opportunity], sam: User) -> Callable[..., Opportunity]:
    """Wins at `at` a deal that was opened 20 days before."""

    def win(*, at: datetime, **terms: Any) -> Opportunity:
        deal = a_deal(at=at - 20 * DAY, **terms)
        deal.win(by=sam, at=at)
        return deal

    return win
