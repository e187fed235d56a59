"""Rungs that clocks have climbed: each a step of the ladder, taken once."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from common.errors import Refused
from sla.escalation import tell_heads_to_give_on, tell_of_reroute
from sla.models.clock import Clock


class Step(models.TextChoices):
    """What happens on a rung."""

    REMIND = "remind", "Whoever has to act is reminded"
    REROUTE = "reroute", "A hot lead goes to another rep, any other when the head says so"


class RungQuerySet(models.QuerySet["Rung"]):
    """Rungs, by what is still to be done on them."""

    def waiting(self) -> RungQuerySet:
        """Climbed, and what stands there not done yet; the first come first."""
        return self.filter(done_at__isnull=True).select_related("clock__handoff__lead").order_by("pk")


class Rung(models.Model):
    """One rung of one clock: when it was come to, what was to be done there, and when that was done."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="climbs")
    number = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=8, choices=Step.choices)
    came_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = RungQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock", "number"], name="rung_climbed_once"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="rung_step_is_known"),
        ]
        indexes = [
            # Read by the worker, each minute: what is still to be done.
            models.Index(fields=["id"], condition=Q(done_at__isnull=True), name="rung_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.clock}"

    @transaction.atomic
    def carry_out(self, *, at: datetime) -> None:
        """Do what stands there, once: a hot lead that nobody accepted goes to whose turn it is.

        Any other, and one that nobody else could be given, is for the head to decide. The lead is
        held first, as by everybody who does something to it, so that what happened to it by then counts.
        """
        handoff = self.clock.handoff
        handoff.lead.hold()
        if not Rung.objects.filter(pk=self.pk, done_at__isnull=True).update(done_at=at):
            return
        clock = Clock.objects.select_related("handoff__lead", "handoff__pool", "owner").get(pk=self.clock_id)
        if not clock.presses_its_owner:
            return
        handoff = clock.handoff
        if not (handoff.hot and handoff.is_pending and self._reroute(clock, at)):
            tell_heads_to_give_on(clock, at=at)

    def _reroute(self, clock: Clock, at: datetime) -> bool:
        try:
            clock.handoff.reroute(because=f"{clock.owner.short_name} let it wait", by=None, at=at)
        except Refused:
            return False
        tell_of_reroute(clock, at=at)
        return True
