"""Undoing an import: what it made goes, what it changed becomes as it was, what people worked on since stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import Min, Q

from leads import facts, readings, scoring
from leads.intake.storing import update
from leads.lifecycle import leads_changed
from leads.models import Attribute, Company, Handoff, Lead, Opportunity, Rule, Transition
from leads.models.episode import rewriting_history
from leads.models.importing import UNDOING, UNDONE, Import, ImportedCompany, ImportedLead, Superseded

BATCH = 2000

WORKED_ON = """
SELECT l.id, CASE
       WHEN EXISTS (SELECT FROM leads_handoff h WHERE h.lead_id = l.id AND h.decided_at IS NOT NULL)
            OR EXISTS (SELECT FROM leads_attempt a WHERE a.lead_id = l.id) THEN 'sales has worked on it'
       WHEN EXISTS (SELECT FROM leads_opportunity o WHERE o.lead_id = l.id AND o.opened_at > %(started)s)
            OR EXISTS (SELECT FROM leads_dealcontact d WHERE d.lead_id = l.id) THEN 'it is on a deal'
       WHEN EXISTS (SELECT FROM leads_transition t WHERE t.lead_id = l.id AND t.by_id IS NOT NULL
                       AND t.move NOT IN ('import', 'receive')) THEN 'somebody has moved it'
       WHEN EXISTS (SELECT FROM leads_touch t WHERE t.lead_id = l.id AND t.kind <> 'first_touch')
            THEN 'the person has done something since'
       WHEN EXISTS (SELECT FROM leads_leadversion v WHERE v.lead_id = l.id AND v.from_at > %(finished)s)
            THEN 'it was changed since'
       WHEN EXISTS (SELECT FROM notifications_comment c
                     WHERE c.content_type_id = %(about)s AND c.object_id = l.id) THEN 'people wrote about it'
       END AS reason
  FROM leads_lead l
 WHERE l.id = ANY(%(leads)s)
