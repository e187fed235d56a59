"""Data checks: which of the fields both sides agreed on a hand-off lacked when it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from leads.facts import FACTS, JOIN_NOW, NOW
from leads.models import Handoff
from sla import fields
from sla.fields import FIELDS
from sla.models.commitment import Commitment

if TYPE_CHECKING:
    from sla.models.agreement import Agreement

COMPLETE = "data_complete"
CHECK = f"""
INSERT INTO sla_datacheck (handoff_id, commitment_id, missing)
SELECT h.id, %(commitment)s, array_remove(ARRAY[{{missing}}]::text[], NULL)
  FROM leads_handoff h
  JOIN leads_lead m ON m.id = h.lead_id
  {JOIN_NOW}
 WHERE h.id = ANY(%(handoffs)s)
    ON CONFLICT (handoff_id) DO NOTHING
"""


class DataCheckQuerySet(models.QuerySet["DataCheck"]):
    """Data checks."""

    def keep(self, made_under: Mapping[int, Agreement]) -> None:
        """Check these hand-offs, each by the agreement it was made under; one that was checked stays as it was."""
        promised: dict[Commitment, list[int]] = defaultdict(list)
        for handoff, agreement in made_under.items():
            if promise := agreement.promise(COMPLETE):
                promised[promise].append(handoff)
        with connection.cursor() as cursor:
            for promise, handoffs in promised.items():
                cursor.execute(CHECK.format(missing=_missing(promise.fields)), _told(promise, handoffs))


def _missing(agreed: list[str]) -> str:
    """An expression a field: its name where it is unknown. Names and expressions are those of `FIELDS` alone."""
    unknown = {key: f"{FACTS[FIELDS[key][1]].read(NOW)} IS NULL" for key in agreed if key in FIELDS}
    return ", ".join(f"CASE WHEN {is_unknown} THEN '{key}' END" for key, is_unknown in unknown.items())


def _told(promise: Commitment, handoffs: list[int]) -> dict[str, object]:
    return {"commitment": promise.pk, "handoffs": handoffs}


class DataCheck(models.Model):
    """What a hand-off lacked at the moment it was made, of the fields its agreement names. It never changes."""

    handoff = models.OneToOneField(Handoff, models.CASCADE, primary_key=True, related_name="+")
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="+")
    missing = ArrayField(models.CharField(max_length=40), default=list)

    objects = DataCheckQuerySet.as_manager()

    def __str__(self) -> str:
        return "complete" if not self.missing else f"without {', '.join(fields.label(key) for key in self.missing)}"
