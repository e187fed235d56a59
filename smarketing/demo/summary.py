"""What the demo company has, in a few lines, and who can sign in to it."""

from __future__ import annotations

from django.db.models import Sum

from accounts.models import User
from leads.models import Attempt, Company, Handoff, Lead, Opportunity, Touch
from leads.models.opportunity import DealState
from smarketing.demo.cast import DOMAIN


def what_was_made() -> str:
    """How much of everything there is."""
    won = Opportunity.objects.filter(state=DealState.WON)
    revenue = won.aggregate(total=Sum("base_amount"))["total"] or 0
    return (
        f"Made: {Lead.objects.count():,} leads of {Company.objects.count():,} companies, "
        f"{Touch.objects.count():,} touches, {Handoff.objects.count():,} hand-offs, "
        f"{Attempt.objects.count():,} attempts; {won.count():,} deals won, EUR {revenue:,.0f}."
    )


def sign_ins(*, one_click: bool) -> str:
    """The people and how to come in as one of them."""
    people = User.objects.active().filter(email__endswith=f"@{DOMAIN}").order_by("pk")
    lines = [f"  {person.email:<28} {person.name}, {', '.join(person.role_names).lower()}" for person in people]
    way = (
        "One click on the sign-in page, opened on this machine, signs you in as:"
        if one_click
        else "Nobody has a password yet. With SMARKETING_DEMO=1 one click on the sign-in page, opened on this machine, "
        "signs you in as:"
    )
    return "\n".join([way, *lines])
