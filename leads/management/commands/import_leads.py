"""`import_leads FILE`: the same import as on the page, here and now."""

import csv
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from common import clock as db_clock
from common.conditions import Type
from common.errors import Refused
from common.sheets import csv_lines
from leads.importing.fields import FIELDS
from leads.importing.mapping import RULES, Meaning
from leads.importing.refusals import refused_rows
from leads.importing.telling import meaning_in_words, preview_in_words, result_in_words
from leads.importing.working import take_step
from leads.lifecycle import Stage
from leads.models import Import
from leads.models.importing import FAILED


class Command(BaseCommand):
    help = "Import leads from a CSV or an Excel workbook. What --map does not name is recognised as on the page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", default="", metavar='"Column=field,…"', help=f"fields: {', '.join(FIELDS)}")
        parser.add_argument("--stage", default="", metavar='"Value=stage,…"', help=f"stages: {', '.join(Stage.values)}")
        parser.add_argument("--rule", choices=RULES, help="where status and converted contradict each other")
        parser.add_argument("--zone", help="the zone of times that name none, such as Europe/Amsterdam")
        parser.add_argument("--system", help="where the ids are from, such as salesforce")
        parser.add_argument("--month-first", action="store_true", help="03/04 is 4 March")
        parser.add_argument("--sheet", default="", help="of a workbook; else the first")
        parser.add_argument("--by", metavar="EMAIL", help="who imports; else nobody")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="write the refused rows with their reasons there"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            found = self._preview(file, options)
            if dry_run:
                found.discard(by=found.by)
                self.stdout.write("Nothing was imported.")
                return
            found.run(by=found.by, at=db_clock.now())
            self._wait(found)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(result_in_words(found))
        if found.refused and options["refused"]:
            options["refused"].write_text("".join(csv_lines(refused_rows(found))), encoding="utf-8")
            self.stdout.write(f"The refused rows are in {options['refused']}.")

    def _preview(self, file: Path, options: dict[str, Any]) -> Import:
        """Upload, read, map and check; leaves nothing where any of that fails."""
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        by = User.objects.get(email=options["by"].lower()) if options["by"] else None
        with file.open("rb") as opened:
            found = Import.objects.upload(
                File(opened), name=file.name, by=by, at=db_clock.now(), sheet=options["sheet"]
            )
        try:
            self._wait(found)
            meaning = self._meaning(found, options)
            found.choose(meaning.to_json(), by=by, at=db_clock.now())
            self._wait(found)
        except (Refused, CommandError):
            found.discard(by=by)
            raise
        for line in (*meaning_in_words(found), *preview_in_words(found)):
            self.stdout.write(line)
        return found

    def _wait(self, found: Import) -> None:
        """Do the step here unless a worker was quicker, then until it is over. Raises Refused when it stopped."""
        while found.is_working:
            mine = Import.objects.filter(pk=found.pk).claim(at=db_clock.now())
            if mine:
                take_step(mine)
            else:
                time.sleep(0.2)
            found.refresh_from_db()
        if found.state == FAILED:
            raise Refused(found.problem)

    def _meaning(self, found: Import, options: dict[str, Any]) -> Meaning:
        meaning = Meaning.from_json(found.meaning)
        self._map(meaning, pairs(options["map"]))
        if (index := meaning.column("stage")) is not None:
            known = [value for value, _ in found.columns[index]["values"]]
            told = pairs(options["stage"])
            if unknown := set(told) - set(known):
                raise CommandError(f"No row has the status {min(unknown)!r}; there are {', '.join(known)}.")
            meaning.stages = {value: meaning.stage_of(value) for value in known} | told
        for name in ("rule", "zone", "system"):
            setattr(meaning, name, options[name] or getattr(meaning, name))
        if options["month_first"]:
            meaning.day_first = False
        meaning.check()
        return meaning

    def _map(self, meaning: Meaning, told: dict[str, str]) -> None:
        """Give columns the meaning asked for; whoever was guessed to have it becomes a field of its own."""
        columns = {choice.header: choice for choice in meaning.columns}
        for header, wanted in told.items():
            key, _, type_ = wanted.partition(":")
            if header not in columns:
                raise CommandError(f"There is no column {header!r}; there are {', '.join(columns)}.")
            if key not in FIELDS or type_ not in {"", *Type}:
                raise CommandError(f"A column cannot mean {wanted!r}; it can mean {', '.join(FIELDS)}.")
            for choice in meaning.columns:
                if choice.field == key and choice.header not in told and not choice.is_attribute:
                    choice.field = "attribute"
            columns[header].field = key
            columns[header].type = type_ or columns[header].type


def pairs(text: str) -> dict[str, str]:
    """`A=b,C=d` as a dict; a name with a comma in it stands in quotes. Raises CommandError."""
    told = {}
    for pair in next(csv.reader([text], skipinitialspace=True), []):
        name, sign, value = pair.rpartition("=")
        if not sign:
            raise CommandError(f"{pair!r} should look like Column=field.")
        told[name.strip()] = value.strip()
    return told
