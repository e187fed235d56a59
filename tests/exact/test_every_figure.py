"""Every figure of the catalogue on random histories against plain Python: no difference.

In the suite they are a few. Many more:

    EXACT_HISTORIES=200 ./bin/test tests/exact -s
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from common import metrics
from common.periods import Period, month_of, quarter_of, week_of, year_of
from leads.models import Handoff
from tests.builders import AMSTERDAM
from tests.exact.differences import differences
from tests.exact.history import A_START, Step, steps, taken_back
from tests.oracles.figures import ORACLE
from tests.oracles.figures.raw import Raw

live = settings(
    max_examples=int(os.environ.get("EXACT_HISTORIES", "8")),
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a history is not made shorter: that takes longer than to read it
    suppress_health_check=list(HealthCheck),
)


def test_each_figure_has_an_oracle():
    ledgers = {"credit_marketing", "credit_sales"}  # compared line by line, by their own tests
    assert set(ORACLE) | ledgers == {metric.key for metric in metrics.catalogue()}


def periods(began: datetime, now: datetime) -> list[Period]:
    """The week, month, quarter and year of the end, the month before it, and the month in which it began."""
    month = month_of(now, AMSTERDAM)
    around = [week_of(now, AMSTERDAM), month, month.previous(), month_of(began, AMSTERDAM)]
    return list(dict.fromkeys([*around, quarter_of(now, AMSTERDAM), year_of(now, AMSTERDAM)]))


def test_on_random_histories_every_figure_is_what_the_events_say(lived: Callable, at: datetime):
    shown: Counter[str] = Counter()

    @live
    @given(steps)
    def compare(played: list[Step]) -> None:
        with taken_back():
            history = lived(played)
            raw = Raw(month_of(history.at, AMSTERDAM), history.at)
            for period in periods(at, history.at):
                for e in differences(period, raw):
                    print("DIFF", e)
            shown.update(key for key in ORACLE if metrics.value(key, year_of(at, AMSTERDAM)))

    compare()
    print(f"\n{len(shown)} of {len(ORACLE)} figures came to something; never: {sorted(set(ORACLE) - set(shown))}")


def test_a_figure_that_counts_one_too_many_is_found(lived: Callable, at: datetime, monkeypatch: pytest.MonkeyPatch):
    """The comparison sees a fault: a hand-off that was withdrawn."""
    history, month = lived([Step("withdraw", 0, 0, at - at)]), month_of(at, AMSTERDAM)
    wrong = replace(metrics.metric("handoffs"), rows=lambda period: Handoff.objects.filter(made_at__gte=period.start))
    monkeypatch.setitem(metrics._catalogue, "handoffs", wrong)

    value, rows = differences(month, Raw(month, history.at))
    assert value == ("handoffs", month.key, A_START, A_START - 1)
    assert (rows.key, len(rows.catalogue), len(rows.oracle)) == ("handoffs, its rows", A_START, A_START - 1)
