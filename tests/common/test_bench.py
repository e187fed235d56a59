"""Every benchmark runs, with few leads, and tells of each piece of work both ways."""

import time

import pytest
from django.utils.module_loading import autodiscover_modules

from common.bench import Timing, at_once, benches

autodiscover_modules("bench")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(
    ("name", "leads"),
    [(name, 200) for name in ("import", "backtest", "rescore", "sweep", "rep_day", "scorecard")]
    + [("clients", 32), ("pages", 150)],
)
def test_a_benchmark_measures_our_way_and_the_bare_one(name, leads, monkeypatch):
    monkeypatch.setattr("common.bench.USUAL_ROUNDS", 1)
    timings = list(benches()[name](leads))

    assert timings
    assert all(timing.ours > 0 and timing.bare > 0 for timing in timings)


@pytest.mark.django_db(transaction=True)
def test_what_is_done_at_once_is_timed_from_the_first_that_begins_until_the_last_is_done():
    for _ in range(50):  # a clock that starts a moment late is seen in most rounds, not in each
        began, ended = [], []

        def work(began=began, ended=ended):
            began.append(time.perf_counter())
            ended.append(time.perf_counter())

        taken = at_once([work, work])

        assert taken >= max(ended) - min(began)


@pytest.mark.django_db(transaction=True)
def test_what_fails_among_what_is_done_at_once_is_raised():
    with pytest.raises(ZeroDivisionError):
        at_once([lambda: None, lambda: 1 / 0])


def test_the_ratio_says_how_many_times_longer_ours_takes():
    assert Timing("an import", ours=3.0, bare=2.0).ratio == 1.5
