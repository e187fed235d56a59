"""Who does what: each side says it unseen, both see where they differ, what differs is settled and signed."""

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from accounts.access import Role
from agreements.activities import ACTIVITIES, KEYS
from agreements.models import Answer, Responsibilities, Revision, State
from common.errors import Incomplete, NotAllowed, Refused
from tests.builders import answered_alike, everything

ALL_SALES = dict.fromkeys(KEYS, "sales")


@pytest.fixture
def asked(theo, at):
    """Both sides are asked; nobody has answered."""
    return Responsibilities.objects.start(by=theo, at=at)


@pytest.fixture
def differing(asked, maya, sam, at):
    """Both have answered; they differ about the webinars and the data."""
    answered_alike(asked, maya=maya, sam=sam, at=at, follow_up_webinar="marketing", clean_data="nobody")
    return asked


@pytest.fixture
def signed(differing, theo, nora, at):
    differing.settle("follow_up_webinar", "marketing", by=theo)
    differing.settle("clean_data", "both", by=nora)
    differing.propose(by=theo, at=at)
    differing.sign(by=theo, at=at)
    differing.sign(by=nora, at=at)
    return differing


def refused(error, what, **words):
    """It is refused, and nothing of what is agreed has changed."""
    before = everything("agreements")
    with pytest.raises(error, **words) as caught:
        what()
    assert type(caught.value) is error
    assert everything("agreements") == before


def test_twenty_five_activities_are_shipped_each_once():
    assert len(ACTIVITIES) == len(set(KEYS)) == len({each.label for each in ACTIVITIES}) == 25


def test_a_side_cannot_read_the_others_answers_before_both_have_answered_all(asked, maya, sam, nora, ada, at):
    asked.answer("marketing", ALL_SALES, by=maya, at=at)
    asked.answer("sales", {"first_call": "sales"}, by=sam, at=at)

    assert Answer.objects.visible_to(maya).count() == 25
    assert list(Answer.objects.visible_to(nora).values_list("side", "activity")) == [("sales", "first_call")]
    assert not Answer.objects.visible_to(ada).exists()
    assert asked.answers_of("marketing", reader=sam) == {}
    assert {row.marketing for row in asked.compared(reader=sam)} == {None}


def test_the_page_shows_a_side_its_own_answers_and_of_the_other_only_how_many(asked, maya, sam, at, client_of):
    asked.answer("marketing", {"first_call": "nobody", "clean_data": "both"}, by=maya, at=at)

    for_maya, for_sam = (client_of(person).get("/roles/").text for person in (maya, sam))
    assert for_maya.count("checked") == 2
    assert "2 of 25 answered" in for_sam
    assert "checked" not in for_sam


def test_once_both_have_answered_all_what_they_agree_on_is_settled_and_the_rest_comes_first(differing, sam, maya):
    rows = differing.compared(reader=sam)
    assert [(row.activity.key, row.marketing, row.sales, row.settled) for row in rows[:2]] == [
        ("follow_up_webinar", "marketing", "sales", None),
        ("clean_data", "nobody", "sales", None),
    ]
    assert [row.differs for row in rows].count(True) == 2
    assert set(differing.settled.values()) == {"sales"}
    assert len(differing.settled) == 23
    assert Answer.objects.visible_to(maya).count() == 50


def test_a_side_may_change_its_mind_until_both_have_answered(asked, maya, at):
    asked.answer("marketing", {"first_call": "marketing"}, by=maya, at=at)
    asked.answer("marketing", {"first_call": "sales"}, by=maya, at=at)
    assert asked.answers_of("marketing", reader=maya) == {"first_call": "sales"}


def test_nobody_changes_an_answer_once_both_are_seen(differing, maya, at):
    refused(
        Refused,
        lambda: differing.answer("marketing", {"clean_data": "sales"}, by=maya, at=at),
        match="Both sides have answered",
    )


def test_nobody_answers_for_the_other_side_the_admin_for_neither(asked, sam, nora, ada, otto, at):
    for person in (sam, nora, ada, otto):
        refused(NotAllowed, lambda: asked.answer("marketing", {"first_call": "sales"}, by=person, at=at))  # noqa: B023


