"""An import in words, for commands: what the columns mean, what it would do, what it did."""

from __future__ import annotations

from collections.abc import Iterator

from leads.importing.fields import FIELDS
from leads.importing.mapping import RULES, Meaning
from leads.importing.profile import Column
from leads.importing.reading import shape_kept
from leads.lifecycle import Stage
from leads.models import Import

SHOWN = 20


def meaning_in_words(found: Import) -> Iterator[str]:
    """What the file is and what its columns mean."""
    meaning = Meaning.from_json(found.meaning)
    yield f"{found.name}: {found.rows:,} rows, {shape_kept(found).words}"
    width = max(len(choice.header) for choice in meaning.columns)
    for choice in meaning.columns:
        type_ = f" ({choice.type})" if choice.is_attribute else ""
        yield f"  {choice.header:{width}}  {FIELDS[choice.field].label}{type_}"
    status = meaning.column("stage")
    if status is not None:
        yield "Statuses:"
        for value, count in Column.from_json(found.columns[status]).values:
            yield f"  {value}: {Stage(meaning.stage_of(value)).label} ({count:,})"


def preview_in_words(found: Import) -> Iterator[str]:
    """What the import would do."""
    told = found.preview
    counts = {"New": "new", "known": "known", "twice in the file": "repeats", "refused": "refused"}
    yield " · ".join(f"{words} {told[key]:,}" for words, key in counts.items())
    if told["contradictions"]:
        rule = RULES[Meaning.from_json(found.meaning).rule]
        rows = sum(count for *_, count in told["contradictions"])
        yield f"Status and converted contradict each other in {rows:,} rows. {rule}:"
        for status, converted, stage, count in told["contradictions"]:
            yield f"  {status}, converted {converted}: {stage} by its status ({count:,})"
    if told["strangers"]:
        yield "Owners nobody here is called: " + ", ".join(f"{name} ({count:,})" for name, count in told["strangers"])
    for line, reason in told["problems"][:SHOWN]:
        yield f"  line {line}: {reason}"
    if told["refused"] > SHOWN:
        yield f"  and {told['refused'] - SHOWN:,} more"


def result_in_words(found: Import) -> str:
    """What the import did."""
    return (
        f"Imported: {found.created:,} new, {found.updated:,} updated, {found.unchanged:,} with nothing new, "
        f"{found.repeats:,} repeated, {found.refused:,} refused."
    )
