"""Record the promises that have fallen due, as the worker does each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from common import clock as db_clock
from sla.models import Clock


class Command(BaseCommand):
    help = "Record every promise that has fallen due unfulfilled, and tell those concerned. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        found = Clock.objects.flag_breaches(at=db_clock.now())
        self.stdout.write("Nothing was overdue." if not found else f"{found:,} found overdue.")
