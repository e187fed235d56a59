"""What the demo company has agreed on besides its definition."""

from collections.abc import Callable, Iterator

import pytest

from agreements.models import Focus, Responsibilities, State
from agreements.models.stage_map import StageMap
from campaigns.models import Campaign, Content
from common import metrics
from smarketing.demo.scene import Scene


@pytest.fixture(scope="module")
def company(staged: Callable) -> Iterator[Scene]:
    with staged(leads=300) as made:
        yield made


@pytest.fixture(autouse=True)
def _database(company: Scene, db: None) -> None:
    """Each test reads the one company."""


def in_force(model):
    return model.objects.get(revision__state=State.IN_FORCE)


def test_both_sides_signed_who_does_what_after_they_differed_about_two_things(company):
    roles = in_force(Responsibilities)
    differing = [row for row in roles.compared(reader=company.cast.sam) if row.differs]
    assert {row.activity.key: (row.marketing, row.sales, row.settled) for row in differing} == {
        "follow_up_webinar": ("sales", "marketing", "marketing"),
        "clean_data": ("both", "marketing", "both"),
    }
    assert roles.revision.signatures.count() == 2


def test_a_focus_is_in_force_for_the_present_quarter_and_some_handoffs_are_in_it(company):
    focus = in_force(Focus)
    quarter = focus.span("Europe/Amsterdam")
    assert quarter.contains(company.year.until)
    assert 0 < metrics.value("focus_share", quarter) < 1
    assert Campaign.objects.serving(focus).count() == 2


def test_the_stage_map_is_signed_and_content_tells_how_far_somebody_is(company):
    assert len(in_force(StageMap).on_map) == 9
    assert set(Content.objects.values_list("buying_stage", flat=True)) == {"awareness", "consideration", "decision"}
