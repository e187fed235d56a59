"""`import_touches FILE`: what people did, out of a file, onto leads that are here."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from common import clock as db_clock
from common.errors import Refused
from common.sheets import csv_lines
from leads.importing.touches import FIELDS, import_touches, open_touches
from leads.management.commands.import_leads import pairs
from leads.models.touch import kind_label

SHOWN = 20


class Command(BaseCommand):
    help = "Record touches of known leads. What --map does not name is recognised by its header."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", default="", metavar='"Column=field,…"', help=f"fields: {', '.join(FIELDS)}")
        parser.add_argument("--kind", default="", help="the kind of every row, where no column says it")
        parser.add_argument("--system", default="", help="where the ids are from, such as salesforce")
        parser.add_argument("--zone", default="UTC", help="the zone of times that name none")
        parser.add_argument("--by-name", action="store_true", help="match by name too, where exactly one lead has it")
        parser.add_argument("--by", metavar="EMAIL", help="who imports; else nobody")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="write the refused rows with their reasons there"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        by = User.objects.get(email=options["by"].lower()) if options["by"] else None
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        more = {name: options[name] for name in ("zone", "kind", "system", "by_name")}
        try:
            found = open_touches(file, pairs(options["map"]), **more)
            result = import_touches(found, by=by, at=db_clock.now(), dry_run=dry_run, said=self._say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        kinds = ", ".join(f"{kind_label(kind).lower()} ({count:,})" for kind, count in sorted(result.kinds.items()))
        self.stdout.write(f"{result.rows:,} rows: {kinds or 'none that can be read'}.")
        for line, reason in result.refused[:SHOWN]:
            self.stdout.write(f"  line {line.number}: {reason}")
        if dry_run:
            self.stdout.write(f"Nothing was recorded; {len(result.refused):,} rows cannot be read.")
            return
        known = f", {result.known:,} known already" if result.known else ""
        self.stdout.write(f"Recorded: {result.recorded:,} touches{known}, {len(result.refused):,} rows refused.")
        if result.refused and options["refused"]:
            rows = ([*line.cells, str(line.number), reason] for line, reason in result.refused)
            options["refused"].write_text("".join(csv_lines(rows)), encoding="utf-8")

    def _say(self, rows: int) -> None:
        self.stderr.write(f"{rows:,} rows read")
