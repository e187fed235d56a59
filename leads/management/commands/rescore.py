"""Bring the scores up to date from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock as db_clock
from leads import draining, rescoring
from leads.models import Criteria, Rescore


class Command(BaseCommand):
    """Score the leads that are due, or with --all everybody."""

    help = "Scores the leads that are due under the criteria in force; with --all everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="everybody, not only who is due")

    def handle(self, *args: Any, **options: Any) -> None:
        if Criteria.objects.ruling() is None:
            raise CommandError("No criteria are in force or on trial, so there is nothing to score by.")
        if options["all"]:
            read = rescoring.rescore(at=db_clock.now(), progress=self._show)
            self.stdout.write(f"{read:,} leads scored.")
            return
        draining.expire(at=db_clock.now())
        taken = 0
        while found := draining.score_due(at=db_clock.now()):
            taken += found
        self.stdout.write(f"{taken:,} due leads scored.")

    def _show(self, job: Rescore) -> None:
        self.stdout.write(f"{job.done:,} of {job.total:,}")
