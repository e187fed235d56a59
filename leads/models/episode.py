"""Episodes and transitions: the lives of a lead, and every single move in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F, Q
from psycopg2.extras import Json

from accounts.models import User
from common.errors import IllegalMove
from leads.lifecycle import Move, Stage
from leads.models.lead import Lead


class Episode(models.Model):
    """One life of a lead in the funnel, with the first moment it reached each stage. Cohorts scan this table."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="episodes")
    number = models.PositiveSmallIntegerField(default=1)
    self_sourced = models.BooleanField(default=False)
    imported = models.BooleanField(default=False)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    lead_at = models.DateTimeField(null=True, blank=True)
    mql_at = models.DateTimeField(null=True, blank=True)
    sal_at = models.DateTimeField(null=True, blank=True)
    sql_at = models.DateTimeField(null=True, blank=True)
    opportunity_at = models.DateTimeField(null=True, blank=True)
    customer_at = models.DateTimeField(null=True, blank=True)
    recycled_at = models.DateTimeField(null=True, blank=True)
    disqualified_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "number"], name="episode_numbers_are_unique"),
        ]
        indexes = [
            # Read by cohorts and by the count of MQLs in a period.
            models.Index(fields=["mql_at"], name="episode_by_mql", condition=Q(mql_at__isnull=False)),
            # Read by the MQLs delivered in a period.
            models.Index(
                fields=["handed_over_at"], name="episode_by_hand_over", condition=Q(handed_over_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}, episode {self.number}"


# One statement moves a batch: the first part locks and guards, so that of two people who act at
# the same moment one finds the stage they saw and the other finds nothing.
MOVE = """
WITH was AS MATERIALIZED (
    SELECT id, stage, episode, {before} AS before
      FROM leads_lead
     WHERE id = ANY(%(leads)s) AND stage = ANY(%(sources)s)
     ORDER BY id
       FOR NO KEY UPDATE
), moved AS (
    UPDATE leads_lead l
       SET stage = %(target)s, stage_at = %(at)s,
           episode = was.episode + (was.stage = ANY(%(reopens)s))::int
           {changes}
      FROM was
     WHERE l.id = was.id
    RETURNING l.id, was.stage AS source, l.episode, was.before
), opened AS (
    INSERT INTO leads_episode (lead_id, number, self_sourced, imported, lead_at, {stamp})
    SELECT id, episode, false, %(imported)s, %(at)s, %(at)s FROM moved WHERE source = ANY(%(reopens)s)
), stamped AS (
    UPDATE leads_episode e
       SET {stamps}
      FROM moved
     WHERE e.lead_id = moved.id AND e.number = moved.episode AND NOT moved.source = ANY(%(reopens)s)
)
INSERT INTO leads_transition
       (lead_id, episode, move, from_stage, to_stage, at, by_id, reason_id, criteria_id, handoff_id,
        note, imported, before)
SELECT moved.id, moved.episode, %(move)s, hop.was, hop.became, %(at)s, %(by)s, %(reason)s, %(criteria)s,
       %(handoff)s, %(note)s, %(imported)s,
       jsonb_build_object('lead', moved.before) || %(before)s::jsonb
  FROM moved JOIN (VALUES {hops}) AS hop (source, n, was, became) ON hop.source = moved.source
 ORDER BY moved.id, hop.n
RETURNING id
"""


class TransitionQuerySet(models.QuerySet["Transition"]):
    """Moves made, and the one way to make them."""

    def counted(self) -> TransitionQuerySet:
        """Without what was undone, and without the undoing."""
        return self.filter(corrects__isnull=True, correction__isnull=True)

    @transaction.atomic
    def make(
        self,
        move: Move,
        *,
        leads: Iterable[int],
        at: datetime,
        by: User | None = None,
        changes: dict[str, Any] | None = None,
        before: dict[str, Any] | None = None,
        **told: Any,
    ) -> list[Transition]:
        """Make a move for every lead of the batch that stands at one of its sources; return the transitions.

        `changes` are further columns of the lead to set with it. `told` goes into the transitions:
        `reason`, `criteria`, `handoff` (rows), `note`, `imported`. Leads that stand elsewhere are left
        alone; the verb on one lead (`make_one`) raises for them. Sends no signal: the verb does,
        once, with everything that belongs to it.
        """
        ids = list(leads)
        if not ids:
            return []
        statement, values = _move_statement(move, at=at, changes=changes or {})
        values |= {
            "leads": ids,
            "by": by and by.pk,
            "note": told.get("note", ""),
            "imported": told.get("imported", False),
            "before": Json(before or {}),
        }
        values |= {key: told[key].pk if told.get(key) else None for key in ("reason", "criteria", "handoff")}
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            made = [row[0] for row in cursor.fetchall()]
        return list(self.filter(pk__in=made).order_by("pk"))

    def make_one(self, move: Move, lead: Lead, **told: Any) -> list[Transition]:
        """Make a move for one lead, or raise IllegalMove and change nothing."""
        made = self.make(move, leads=[lead.pk], **told)
        if not made:
            lead.refresh_from_db(fields=["stage"])
            raise IllegalMove(f"{lead} is at {lead.get_stage_display()} now, so this can no longer be done.")
        lead.refresh_from_db()
        return made


def _move_statement(move: Move, *, at: datetime, changes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The SQL of a move and its values. Column names come from our own verbs, never from outside."""
    columns = [Lead._meta.get_field(name).column for name in changes]
    values: dict[str, Any] = {f"set_{column}": value for column, value in zip(columns, changes.values(), strict=True)}
    hops = {source: move.hops(source) for source in sorted(move.sources)}
    reached = {became for source in hops for _, became in hops[source]}
    saved = ["stage", "stage_at", "episode", *columns]
    text = MOVE.format(
        before="jsonb_build_object(" + ", ".join(f"'{c}', {c}" for c in saved) + ")",
        changes="".join(f", {column} = {_shifted(column)}" for column in columns),
        stamp=f"{move.target}_at",
        stamps=", ".join(f"{stage}_at = {_stamp(stage, hops)}" for stage in sorted(reached)),
        hops=", ".join(
            f"('{source}', {n}, '{was}', '{became}')"
            for source, steps in hops.items()
            for n, (was, became) in enumerate(steps)
        ),
    )
    values |= {
        "move": move.name,
        "at": at,
        "target": move.target.value,
        "sources": [s.value for s in move.sources],
        "reopens": [s.value for s in move.reopens],
    }
    return text, values


def _shifted(column: str) -> str:
    """A counter is raised by its value; every other column is set to it."""
    return f"l.{column} + %(set_{column})s" if column == "quality_returns" else f"%(set_{column})s"


def _stamp(stage: Stage, hops: dict[Stage, list[tuple[Stage, Stage]]]) -> str:
    """The first time a stage was reached stays; a move that does not pass it leaves it alone."""
    passing = ", ".join(f"'{source}'" for source, steps in hops.items() if stage in {b for _, b in steps})
    return f"CASE WHEN moved.source IN ({passing}) THEN coalesce(e.{stage}_at, %(at)s) ELSE e.{stage}_at END"


class Transition(models.Model):
    """One immutable move of one lead: when, from where to where, by whom and why."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="transitions")
    episode = models.PositiveSmallIntegerField()
    move = models.CharField(max_length=20)
    from_stage = models.CharField(max_length=12, choices=Stage.choices, blank=True)
    to_stage = models.CharField(max_length=12, choices=Stage.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.ForeignKey("leads.ReturnReason", models.PROTECT, null=True, blank=True, related_name="+")
    criteria = models.ForeignKey("leads.Criteria", models.PROTECT, null=True, blank=True, related_name="+")
    handoff = models.ForeignKey(
        "leads.Handoff", models.PROTECT, null=True, blank=True, related_name="transitions", db_index=True
    )
    note = models.TextField(blank=True, db_default="")
    imported = models.BooleanField(default=False, db_default=False)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="correction")
    before = models.JSONField(default=dict, help_text="What the move changed, as it was: what an undo restores.")

    objects = TransitionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_stage__in=Stage.values), name="transition_stage_is_known"),
            models.CheckConstraint(condition=~Q(from_stage=F("to_stage")), name="transition_goes_somewhere"),
        ]
        indexes = [
            # Read by a lead's page and by undo, which wants the latest.
            models.Index(fields=["lead", "id"], name="transition_by_lead"),
            # Read by rollups and metrics: what reached a stage in a period.
            models.Index(fields=["to_stage", "at"], name="transition_by_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.from_stage or '–'} to {self.to_stage}"
