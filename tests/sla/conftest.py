"""An agreement that both sides signed, and hand-offs made under it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from leads.intake import receive
from leads.models import Handoff
from leads.promotion import qualify_by_hand
from sla.models import Agreement, Clock, Kind

FIRST = "first_attempt_attainment"


@pytest.fixture
def agreement(at: datetime, theo: User, nora: User) -> Agreement:
    """The product's own draft without a baseline, signed by both sides and in force for a year before `at`."""
    begun = at - timedelta(days=365)
    draft = Agreement.objects.draft_from(None, by=theo, at=begun)
    draft.edit(by=theo, baseline_days=0)
    draft.propose(by=theo, at=begun)
    draft.sign(by=theo, at=begun)
    draft.sign(by=nora, at=begun)
    return draft


@pytest.fixture
def hand_over(agreement: Agreement, maya: User, sam: User) -> Callable[..., Handoff]:
    """`hand_over(at, name="priya")`: a marketer qualifies a new lead by hand; Sam is given it."""
    made = 0

    def make(at: datetime, name: str = "", **facts: str) -> Handoff:
        nonlocal made
        made += 1
        person = name or f"person{made}"
        lead = receive({"email": f"{person}@halden.test", "first_name": person.title(), **facts}, by=maya, at=at)
        qualify_by_hand(lead, note="Asked for a quote at the fair.", by=maya, at=at)
        return Handoff.objects.get(lead=lead, made_at=at)

    return make


@pytest.fixture
def clock_of() -> Callable[..., Clock]:
    """`clock_of(handoff)` is the customer's clock of the first attempt, `clock_of(handoff, sam)` Sam's own."""

    def find(handoff: Handoff, owner: User | None = None, metric: str = FIRST) -> Clock:
        kind = Kind.OWNER if owner else Kind.CUSTOMER
        return Clock.objects.get(handoff=handoff, owner=owner, kind=kind, commitment__metric=metric)

    return find
