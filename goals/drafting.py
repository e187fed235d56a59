"""What a draft starts from: our own history where there is enough of it, and usual values where there is not."""

from decimal import Decimal
from typing import Any

from goals.history import LAGS, Measured

USUAL: dict[str, Decimal | int] = {
    "marketing_share": Decimal("0.5"),
    "average_deal": Decimal(25_000),
    "win_rate": Decimal("0.25"),
    "sal_to_opportunity": Decimal("0.4"),
    "acceptance": Decimal("0.8"),
    "lead_to_mql": Decimal("0.1"),
    "lead_to_mql_days": 14,
    "mql_to_sal_days": 1,
    "sal_to_opportunity_days": 9,
    "opportunity_to_customer_days": 45,
}


def first_terms(known: dict[str, Measured]) -> dict[str, Decimal | int]:
    """The assumptions of a first draft, by the plan's own names."""
    names = [*USUAL, "visit_to_lead"]  # visits have no usual part that leaves its data: without any, nothing is said
    return USUAL | {name: _taken(name, known[name]) for name in names if name in known and known[name].is_enough}


MONTHS = "months_to_customer"


def kept(known: dict[str, Measured], months: dict[str, dict[str, int]] | None = None) -> dict[str, Any]:
    """The history beside a draft, as JSON: what was measured, and how many months customers took."""
    return {name: measured.as_json() for name, measured in known.items()} | (
        {MONTHS: months} if months and any(months.values()) else {}
    )


def _taken(name: str, measured: Measured) -> Decimal | int:
    """A measured value as a plan takes it: whole days, whole money, rates to a tenth of a percent."""
    if name in LAGS:
        return round(measured.value)
    if name == "visit_to_lead":
        return max(Decimal(f"{measured.value:.4f}"), Decimal("0.0001"))
    return Decimal(f"{measured.value:.0f}") if name == "average_deal" else Decimal(f"{measured.value:.3f}")
