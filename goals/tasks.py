"""The worker's doors into this app."""

from celery import shared_task

from common import clock as db_clock
from goals.heading import Outlook
from goals.models import Plan
from leads import tallies
from leads.models.tally import Of


@shared_task
def take_effect() -> int:
    """Every minute: put the signed plans in force whose day has come. Safe to run twice."""
    return Plan.objects.take_effect(at=db_clock.now())


@shared_task
def count_days() -> int:
    """Every five minutes: count what the pages of the goals that run ask for. Safe to run twice."""
    at = db_clock.now()
    found = {}
    for plan in Plan.objects.in_force():
        if (outlook := Outlook(plan, at=at)).runs:
            found |= outlook.to_keep()
    return tallies.write(Of.GOAL, found, at=at)
