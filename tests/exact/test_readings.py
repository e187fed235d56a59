"""Kept readings on random histories: thrown away and rebuilt they are the same, and none outlives what it counts."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from common import clock as db_clock
from common import metrics
from common.metrics import Reading
from common.periods import Period, month_of, week_of
from leads import readings
from leads.models import KeptReading
from tests.builders import AMSTERDAM
from tests.exact.history import Step, steps, taken_back

live = settings(
    max_examples=int(os.environ.get("EXACT_HISTORIES", "3")),
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
Readings = dict[tuple[str, Period], Reading]


def closed(began: datetime, now: datetime) -> list[Period]:
    """Of the periods since it began that are over: the first month, the last one, and the last week."""
    spans = [month_of(began, AMSTERDAM), month_of(now, AMSTERDAM).previous(), week_of(now, AMSTERDAM).previous()]
    return [each for each in dict.fromkeys(spans) if began < each.end <= now]


def reckoned(periods: list[Period]) -> Readings:
    """Every figure from its rows."""
    return {(each.key, period): each.reading(period) for each in metrics.catalogue() for period in periods}


def all_kept() -> Readings:
    """Every reading as it is kept, whether it still holds or not."""
    return {(row.metric, row.span): row.reading for row in KeptReading.objects.all()}


def read_all(periods: list[Period]) -> None:
    """Read what is not kept of these periods."""
    readings.keep(periods, clock=db_clock.now)


def test_thrown_away_and_rebuilt_every_reading_is_the_same_and_what_its_rows_say(lived: Callable, at: datetime):
    @live
    @given(steps)
    def compare(played: list[Step]) -> None:
        with taken_back():
            history = lived(played)
            periods = [*closed(at, history.at), month_of(history.at, AMSTERDAM)]
            read_all(periods)
            before = all_kept()
            assert before == reckoned(periods)
            assert readings.forget() == len(before) == len(periods) * len(metrics.catalogue())
            assert readings.kept(periods, at=db_clock.now()).readings == {}
            read_all(periods)
            assert all_kept() == before

    compare()


def test_whatever_happens_no_settled_reading_is_shown_that_its_rows_contradict(lived: Callable, at: datetime):
    shown = []

    @live
    @given(steps)
    def compare(played: list[Step]) -> None:
        with taken_back():
            history = lived(played[: len(played) // 2])
            periods = closed(at, history.at)
            read_all(periods)
            history.go_on(played[len(played) // 2 :])
            shown.append(list(contradicted(periods)))
            assert shown[-1] == [], history.done

    compare()


def contradicted(periods: list[Period]) -> Iterator[tuple[str, str, Any, Any]]:
    """The readings of settled figures that would be shown and are no longer what their rows say."""
    for (key, period), kept in readings.kept(periods, at=db_clock.now()).settled.items():
        if kept != (now := metrics.metric(key).reading(period)):
            yield key, period.key, kept, now
