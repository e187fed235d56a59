"""The third step: chunk after chunk into the tables, each chunk one transaction with the place it ends at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from common.copying import measure
from common.errors import Refused
from leads.importing.files import Line
from leads.importing.mapping import Meaning
from leads.importing.reading import data_lines
from leads.importing.rows import Rows
from leads.importing.traces import keep_refusals, keep_traces
from leads.intake import receive_many
from leads.intake.arrival import Arrival
from leads.models import Attribute, Company, Lead
from leads.models.importing import DONE, RUNNING, Import, Superseded

CHUNK = 5000
ON = {"attribute": Attribute.On.LEAD, "company_attribute": Attribute.On.COMPANY}


@dataclass
class Chunk:
    """Some lines of the file, read: those that make sense, and those that do not with their reason."""

    lines: int
    good: list[tuple[Line, Arrival]]
    refused: list[tuple[Line, str]]


def run(found: Import, *, clock: Callable[[], datetime]) -> None:
    """Import the rows that are not done yet; good ones are in, the others are kept with their reasons."""
    meaning = Meaning.from_json(found.meaning)
    add_attributes(found, meaning, at=clock())
    chunks = read_chunks(found, Rows(meaning, at=clock()))
    for chunk in _ahead(chunks):
        take_in(found, chunk, history=meaning.tells_history, at=clock())
    measure(Lead, Company)
    at = clock()
    found.advance(since=(RUNNING, found.next_row), at=at, state=DONE, finished_at=at)


def add_attributes(found: Import, meaning: Meaning, *, at: datetime) -> None:
    """Make the fields that columns become, where there are none yet."""
    made = []
    for choice in meaning.columns:
        if choice.is_attribute:
            described = {"label": choice.label or choice.header, "type": choice.type, "created_at": at}
            attribute, new = Attribute.objects.get_or_create(on=ON[choice.field], key=choice.key, defaults=described)
            made += [attribute.pk] if new else []
    if made:
        found.advance(since=(RUNNING, found.next_row), at=at, new_attributes=[*found.new_attributes, *made])


def read_chunks(found: Import, rows: Rows) -> Iterator[Chunk]:
    """The lines that are not done yet, read and cleaned, chunk by chunk."""
    lines = islice(data_lines(found), found.next_row, None)
    while batch := list(islice(lines, CHUNK)):
        chunk = Chunk(len(batch), [], [])
        for line in batch:
            try:
                chunk.good.append((line, rows.read(line)))
            except Refused as refusal:
                chunk.refused.append((line, str(refusal)))
        yield chunk


def _ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks, the next one being read while the database takes this one in."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, chunks, None)
        while chunk := coming.result():
            coming = reader.submit(next, chunks, None)
            yield chunk


@transaction.atomic
def take_in(found: Import, chunk: Chunk, *, history: bool, at: datetime) -> None:
    """Import one chunk: its leads, its refusals and the place it ends at, all or nothing.

    The import's row is held meanwhile, so that two workers never take in the same chunk.
    """
    mine = Import.objects.filter(pk=found.pk, state=RUNNING, next_row=found.next_row)
    if not mine.select_for_update().exists():
        raise Superseded(found)
    arrivals = [arrival for _, arrival in chunk.good]
    received = receive_many(arrivals, by=found.by, at=at, fresh=False, history=history)
    refused = chunk.refused + [(chunk.good[index][0], str(why)) for index, why in received.refused.items()]
    keep_refusals(found, refused)
    keep_traces(found, received)
    created, updated = len(received.created), len(received.changed)
    repeats = len(received.repeats)
    found.advance(
        since=(RUNNING, found.next_row),
        at=at,
        next_row=found.next_row + chunk.lines,
        created=found.created + created,
        updated=found.updated + updated,
        repeats=found.repeats + repeats,
        unchanged=found.unchanged + len(arrivals) - len(received.refused) - created - updated - repeats,
        refused=found.refused + len(refused),
    )
