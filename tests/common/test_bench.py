"""Every benchmark runs, with few leads, and tells of each piece of work both ways."""

import pytest
from django.utils.module_loading import autodiscover_modules

from common.bench import Timing, benches

autodiscover_modules("bench")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["import", "backtest", "rescore", "sweep", "rep_day", "scorecard"])
def test_a_benchmark_measures_our_way_and_the_bare_one(name):
    timings = list(benches()[name](200))

    assert timings
    assert all(timing.ours > 0 and timing.bare > 0 for timing in timings)


def test_the_ratio_says_how_many_times_longer_ours_takes():
    assert Timing("an import", ours=3.0, bare=2.0).ratio == 1.5
