"""An old definition is put back in force as a new version; what was done under the others keeps theirs."""

from datetime import timedelta
from decimal import Decimal

import pytest

from leads.models import Criteria
from tests.builders import an_mql, criteria_in_force

DAY = timedelta(days=1)


@pytest.fixture
def second(maya, theo, nora, sam, at):
    """Version 2 in force, in place of version 1: one rule less, and 10 points more asked for."""
    first = criteria_in_force(theo=theo, nora=nora, at=at)
    draft = first.amend(by=maya, at=at + DAY)
    draft.edit(by=maya, threshold=Decimal(60))
    draft.rules.select_related("criteria").get(field="phone").remove(by=maya)
    draft.propose(by=maya, at=at + DAY)
    draft.sign(by=theo, at=at + DAY)
    draft.sign(by=nora, at=at + DAY)
    return draft


def test_an_old_version_is_put_back_as_a_new_one_that_both_sign(client_of, maya, theo, nora, second, at):
    browser = client_of(maya)
    assert "Put version 1 back" in browser.get("/criteria/1/").content.decode()
    assert "Put version 2 back" not in browser.get("/criteria/2/").content.decode()
    answer = browser.post("/criteria/1/amend/", follow=True)
    assert answer.redirect_chain == [("/criteria/3/", 302)]
    page = " ".join(answer.content.decode().split())
    assert "3 sentences changed against version 2" in page
    assert "the same as version 1" in page
    assert "<del>A lead is an MQL when it has a business e-mail and it reaches 60 points" in page
    assert "<ins>Who they are: Phone is known: +5 points.</ins>" in page
    third = Criteria.objects.get(revision__number=3)
    third.propose(by=maya, at=at + 2 * DAY)
    third.sign(by=theo, at=at + 2 * DAY)
    third.sign(by=nora, at=at + 2 * DAY)
    states = Criteria.objects.order_by("pk").values_list("revision__state", flat=True)
    assert list(states) == ["superseded", "superseded", "in_force"]
    assert third.sentences() == Criteria.objects.get(revision__number=1).sentences()


def test_a_handoff_keeps_the_version_it_was_made_under(maya, theo, nora, sam, at):
    first = criteria_in_force(theo=theo, nora=nora, at=at - 2 * DAY)
    handoff = an_mql(at=at - DAY).handoffs.get()
    frozen = handoff.ledger
    assert frozen
    second = first.amend(by=maya, at=at)
    second.edit(by=maya, threshold=Decimal(60))
    second.propose(by=maya, at=at)
    second.sign(by=theo, at=at)
    second.sign(by=nora, at=at)
    handoff.refresh_from_db()
    assert (handoff.criteria, handoff.ledger) == (first, frozen)
    later = an_mql(at=at + DAY).handoffs.get()
    assert later.criteria == second
