"""Named places on a page that upper apps fill.

A page offers a place ("lead", "scorecard"); an app above contributes a panel to it in its
`panels.py`, which is discovered when the product starts. So a lead's page shows its SLA
clocks although `leads` knows nothing of `sla`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Fill = Callable[[int, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One contribution: `fill(object id, user)` gives the template's context, or None to stay away."""

    place: str
    template: str
    fill: Fill
    order: int


@dataclass(frozen=True)
class FilledPanel:
    """A panel with its context, ready to be included by a page."""

    template: str
    context: dict[str, Any]


_panels: list[Panel] = []


def panel(place: str, template: str, *, order: int = 50) -> Callable[[Fill], Fill]:
    """Contribute the decorated function as a panel of `place`; lower `order` stands higher."""

    def contribute(fill: Fill) -> Fill:
        _panels.append(Panel(place, template, fill, order))
        return fill

    return contribute


def panels_for(place: str, object_id: int, user: Any) -> list[FilledPanel]:
    """The panels of a place for one object and one reader, in order."""
    filled = []
    for each in sorted((p for p in _panels if p.place == place), key=lambda p: p.order):
        context = each.fill(object_id, user)
        if context is not None:
            filled.append(FilledPanel(each.template, context))
    return filled
