"""A company with everything agreed, in which anything may happen."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import User
from leads.freezing import Told, enter
from meetings.models import Series
from tests.builders import AMSTERDAM, agreement_in_force, criteria_in_force, focus_in_force
from tests.exact.history import History, Step

# What the product does not propose by itself, so that every figure of a promise has something to count.
PROMISES: dict[str, dict[str, Any]] = {
    "data_complete": {"target": Decimal("0.95"), "fields": ["phone", "employees"]},
    "requests_answered": {"target": Decimal("0.90"), "within_days": 5},
    "briefs_in_time": {"target": Decimal("0.90"), "within_days": 5},
    "decision_attainment": {},
    "customers": {"target": Decimal(2)},
}


@pytest.fixture
def lived(
    maya: User, theo: User, sam: User, rita: User, nora: User, at: datetime, clock_shows: Callable
) -> Callable[[list[Step]], History]:
    """`lived(steps)`: the company after all of that; it began a day before its first step."""
    heads, before = {"theo": theo, "nora": nora}, at - timedelta(days=1)
    criteria_in_force(**heads, at=before, checklist=[])
    agreement_in_force(**heads, at=before, promises=PROMISES)
    focus_in_force(**heads, at=before, companies=["company1.test"])
    Series.objects.set_up(weekday=0, time=time(10), zone=AMSTERDAM, minutes=30, by=nora, at=before)
    enter([Told("USD", at.date(), Decimal("0.9217"))], by=nora, at=before)
    people = SimpleNamespace(maya=maya, sam=sam, rita=rita, **heads)

    def live(played: list[Step]) -> History:
        history = History(people, at)
        history.live(played)
        return history

    return live
