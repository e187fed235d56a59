"""Make the demo company."""

from __future__ import annotations

import argparse
import gc
import time
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from common import clock as db_clock
from common.errors import Refused
from smarketing.demo.company import make_company
from smarketing.demo.story import ZONE
from smarketing.demo.summary import sign_ins, what_was_made

SEED, LEADS = 7, 5000


class Command(BaseCommand):
    """`demo [--seed N] [--leads N] [--until DATE]`: a year of a plausible company, in an empty database."""

    help = "Make the demo company: a year of leads, hand-offs and promises. Only in a database without leads."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=SEED, help=f"another seed, another company ({SEED})")
        parser.add_argument("--leads", type=some, default=LEADS, help=f"how many leads come in ({LEADS})")
        parser.add_argument("--until", type=moment, help="the last moment, as 2026-11-20 or 2026-11-20T15:00 (now)")
        parser.add_argument("--sign-ins", type=Path, help="a file to write down who can sign in, instead of saying it")

    def handle(self, *, seed: int, leads: int, until: datetime | None, **options: Any) -> None:
        began = time.monotonic()
        gc.set_threshold(50_000)  # a year is many small rows and few rings; looking for those took a sixth of the time
        try:
            make_company(seed=seed, leads=leads, until=until or db_clock.now(), say=self._say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self._say(f"{what_was_made()} That took {time.monotonic() - began:.0f} s.")
        people = sign_ins(one_click=settings.DEMO)
        if options["sign_ins"]:
            options["sign_ins"].write_text(f"{people}\n")
        else:
            self._say(f"\n{people}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def some(text: str) -> int:
    """A number of leads, one at least."""
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of leads; one at least makes a demo company.")
    return int(text)


def moment(text: str) -> datetime:
    """A day, meaning four in the afternoon of it, or a moment; without a zone it is Amsterdam's."""
    try:
        given = parse_datetime(text) or datetime.combine(date.fromisoformat(text), clock_time(16))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-11-20.") from error
    return given if given.tzinfo else given.replace(tzinfo=ZONE)
