"""The parts of a definition, and how long touches count under each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from leads.models.criteria import Rule

HALVINGS = 12  # a touch that halved so often counts no more
FAST_TRACK_DAYS = 14
MOST_DAYS = 3650


class Section(models.TextChoices):
    MUST = "must", "Must"
    NEVER = "never", "Never"
    FAST_TRACK = "fast_track", "Fast track"
    SCORED = "scored", "Scored"


class Axis(models.TextChoices):
    FIT = "fit", "Who they are"
    ENGAGEMENT = "engagement", "What they did"


def reach(rule: Rule) -> int | None:
    """The age in days at which a touch stops counting for a rule, or None where it counts for ever."""
    if rule.halves_days:
        return rule.halves_days * HALVINGS
    if rule.section == Section.FAST_TRACK:
        return rule.window_days or FAST_TRACK_DAYS
    return rule.window_days
