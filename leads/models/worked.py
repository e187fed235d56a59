"""What worked with leads like one: kept for reading, reckoned each night, never edited."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Worked(models.Model):
    """Of the decided hand-offs of one group, those to which one answer applies, and in how many of them it went well.

    A group, a question and an answer are those of `leads.worked`. `middle` is a median, where a length is asked for.
    `well` and `otherwise` are the ids of the latest hand-offs that went well and that did not.
    """

    group = models.CharField(max_length=140)
    question = models.CharField(max_length=8)
    answer = models.CharField(max_length=20, blank=True)
    hits = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    middle = models.DurationField(null=True)
    well = ArrayField(models.BigIntegerField(), default=list)
    otherwise = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [
            # Also read by a lead's page, which asks for all answers of the groups it belongs to.
            models.UniqueConstraint(fields=["group", "question", "answer"], name="worked_once"),
            models.CheckConstraint(condition=Q(hits__lte=F("of")), name="worked_is_part_of_the_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.question} {self.answer}"
