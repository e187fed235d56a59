"""Throw away what is kept of the catalogue's figures, or read it anew, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from common import clock as db_clock
from leads import readings
from sla.asked import zones


class Command(BaseCommand):
    """`readings [--forget | --rebuild]`: bring the kept readings up to date; every figure is right without them."""

    help = "Reads the figures that were touched or read too long ago; --rebuild reads all anew, --forget keeps none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--forget", action="store_true", help="throw all readings away")
        which.add_argument("--rebuild", action="store_true", help="throw them away and read every figure anew")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["forget"] or options["rebuild"]:
            self.stdout.write(f"{readings.forget():,} readings thrown away.")
        if not options["forget"]:
            periods = readings.wanted(zones(), at=db_clock.now())
            self.stdout.write(f"{readings.keep(periods, clock=db_clock.now):,} figures read.")
