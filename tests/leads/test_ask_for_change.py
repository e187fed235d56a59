"""A change is asked for beside the rule it is about, answered there, and follows the rule until it is settled."""

from datetime import timedelta

import pytest

from common.errors import Incomplete, NotAllowed, Refused
from leads.models import ChangeRequest, Criteria
from notifications.models import Delivery
from tests.builders import refused

HOUR = timedelta(hours=1)


@pytest.fixture
def draft(maya, at):
    return Criteria.objects.draft_from(None, by=maya, at=at)


@pytest.fixture
def proposed(draft, maya, at):
    """The definition to start from, as Maya proposed it."""
    return draft.propose(by=maya, at=at)


@pytest.fixture
def titles(proposed):
    """Its rule on those who decide."""
    return proposed.rules.get(values__contains=["Director"])


@pytest.fixture
def asked(proposed, titles, nora, at):
    return ChangeRequest.objects.ask(proposed, "A head of what?", rule=titles, by=nora, at=at)


def told(kind):
    """Who is told of this in their inbox."""
    rows = Delivery.objects.filter(kind=kind, channel="inapp").order_by("user__name")
    return list(rows.values_list("user__name", flat=True))


def test_whoever_proposed_it_is_told_of_the_rule_and_the_wish(client_of, asked, maya, titles):
    assert told("leads.change_asked") == ["Maya Peters"]
    about = "Title contains VP, Vice President, Director, Head, Chief, CEO, Owner or Founder"
    assert str(asked) == f"{about}: A head of what?"
    page = client_of(maya).get("/criteria/1/").content.decode()
    assert page.index("A head of what?") < page.index("Manager or Lead")


def test_a_rep_asks_in_the_browser_too(client_of, sam, proposed, titles):
    browser = client_of(sam)
    answer = browser.post("/criteria/1/changes/", {"rule": titles.pk, "text": "No heads, please."})
    asked = ChangeRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/criteria/1/#asked-{asked.pk}")
    assert (asked.rule, asked.text, asked.by) == (titles, "No heads, please.", sam)


def test_without_a_rule_it_is_about_points_grades_and_steps(client_of, nora, proposed):
    client_of(nora).post("/criteria/1/changes/", {"text": "50 points are too few."})
    assert str(ChangeRequest.objects.get()) == "Points, grades and steps: 50 points are too few."


def test_nothing_is_asked_of_a_draft_nor_without_words_nor_of_another_versions_rule(
    client_of, draft, nora, otto, maya, at
):
    rule = draft.rules.first()
    with refused(Refused, match="while a version waits for signatures"):
        ChangeRequest.objects.ask(draft, "Change it.", rule=rule, by=nora, at=at)
    proposed = draft.propose(by=maya, at=at)
    with refused(Incomplete):
        ChangeRequest.objects.ask(proposed, "  ", rule=rule, by=nora, at=at)
    with refused(NotAllowed):
        ChangeRequest.objects.ask(proposed, "Change it.", rule=rule, by=otto, at=at)
    assert client_of(nora).post("/criteria/1/changes/", {"rule": "0", "text": "Change it."}).status_code == 404
    assert not ChangeRequest.objects.exists()


def test_an_answer_reaches_all_who_spoke_but_not_whoever_gave_it(asked, maya, theo, nora, at):
    asked.reply("Of a department.", by=maya, at=at + HOUR)
    assert told("leads.change_answered") == ["Nora Vos"]
    asked.reply("Or of a team?", by=theo, at=at + 2 * HOUR)
    assert told("leads.change_answered") == ["Maya Peters", "Nora Vos", "Nora Vos"]


def test_it_stands_beside_its_rule_in_the_next_draft_until_it_is_settled(client_of, asked, maya, theo, nora, at):
    asked.criteria.decline(by=nora, because="See there.", at=at)
    browser = client_of(maya)
    browser.post("/criteria/1/amend/")
    page = browser.get("/criteria/2/").content.decode()
    assert page.index("A head of what?") < page.index("Manager or Lead")
    assert "of version 1" in page
    answer = browser.post(f"/criteria/2/changes/{asked.pk}/settle/", headers={"HX-Request": "true"})
    assert "A head of what?" not in answer.content.decode()
    asked.refresh_from_db()
    assert asked.settled_by == maya
    assert "settled by Maya Peters" in browser.get("/criteria/1/").content.decode()
    with refused(Refused, match="settled already"):
        asked.settle(by=theo, at=at)


def test_when_its_rule_is_taken_out_it_stands_beside_the_points(client_of, asked, maya, nora, at):
    asked.criteria.decline(by=nora, because="See there.", at=at)
    draft = asked.criteria.amend(by=maya, at=at)
    draft.rules.select_related("criteria").get(values__contains=["Director"]).remove(by=maya)
    page = client_of(maya).get("/criteria/2/").content.decode()
    assert page.index("Thresholds, grades and steps") < page.index("A head of what?")


def test_declining_gives_what_was_asked_beside_the_rules_as_reasons(asked, proposed, nora, at):
    proposed.decline(by=nora, because="", at=at)
    about = "Title contains VP, Vice President, Director, Head, Chief, CEO, Owner or Founder"
    assert proposed.revision.declined_because == f"{about}: A head of what?"


def test_declining_without_any_reason_is_refused(proposed, nora, at):
    with refused(Incomplete):
        proposed.decline(by=nora, because=" ", at=at)
    proposed.revision.refresh_from_db()
    assert proposed.revision.state == "proposed"


def test_a_rep_cannot_call_it_settled(asked, sam, at):
    with refused(NotAllowed):
        asked.settle(by=sam, at=at)


def test_every_row_of_a_definition_has_a_line_of_its_own_that_its_copies_share(proposed, maya, at):
    lines = list(proposed.rules.values_list("line", flat=True))
    assert len(set(lines)) == len(lines) == 17
    copy = proposed.amend(by=maya, at=at)
    assert list(copy.rules.values_list("line", flat=True)) == lines
