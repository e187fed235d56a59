"""The figures of the demo company, each against plain Python: no difference, and hardly one that is always nothing."""

from collections.abc import Callable

from common import clock as db_clock
from common import metrics
from common.periods import month_of, quarter_of, week_of
from smarketing.demo.story import ZONE
from tests.clocks import run_on, show
from tests.demo.conftest import FRIDAY_AFTERNOON
from tests.exact.differences import differences, money_differs
from tests.oracles.figures import ORACLE
from tests.oracles.figures.raw import Raw


def test_every_figure_of_the_demo_company_is_what_its_events_say(staged: Callable):
    with staged(leads=300):
        show(FRIDAY_AFTERNOON)
        zone = ZONE.key
        month = month_of(FRIDAY_AFTERNOON, zone)
        raw = Raw(month, db_clock.now())
        quarter = quarter_of(FRIDAY_AFTERNOON, zone)
        for period in (week_of(FRIDAY_AFTERNOON, zone), month, month.previous(), quarter):
            assert list(differences(period, raw)) == []
        assert list(money_differs(raw)) == []
        nothing = {key for key in ORACLE if not metrics.value(key, quarter)}
        print(f"\nNothing in {quarter}: {sorted(nothing)}")
        run_on()
