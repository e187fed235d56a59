"""What is asked of the page of what converts: by what, begun when, of whom, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict

from agreements.models import PersonaVersion
from leads.beginnings import RECENT, Span, spans_of
from leads.converting import FASTEST
from leads.models.beginning import By
from leads.personas import in_force

ORDERS = {"mql": "Most MQLs", "accepted": "Most accepted", "customer": "Most customers", FASTEST: "Fastest"}


@dataclass(frozen=True)
class Asked:
    """One question, and those beside it that the page leads to."""

    by: By
    span: Span
    persona: PersonaVersion | None
    order: str
    spans: list[Span]
    personas: list[PersonaVersion]

    def query(self, **changed: object) -> str:
        """The same question in an address, or a changed one."""
        persona = self.persona.pk if self.persona else ""
        return "?" + urlencode(
            {"by": self.by, "period": self.span.key, "persona": persona, "order": self.order} | changed
        )

    @property
    def stage(self) -> str:
        """The stage that the order is about."""
        return "mql" if self.order == FASTEST else self.order

    @property
    def bys(self) -> list[tuple[str, str, bool]]:
        """Each way to tell beginnings apart: its words, its address, and whether it is the one shown."""
        return [(by.label, self.query(by=by.value), by == self.by) for by in By]

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        return [(label, self.query(order=order), order == self.order) for order, label in ORDERS.items()]


def asked(query: QueryDict, *, at: datetime) -> Asked:
    """What an address asks for; what cannot be is as usual: offers of the last twelve months, of everybody."""
    spans = spans_of(at)
    personas = in_force()
    lately = next(span for span in spans if span.key == RECENT)
    return Asked(
        by=By(query["by"]) if query.get("by") in By.values else By.OFFER,
        span=next((span for span in spans if span.key == query.get("period")), lately),
        persona=next((version for version in personas if str(version.pk) == query.get("persona")), None),
        order=query["order"] if query.get("order") in ORDERS else "mql",
        spans=spans,
        personas=personas,
    )
