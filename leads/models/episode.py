"""Episodes and transitions: the lives of a lead, and every single move in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import JSONObject
from psycopg2.extras import Json

from accounts.models import User
from common.errors import IllegalMove
from leads.before import Before
from leads.lifecycle import Move, Stage

if TYPE_CHECKING:
    from leads.models.lead import Lead, LeadQuerySet

Hops = dict[Stage, list[tuple[Stage, Stage]]]


class Episode(models.Model):
    """One life of a lead in the funnel, with the first moment it reached each stage. Cohorts scan this table."""

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="episodes")
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
            # Read by what reached any other stage in a period.
            *(
                models.Index(
                    fields=[f"{stage}_at"], name=f"episode_by_{stage}", condition=Q(**{f"{stage}_at__isnull": False})
                )
                for stage in ("lead", "sal", "sql", "opportunity", "customer", "recycled", "disqualified")
            ),
            # Read by the MQLs of a period that wait to be handed over.
            models.Index(
                fields=["mql_at"],
                name="episode_waiting",
                condition=Q(mql_at__isnull=False, handed_over_at__isnull=True, self_sourced=False),
                include=["id", "lead", "number"],
            ),
            # Read by the MQLs delivered in a period, which are counted from it alone.
            models.Index(
                fields=["handed_over_at"],
                name="episode_by_hand_over",
                condition=Q(handed_over_at__isnull=False),
                include=["id", "lead", "number"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}, episode {self.number}"

    @property
    def started_at(self) -> datetime | None:
        """The first moment known of it."""
        return min(filter(None, (getattr(self, f"{stage}_at") for stage in Stage)), default=None)


# One statement moves a batch. The first part locks and guards: of two people who act at the same
# moment one finds the stage they saw and the other finds nothing.
MOVE = """
WITH was (id, stage, episode, before) AS MATERIALIZED (
    {guarded}
), moved AS (
    UPDATE leads_lead l
       SET stage = %(target)s, stage_at = %(at)s,
           episode = was.episode + (was.stage = ANY(%(reopens)s))::int
           {changes}
      FROM was
     WHERE l.id = was.id
    RETURNING l.id, was.stage AS source, l.episode, was.before
), opened AS (
    INSERT INTO leads_episode (lead_id, number, self_sourced, imported, {begun})
    SELECT id, episode, false, %(imported)s, {begun_at} FROM moved WHERE source = ANY(%(reopens)s)
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
       %(before)s::jsonb || jsonb_build_object('lead', moved.before || coalesce(%(before)s::jsonb -> 'lead', '{{}}'))
  FROM moved JOIN (VALUES {hops}) AS hop (source, n, was, became) ON hop.source = moved.source
 ORDER BY moved.id, hop.n
RETURNING leads_transition.*
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
        leads: LeadQuerySet | Iterable[int],
        at: datetime,
        by: User | None = None,
        changes: dict[str, Any] | None = None,
        before: Before | None = None,
        **told: Any,
    ) -> list[Transition]:
        """Make a move for every lead that stands at one of its sources; return the transitions.

        `leads` are ids, or a queryset whose conditions then are part of the guard. `changes` are
        further columns of the lead to set with it, `before` what the verb has changed already. `told` goes
        into the transitions: `reason`, `criteria`, `handoff` (rows), `note`, `imported`. Leads that
        stand elsewhere are left alone; `make_one` raises for them. Sends no signal: the verb does,
        once, with everything that belongs to it.
        """
        rows = leads if isinstance(leads, models.QuerySet) else _leads().filter(pk__in=list(leads))
        try:
            statement, values = _statement(move, rows, changes or {})
        except EmptyResultSet:
            return []
        values |= {"at": at, "by": by and by.pk, "before": Json(before or {})}
        values |= {"note": told.get("note", ""), "imported": told.get("imported", False)}
        values |= {key: told[key].pk if told.get(key) else None for key in ("reason", "criteria", "handoff")}
        return list(self.raw(statement, values))

    def make_one(self, move: Move, lead: Lead, **told: Any) -> list[Transition]:
        """Make a move for one lead, or raise IllegalMove and change nothing; the lead then shows where it stands."""
        made = self.make(move, leads=[lead.pk], **told)
        lead.refresh_from_db(fields=["stage", "stage_at", "episode", *(told.get("changes") or {})])
        if not made:
            raise IllegalMove(f"{lead} is at {lead.get_stage_display()} now, so this can no longer be done.")
        return made


def _leads() -> LeadQuerySet:
    return Transition.lead.field.related_model.objects.all()


def _statement(move: Move, leads: LeadQuerySet, changes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The SQL of a move and its values. Column names come from our own verbs, never from outside."""
    set_to = {leads.model._meta.get_field(name).column: value for name, value in changes.items()}
    guarded, values = _guard(move, leads, list(set_to))
    hops = {source: move.hops(source) for source in sorted(move.sources)}
    begun = sorted({"lead_at", f"{move.target}_at"})
    text = MOVE.format(
        guarded=guarded,
        changes="".join(f", {column} = %(set_{column})s" for column in set_to),
        begun=", ".join(begun),
        begun_at=", ".join(["%(at)s"] * len(begun)),
        stamps=", ".join(f"{stage}_at = {_stamp(stage, hops)}" for stage in sorted(_reached(hops))),
        hops=", ".join(
            f"('{source}', {n}, '{was}', '{became}')"
            for source, steps in hops.items()
            for n, (was, became) in enumerate(steps)
        ),
    )
    values |= {f"set_{column}": getattr(value, "pk", value) for column, value in set_to.items()}
    values |= {"move": move.name, "target": move.target.value, "reopens": [stage.value for stage in move.reopens]}
    return text, values


def _guard(move: Move, leads: LeadQuerySet, columns: list[str]) -> tuple[str, dict[str, Any]]:
    """The SELECT that locks the leads which may move, in one order for all, and reads them as they now are."""
    kept = JSONObject(**{column: F(column) for column in ["id", "stage", "stage_at", "episode", *columns]})
    locked = leads.filter(stage__in=move.sources).order_by("pk").select_for_update(no_key=True, of=("self",))
    sql, values = locked.values_list("pk", "stage", "episode", kept).query.sql_with_params()
    names = [f"guard_{n}" for n in range(len(values))]
    return sql % tuple(f"%({name})s" for name in names), dict(zip(names, values, strict=True))


def _reached(hops: Hops) -> set[Stage]:
    return {became for steps in hops.values() for _, became in steps}


def _stamp(stage: Stage, hops: Hops) -> str:
    """The first time a stage was reached stays; a move that does not pass it leaves it alone."""
    passing = ", ".join(f"'{source}'" for source, steps in hops.items() if stage in {became for _, became in steps})
    return f"CASE WHEN moved.source IN ({passing}) THEN coalesce(e.{stage}_at, %(at)s) ELSE e.{stage}_at END"


@contextmanager
def rewriting_history() -> Iterator[None]:
    """Let transitions be repointed and deleted: only a merge, an import undone and an erasure may. In a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('smarketing.rewriting_history', 'on', true)")
        yield
        cursor.execute("SELECT set_config('smarketing.rewriting_history', '', true)")


class Transition(models.Model):
    """One immutable move of one lead: when, from where to where, by whom and why."""

    lead = models.ForeignKey("leads.Lead", models.PROTECT, related_name="transitions")
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