"""


def undo(found: Import, *, clock: Callable[[], datetime]) -> None:
    """Take back the whole import, batch by batch; a worker that is killed is followed by one that goes on."""
    for step in (_undo_created, _undo_changed, _undo_created_companies, _undo_changed_companies):
        while _batch(found, step, at=clock()):
            pass
    at = clock()
    with transaction.atomic():
        _drop_attributes(found)
        found.advance(since=(UNDOING, found.next_row), at=at, state=UNDONE, undone_at=at)


@transaction.atomic
def _batch(found: Import, step: Callable[[Import, datetime], int], *, at: datetime) -> int:
    mine = Import.objects.filter(pk=found.pk, state=UNDOING, next_row=found.next_row)
    if not mine.select_for_update().exists():
        raise Superseded(found)
    done = step(found, at)
    found.advance(since=(UNDOING, found.next_row), at=at, next_row=found.next_row + done)
    return done


def _undo_created(found: Import, at: datetime) -> int:
    traces = list(found.leads.filter(created=True, kept="").order_by("pk")[:BATCH])
    ids = Lead.objects.filter(pk__in=[trace.lead_id for trace in traces]).hold()
    reasons = _worked_on(ids, found)
    gone = [number for number in ids if number not in reasons]
    for trace in traces:
        trace.kept = reasons.get(trace.lead_id, "")
    ImportedLead.objects.bulk_update([trace for trace in traces if trace.kept], ["kept"])
    _delete(gone, at=at)
    return len(traces)


def _worked_on(ids: list[int], found: Import) -> dict[int, str]:
    """Why leads stay: `{id: reason}` of those that anybody has worked on since the import."""
    about = ContentType.objects.get_for_model(Lead)
    with connection.cursor() as cursor:
        cursor.execute(
            WORKED_ON, {"leads": ids, "started": found.started_at, "finished": found.finished_at, "about": about.pk}
        )
        return {number: reason for number, reason in cursor.fetchall() if reason}


def _delete(ids: list[int], *, at: datetime) -> None:
    """Delete leads nobody worked on, with their history; hand-offs still undecided are withdrawn first."""
    handoffs = Handoff.objects.filter(lead__in=ids)
    withdrawn: list[models.Model] = []
    for handoff in handoffs.filter(closed_at__isnull=True):
        withdrawn += handoff.void(because="The import was undone", at=at)
    if withdrawn:
        leads_changed.send(Lead, events=withdrawn)
    if first := Lead.objects.filter(pk__in=ids).aggregate(first=Min("created_at"))["first"]:
        readings.touched(first)
    Opportunity.objects.filter(lead__in=ids).delete()
    with rewriting_history():
        Transition.objects.filter(lead__in=ids).delete()
    handoffs.delete()
    Lead.objects.filter(pk__in=ids).delete()


def _undo_changed(found: Import, at: datetime) -> int:
    traces = list(found.leads.filter(created=False, kept="").order_by("pk")[:BATCH])
    Lead.objects.filter(pk__in=[trace.lead_id for trace in traces]).hold()
    changed = _restore(traces, Lead, "lead")
    facts.snapshot(changed, at=at)
    scoring.mark(changed, fresh=False)
    return len(traces)


def _undo_changed_companies(found: Import, at: datetime) -> int:
    traces = list(found.companies.filter(created=False, kept="").order_by("pk")[:BATCH])
    changed = _restore(traces, Company, "company")
    leads = list(Lead.objects.filter(company__in=changed).values_list("pk", flat=True))
    facts.snapshot(leads, at=at)
    scoring.mark(leads, fresh=False)
    return len(traces)


def _restore(traces: list[Any], model: type[models.Model], name: str) -> list[int]:
    """Put back each column that still holds what the import wrote; return the rows changed by that.

    The trace of a row that was changed since stays and says which columns.
    """
    rows = model._default_manager.in_bulk([getattr(trace, f"{name}_id") for trace in traces])
    taken = _taken_addresses(traces) if model is Lead else set()
    changes: dict[int, dict[str, Any]] = {}
    for trace in traces:
        row = rows[getattr(trace, f"{name}_id")]
        kept = [column for column in trace.after if not _is_as_left(row, column, trace.after[column])]
        kept += ["email"] if trace.before.get("email") in taken and "email" not in kept else []
        changes[row.pk] = _columns_to_restore(row, {c: was for c, was in trace.before.items() if c not in kept})
        trace.kept = f"changed since: {', '.join(sorted(kept))}"[:120] if kept else ""
    changes = {number: columns for number, columns in changes.items() if columns}
    update(model._meta.db_table, list(changes.items()))
    type(traces[0])._default_manager.bulk_update([t for t in traces if t.kept], ["kept"]) if traces else None
    type(traces[0])._default_manager.filter(pk__in=[t.pk for t in traces if not t.kept]).delete() if traces else None
    return list(changes)


def _is_as_left(row: models.Model, column: str, left: Any) -> bool:
    name, _, key = column.partition(".")
    now = getattr(row, name)
    return now.get(key) == left if key else str(now) == str(left)


def _columns_to_restore(row: models.Model, before: dict[str, Any]) -> dict[str, Any]:
    """Columns as they were; attributes together, without those that were not there."""
    columns = {column: was for column, was in before.items() if "." not in column}
    own = {column.partition(".")[2]: was for column, was in before.items() if "." in column}
    if own:
        merged = {**row.attributes, **own}
        columns["attributes"] = {key: value for key, value in merged.items() if value is not None}
    return columns


def _taken_addresses(traces: Iterable[ImportedLead]) -> set[str]:
    """Former addresses that another lead has meanwhile."""
    former = {trace.before["email"] for trace in traces if trace.before.get("email")}
    return set(Lead.objects.filter(email__in=former).values_list("email", flat=True)) if former else set()


def _undo_created_companies(found: Import, at: datetime) -> int:
    """Companies go when nothing else is left at them and nobody has taken them on."""
    traces = list(found.companies.filter(created=True, kept="").order_by("pk")[:BATCH])
    ids = [trace.company_id for trace in traces]
    used = Q(leads__isnull=False) | Q(opportunities__isnull=False) | Q(owner__isnull=False) | Q(named_account=True)
    stay = set(Company.objects.filter(used, pk__in=ids).values_list("pk", flat=True))
    ImportedCompany.objects.filter(imported=found, company__in=stay).update(kept="it is in use")
    Company.objects.filter(pk__in=set(ids) - stay).delete()
    return len(traces)


def _drop_attributes(found: Import) -> None:
    """Fields that the import made go when no lead, company or rule has them any more."""
    for attribute in Attribute.objects.filter(pk__in=found.new_attributes):
        holder = Lead if attribute.on == Attribute.On.LEAD else Company
        used = holder.objects.filter(attributes__has_key=attribute.key).exists()
        if not used and not Rule.objects.filter(field=f"{attribute.on}:{attribute.key}").exists():
            attribute.delete()
