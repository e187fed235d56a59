"""The figures of the demo company, each against plain Python: no difference, and hardly one that is always nothing."""

from collections.abc import Callable, Iterator

import pytest

from common import clock as db_clock
from common import metrics
from common.periods import month_of, quarter_of, week_of
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE
from tests.demo.conftest import FRIDAY_AFTERNOON
from tests.exact.differences import differences, money_differs
from tests.oracles.figures import ORACLE
from tests.oracles.figures.raw import Raw


@pytest.fixture(scope="module")
def company(staged: Callable) -> Iterator[Scene]:
    with staged(leads=300) as made:
        yield made


def test_every_figure_of_the_demo_company_is_what_its_events_say(company: Scene, clock_shows: Callable):
    clock_shows(FRIDAY_AFTERNOON)
    month, quarter = month_of(FRIDAY_AFTERNOON, ZONE.key), quarter_of(FRIDAY_AFTERNOON, ZONE.key)
    raw = Raw(month, db_clock.now())
    for period in (week_of(FRIDAY_AFTERNOON, ZONE.key), month, month.previous(), quarter):
        assert list(differences(period, raw)) == []
    assert list(money_differs(raw)) == []
    nothing = {key for key in ORACLE if not metrics.value(key, quarter)}
    print(f"\nNothing in {quarter}: {sorted(nothing)}")
