"""What every test of leads may look at."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from leads import rescoring
from leads.lifecycle import leads_changed
from leads.models import Criteria
from tests.leads.scored_people import definition
from tests.leads.shadows import DAY, DOWNLOAD, LEFT, WEBINAR, started


@pytest.fixture
def events(db) -> Iterator[list[list[Any]]]:
    """The batches that `leads_changed` told, one list a signal."""
    batches: list[list[Any]] = []

    def hear(sender: Any, events: list[Any], **told: Any) -> None:
        batches.append(list(events))

    leads_changed.connect(hear)
    yield batches
    leads_changed.disconnect(hear)


@pytest.fixture
def ruling(theo, nora, sam, at):
    """Two webinars make an MQL."""
    criteria = definition(WEBINAR, at=at - 9 * DAY, threshold=Decimal(40), zone="Europe/Amsterdam")
    criteria.propose(by=theo, at=at - 9 * DAY)
    criteria.sign(by=theo, at=at - 9 * DAY)
    criteria.sign(by=nora, at=at - 9 * DAY)
    rescoring.go_on(clock=lambda: at - 9 * DAY)
    return criteria


@pytest.fixture
def coming(ruling, maya, at):
    """One webinar and one download make an MQL; a form takes points for three days."""
    draft = Criteria.objects.draft_from(ruling, by=maya, at=at - DAY)
    draft.rules.get().edit(by=maya, **{**WEBINAR, "axis": "engagement", "cap": Decimal(20)})
    draft.add_rule(by=maya, **DOWNLOAD)
    draft.add_rule(by=maya, **LEFT)
    return draft


@pytest.fixture
def run(coming, maya, at):
    """It has run since ten o'clock."""
    return started(coming, by=maya, at=at)