def test_a_page_of_the_other_sides_answers_is_refused_to_who_sends_it(asked, sam, client_of):
    answer = client_of(sam).post(
        f"/roles/{asked.revision.number}/answer/", {"side": "marketing", "first_call": "sales"}
    )
    assert answer.status_code == 403
    assert not Answer.objects.exists()


def test_what_is_no_activity_or_no_answer_is_not_kept(asked, maya, at):
    for said in ({"juggle": "sales"}, {"first_call": "the dog"}):
        refused(Incomplete, lambda: asked.answer("marketing", said, by=maya, at=at))  # noqa: B023


def test_nothing_is_settled_while_a_side_still_answers(asked, theo, maya, at):
    asked.answer("marketing", ALL_SALES, by=maya, at=at)
    refused(Refused, lambda: asked.settle("first_call", "sales", by=theo), match="answer first")


def test_only_the_heads_settle_and_propose(differing, maya, sam, ada, at):
    for person in (maya, sam, ada):
        refused(NotAllowed, lambda: differing.settle("clean_data", "both", by=person))  # noqa: B023
        refused(NotAllowed, lambda: differing.propose(by=person, at=at))  # noqa: B023


def test_what_is_not_settled_is_not_proposed(differing, theo, at):
    differing.settle("clean_data", "both", by=theo)
    refused(
        Incomplete,
        lambda: differing.propose(by=theo, at=at),
        match="Settle first whose this is: Follow up webinar attendees. 1 to go.",
    )


def test_both_sign_it_and_it_says_of_each_whose_it_is(signed):
    assert Revision.objects.get().state == State.IN_FORCE
    assert len(signed.sentences()) == 25
    assert "Follow up webinar attendees: marketing." in signed.revision.text.splitlines()
    assert "Clean contact data: both." in signed.revision.text.splitlines()


def test_what_was_proposed_cannot_be_changed_by_any_door(signed, theo, maya, at):
    refused(Refused, lambda: signed.settle("clean_data", "sales", by=theo))
    for change in (
        lambda: Responsibilities.objects.update(settled={}),
        lambda: Answer.objects.update(who="nobody"),
        lambda: Answer.objects.all().delete(),
    ):
        before = everything("agreements")
        with pytest.raises(IntegrityError, match="no draft"), transaction.atomic():
            change()
        assert everything("agreements") == before


def test_the_next_version_starts_from_what_was_settled_and_shows_what_changed(signed, nora, at, client_of):
    draft = signed.amend(by=nora, at=at)
    draft.settle("clean_data", "marketing", by=nora)
    page = client_of(nora).get(f"/roles/{draft.revision.number}/").text
    assert "<del>Clean contact data: both.</del>" in page
    assert "<ins>Clean contact data: marketing.</ins>" in page
    assert page.count("<ins>") == 1


def test_a_proposal_is_taken_back_by_changing_it(differing, theo, nora, at):
    for key in ("clean_data", "follow_up_webinar"):
        differing.settle(key, "sales", by=theo)
    differing.propose(by=theo, at=at)
    draft = differing.amend(by=nora, at=at)
    assert list(Revision.objects.order_by("number").values_list("state", flat=True)) == ["withdrawn", "draft"]
    assert draft.settled == differing.settled


def test_a_person_of_both_sides_answers_for_each(asked, theo, at, client_of):
    theo.roles = [Role.HEAD_OF_MARKETING, Role.HEAD_OF_SALES]
    theo.save()
    client, url = client_of(theo), f"/roles/{asked.revision.number}/answer/"
    for side in ("marketing", "sales"):
        client.post(url, {"side": side} | ALL_SALES)
    asked.refresh_from_db()
    assert asked.settled == ALL_SALES


def test_before_anything_was_asked_the_page_teaches_and_the_heads_may_start(theo, sam, client_of):
    assert "Ask both sides" in client_of(theo).get("/roles/").text
    assert "The heads of marketing and of sales start it." in client_of(sam).get("/roles/").text
    client_of(theo).post("/roles/start/")
    assert Revision.objects.get().document == "roles"
