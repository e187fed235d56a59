"""Imports: a file on its way to becoming leads, and what became of each of its lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.access import check
from accounts.models import User
from common.errors import Refused
from common.wake import wake
from leads.models.company import Company
from leads.models.lead import Lead

LEASE = timedelta(seconds=30)  # a worker that is killed is followed by another after this long
UNDO_FOR = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=30)
TRIES = 3  # how often a worker may break on the same step before a person is told


class ImportState(models.TextChoices):
    """Where an import is. Workers do the ones in `WORKING`; the others wait for a person or are over."""

    READING = "reading", "Reading the file"
    MAPPING = "mapping", "Waiting for you to say what the columns mean"
    CHECKING = "checking", "Checking every row"
    PREVIEW = "preview", "Ready to import"
    RUNNING = "running", "Importing"
    DONE = "done", "Imported"
    FAILED = "failed", "Stopped"
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"


READING, MAPPING, CHECKING, PREVIEW, RUNNING, DONE, FAILED, UNDOING, UNDONE = ImportState
WORKING = (READING, CHECKING, RUNNING, UNDOING)
UNWRITTEN = (READING, MAPPING, CHECKING, PREVIEW, FAILED)


def stored_name(instance: Import, filename: str) -> str:
    """The name under which a file is kept: ours, never the sender's."""
    return f"imports/{uuid4().hex}"


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports."""

    def visible_to(self, user: User) -> ImportQuerySet:
        """Who may import sees what was imported."""
        return self

    def upload(self, file: File, *, name: str, by: User | None, at: datetime, sheet: str = "") -> Import:
        """Take a file in; a worker reads it. Raises Refused when it is too large."""
        check(by, "import.run")
        if file.size > settings.IMPORT_MAX_BYTES:
            size, most = file.size / 1024**2, settings.IMPORT_MAX_BYTES / 1024**2
            raise TooLarge(f"The file has {size:,.1f} MB; {most:,.0f} MB are the most. Split it, or leave columns out.")
        made = self.model(name=Path(name).name[:200], sheet=sheet, by=by, created_at=at, leased_until=at)
        made.file.save("file", file, save=False)
        made.save()
        wake("leads.tasks.run_imports")
        return made

    @transaction.atomic
    def claim(self, *, at: datetime) -> Import | None:
        """The longest waiting import that nobody works on; whoever claims it keeps it for `LEASE` and renews that."""
        free = self.filter(state__in=WORKING, leased_until__lte=at).order_by("leased_until", "pk")
        found = free.select_for_update(skip_locked=True).first()
        if found:
            found.leased_until = at + LEASE
            found.save(update_fields=["leased_until"])
        return found

    def forget_files(self, *, at: datetime) -> int:
        """Delete the files of imports that can no longer be undone, and of those given up a month ago."""
        over = Q(finished_at__lt=at - UNDO_FOR) | Q(created_at__lt=at - GIVEN_UP_AFTER, started_at=None)
        old = list(self.filter(over, forgotten_at=None).exclude(state__in=WORKING))
        for each in old:
            each.file.delete(save=False)
        self.filter(pk__in=[each.pk for each in old]).update(forgotten_at=at)
        return len(old)


class TooLarge(Refused):
    """The file or its number of rows is over the limit. HTTP 413."""

    status = 413
    title = "This file is too large"


class Superseded(Exception):
    """Another worker has gone on with this import; this one stops and writes nothing."""


class Import(models.Model):
    """One file: what it holds, what a person said it means, how far it is, and what it made.

    `columns`, `meaning` and `preview` are documents of `leads.importing` (profile, mapping, checking).
    """

    name = models.CharField(max_length=200)
    file = models.FileField(upload_to=stored_name)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="imports")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ImportState.choices, default=READING)
    sheet = models.CharField(max_length=120, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    shape = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    meaning = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    problem = models.TextField(blank=True, help_text="Why it stopped, in a sentence.")

    rows = models.PositiveIntegerField(default=0)
    next_row = models.PositiveIntegerField(default=0, help_text="The first that is not done in the present step.")
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0, help_text="Rows on a person that an earlier row spoke of.")
    refused = models.PositiveIntegerField(default=0)
    new_attributes = models.JSONField(default=list)

    leased_until = models.DateTimeField(help_text="The worker on it keeps this in the future.")
    tries = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="When the file itself was deleted.")

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_is_known"),
            models.CheckConstraint(condition=~Q(state=FAILED) | ~Q(problem=""), name="import_stopped_says_why"),
        ]
        indexes = [
            # Read by workers looking for something to do.
            models.Index(fields=["leased_until"], name="import_to_work_on", condition=Q(state__in=WORKING)),
            # Read by the list of imports.
            models.Index(fields=["-created_at"], name="import_by_time"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    def belongs_to(self, user: User) -> bool:
        return self.by_id == user.pk

    @property
    def path(self) -> Path:
        return Path(self.file.path)

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def undo_until(self) -> datetime | None:
        return self.finished_at + UNDO_FOR if self.finished_at and self.state in (DONE, FAILED) else None

    def is_undoable(self, *, at: datetime) -> bool:
        """Whether it made something and not yet 24 hours have passed."""
        return bool(self.undo_until and at < self.undo_until and (self.created or self.updated))

    # What people do

    def read_again(self, *, sheet: str, encoding: str, by: User | None, at: datetime) -> None:
        """Read the file once more, as another sheet or encoding."""
        check(by, "import.run")
        self._go(READING, since=(MAPPING, PREVIEW), at=at, sheet=sheet, encoding=encoding, next_row=0)

    def note(self, meaning: dict[str, Any], *, by: User | None, at: datetime) -> None:
        """Keep what is chosen so far, whole or not."""
        check(by, "import.run")
        self._go(MAPPING, since=(MAPPING,), at=at, meaning=meaning)

    def choose(self, meaning: dict[str, Any], *, by: User | None, at: datetime) -> None:
        """Say what the columns mean (a checked `Meaning`, as JSON); a worker then checks every row against it."""
        check(by, "import.run")
        self._go(CHECKING, since=(MAPPING, PREVIEW), at=at, meaning=meaning, preview={}, next_row=0)

    def go_back(self, *, by: User | None, at: datetime) -> None:
        """From the preview back to the columns. Nothing was written yet."""
        check(by, "import.run")
        self._go(MAPPING, since=(PREVIEW,), at=at)

    def run(self, *, by: User | None, at: datetime) -> None:
        """Import what the preview showed. Pressed twice, it happens once."""
        check(by, "import.run")
        self._go(RUNNING, since=(PREVIEW,), at=at, started_at=at, next_row=0)

    def undo(self, *, by: User | None, at: datetime) -> None:
        """Take back what it made, except what people have worked on since. Raises Refused after 24 hours."""
        check(by, "import.undo", self)
        if self.state in (DONE, FAILED) and not self.is_undoable(at=at):
            raise Refused("An import can be undone for 24 hours. Delete or merge single leads instead.")
        self._go(UNDOING, since=(DONE, FAILED), at=at, undone_by=by, next_row=0)

    def discard(self, *, by: User | None) -> None:
        """Drop an import that has written nothing, and its file."""
        check(by, "import.run")
        gone, _ = Import.objects.filter(pk=self.pk, state__in=UNWRITTEN, started_at=None).delete()
        if not gone:
            raise Refused("This import has written leads; undo it instead.")
        self.file.delete(save=False)

    # What workers do

    def advance(self, *, since: tuple[str, int], at: datetime, **changes: Any) -> None:
        """Note progress and keep the lease, if the import still stands at `since` (state, next_row).

        Raises Superseded when another worker or a person has moved it meanwhile.
        """
        state, next_row = since
        mine = Import.objects.filter(pk=self.pk, state=state, next_row=next_row)
        if not mine.update(leased_until=at + LEASE, tries=0, **changes):
            raise Superseded(self)
        for name, value in changes.items():
            setattr(self, name, value)

    def stop(self, problem: str, *, at: datetime) -> None:
        """End it with a sentence that says why."""
        ended = {"state": FAILED, "problem": problem, "finished_at": at}
        Import.objects.filter(pk=self.pk, state=self.state).update(**ended)

    def stumble(self, *, at: datetime) -> None:
        """A worker broke on it: leave it to the next one, and after some tries to a person."""
        if self.tries + 1 >= TRIES:
            self.stop("Something broke on our side, and it is logged. What was imported until then is kept.", at=at)
        else:
            Import.objects.filter(pk=self.pk, state=self.state).update(tries=self.tries + 1, leased_until=at + LEASE)

    def _go(self, state: str, *, since: tuple[str, ...], at: datetime, **changes: Any) -> None:
        moved = {"state": state, "leased_until": at, "tries": 0, "problem": "", **changes}
        if not Import.objects.filter(pk=self.pk, state__in=since).update(**moved):
            self.refresh_from_db()
            raise Refused(f"This import is at “{self.get_state_display()}” now, so this can no longer be done.")
        self.refresh_from_db()
        if self.is_working:
            wake("leads.tasks.run_imports")


class RefusedRow(models.Model):
    """A line that was not imported, as it stood, and why."""

    imported = models.ForeignKey(Import, models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()
    cells = models.JSONField()
    reason = models.TextField()

    class Meta:
        constraints = [
            # Also read by the file of refused rows.
            models.UniqueConstraint(fields=["imported", "line"], name="refused_row_once"),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}"


class ImportedLead(models.Model):
    """A lead that an import made or changed; `before` and `after` are the columns it changed, for the undo."""

    imported = models.ForeignKey(Import, models.CASCADE, related_name="leads", db_index=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    created = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    kept = models.CharField(max_length=120, blank=True, help_text="Why the undo left it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "lead"], name="imported_lead_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} of import {self.imported_id}"


class ImportedCompany(models.Model):
    """A company that an import made or changed."""

    imported = models.ForeignKey(Import, models.CASCADE, related_name="companies", db_index=False)
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    created = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    kept = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "company"], name="imported_company_once"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} of import {self.imported_id}"
