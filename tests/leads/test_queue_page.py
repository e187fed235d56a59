"""The rep's queue in the browser's eyes: what it shows, and what each button does."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads.forms.day import ReturnForm
from leads.intake import source_lead
from leads.lifecycle import CUSTOMER, MQL, OPPORTUNITY, RECYCLED, SAL, SQL
from leads.models import Attempt, HandoffReturn, Opportunity
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, an_accepted_handoff, everything, reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PART = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/"}


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


def post(client, name: str, pk: int, **data):
    """Press a button of the queue."""
    return client.post(reverse(name, args=[pk]), data, headers=PART)


def test_the_queue_shows_what_waits_and_opens_the_first(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam, first_name="Priya", last_name="Raman")
    page = client_of(sam).get("/queue/")
    assert page.status_code == 200
    assert page.context["item"].handoff == handoff
    assert "Priya Raman" in page.text


def one_of_each(now, sam, number: int) -> None:
    """A hand-off that is new, one planned, one with a call-back, one with a deal, and a lead that the rep found."""
    a_handoff(at=now, owner=sam, title="Head of IT")
    planned = an_accepted_handoff(at=now, owner=sam)
    planned.plan_next(step="Send the offer", when=now + HOUR, by=sam, at=now)
    called = an_accepted_handoff(at=now, owner=sam)
    call = {"channel": "call", "outcome": "call_back", "call_back_at": now + 2 * DAY}
    Attempt.objects.log(called, **call, by=sam, at=now)
    deal = {"amount": 5000, "currency": "EUR", "closes_on": now.date()}
    an_accepted_handoff(at=now, owner=sam).open_deal(**deal, by=sam, at=now)
    source_lead({"email": f"{number}@found.test"}, by=sam, at=now)


def test_the_queue_asks_the_database_as_often_for_one_of_each_as_for_five(now, sam, client_of):
    client = client_of(sam)
    one_of_each(now, sam, 1)
    client.get("/queue/")
    with queries_asked() as few:
        client.get("/queue/")
    for number in range(2, 6):
        one_of_each(now, sam, number)
    with queries_asked() as many:
        rows = client.get("/queue/").context["day"].items
    assert (len(few), len(many), len(rows)) == (31, 31, 25)


def test_who_asked_to_be_called_back_in_the_latest_attempt_stands_among_the_call_backs(now, sam, client_of):
    handoff = an_accepted_handoff(at=now, owner=sam)
    asked = {"channel": "call", "outcome": "call_back", "call_back_at": now + HOUR}
    Attempt.objects.log(handoff, **asked, by=sam, at=now)
    [item] = client_of(sam).get("/queue/").context["day"].items
    assert (item.group.value, item.due_at) == ("Call-backs", now + HOUR)

    undone = Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=sam, at=now)
    [item] = client_of(sam).get("/queue/").context["day"].items
    assert (item.group.value, item.due_at) == ("In progress", None)

    Attempt.objects.filter(pk=undone.pk).update(undone_at=now)
    [item] = client_of(sam).get("/queue/").context["day"].items
    assert item.group.value == "Call-backs"


def test_an_empty_queue_says_what_comes_here(now, sam, client_of):
    assert "Nothing waits for you" in client_of(sam).get("/queue/").text


def test_accepting_answers_with_the_queue_and_the_lead_still_open(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam)
    answer = post(client_of(sam), "accept", handoff.pk)
    handoff.lead.refresh_from_db()
    assert (answer.status_code, handoff.lead.stage) == (200, SAL)
    assert "is yours" in answer.text
    assert answer.context["item"].handoff == handoff


def test_without_javascript_accepting_goes_back_to_where_one_was(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam)
    answer = client_of(sam).post(reverse("accept", args=[handoff.pk]), {"next": "/queue/"})
    assert (answer.status_code, answer.url) == (302, "/queue/")


def test_another_reps_hand_off_is_refused_and_nothing_changes(now, sam, rita, client_of):
    handoff = a_handoff(at=now, owner=sam)
    client = client_of(rita)
    before = everything()
    answer = post(client, "accept", handoff.pk)
    assert answer.status_code == 403
    assert everything() == before


def test_accepting_twice_says_that_it_was_decided_and_changes_nothing(now, sam, client_of):
    handoff = an_accepted_handoff(at=now, owner=sam)
    client = client_of(sam)
    before = everything()
    answer = post(client, "accept", handoff.pk)
    assert answer.status_code == 409
    assert everything() == before


def test_a_reason_that_needs_nothing_returns_at_once(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam)
    answer = post(client_of(sam), "return", handoff.pk, reason="low_intent")
    handoff.lead.refresh_from_db()
    assert (answer.status_code, handoff.lead.stage) == (200, RECYCLED)


def test_a_reason_that_needs_evidence_asks_for_it_and_changes_nothing(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam)
    client = client_of(sam)
    before = everything()
    answer = client.post(
        reverse("return", args=[handoff.pk]), {"reason": "timing"}, headers=PART | {"HX-Trigger": "return-form"}
    )
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#return-form")
    assert 'name="date"' in answer.text
    assert everything() == before


def test_what_a_reason_cannot_do_without_is_asked_first(db):
    asked = ReturnForm({"reason": "timing"}).for_reason(reason("timing"))
    fields = [(each.name, each.field.required) for each in asked]
    assert fields == [("reason", True), ("date", True), ("note", False), ("rating", False)]


def test_the_evidence_given_is_kept_with_the_return(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam)
    post(client_of(sam), "return", handoff.pk, reason="timing", date="2026-06-01", rating="2", note="After the audit")
    returned = HandoffReturn.objects.get()
    handoff.refresh_from_db()
    assert (returned.evidence, returned.note, handoff.rating) == ({"date": "2026-06-01"}, "After the audit", 2)


def test_one_key_on_an_undecided_hand_off_accepts_and_logs(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam)
    post(client_of(sam), "log_attempt", handoff.pk, outcome="spoke")
    handoff.lead.refresh_from_db()
    assert handoff.lead.stage == SAL
    assert Attempt.objects.get().outcome == "spoke"


def test_a_call_back_needs_its_moment(now, sam, client_of):
    handoff = an_accepted_handoff(at=now, owner=sam)
    client = client_of(sam)
    before = everything()
    assert post(client, "log_attempt", handoff.pk, outcome="call_back").status_code == 422
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "title", "field"),
    [
        ("log_attempt", "An e-mail, a meeting, a message, a call", "channel"),
        ("plan_next", "Next step", "step_at"),
        ("put_off", "They asked for later", "until"),
        ("qualify", "Is it an SQL? The signed checklist", ""),
        ("open_deal", "Open a deal", "closes_on"),
        ("reassign", "Give it to another", "because"),
    ],
)
def test_a_form_comes_into_the_dialog_or_on_a_page_that_leads_back(now, nora, sam, client_of, name, title, field):
    handoff = an_accepted_handoff(at=now, owner=sam)
    client, address = client_of(nora), reverse(name, args=[handoff.pk])
    before = everything()
    part = client.get(address, headers=PART | {"HX-Current-URL": "http://testserver/queue/"})
    assert (part.context["title"], 'id="act-form"' in part.text, "<html" in part.text) == (title, True, False)
    assert 'name="next" value="/queue/"' in part.text
    page = client.get(address, {"next": handoff.lead.get_absolute_url()})
    assert f"<h1>{title}</h1>" in page.text
    assert f'name="next" value="{handoff.lead.get_absolute_url()}"' in page.text
    for answer in (part, page):
        assert f'name="{field}"' in answer.text or not field
    assert everything() == before


def test_a_form_is_not_shown_to_whom_the_hand_off_does_not_belong(now, sam, rita, client_of):
    handoff = an_accepted_handoff(at=now, owner=sam)
    deal = handoff.open_deal(amount=5000, currency="EUR", closes_on=now.date(), by=sam, at=now)
    client = client_of(rita)
    for name, pk in [("plan_next", handoff.pk), ("open_deal", handoff.pk), ("win", deal.pk), ("lose", deal.pk)]:
        assert client.get(reverse(name, args=[pk])).status_code == 403


def test_asked_to_call_back_only_when_is_asked(now, sam, client_of):
    handoff = an_accepted_handoff(at=now, owner=sam)
    form = client_of(sam).get(f"/handoffs/{handoff.pk}/attempt/?outcome=call_back", headers=PART).context["form"]
    assert [(field.name, field.is_hidden) for field in form] == [
        ("outcome", True), ("call_back_at", False), ("note", False),
    ]  # fmt: skip
    assert form["outcome"].value() == "call_back"


def test_a_deal_that_the_rep_found_alone_is_asked_again_too(now, sam, client_of):
    lead = source_lead({"email": "own@found.test"}, by=sam, at=now)
    terms = {"amount": 5000, "currency": "EUR", "closes_on": now.date(), "estimated": False, "name": ""}
    deal = Opportunity.objects.open_for(lead, **terms, by=sam, at=now)
    client = client_of(sam)
    assert client.get(reverse("win", args=[deal.pk]), headers=PART).context["form"]["amount"].value() == 5000
    before = everything()
    assert post(client, "win", deal.pk, amount="much").status_code == 422
    assert post(client, "lose", deal.pk).status_code == 422
    assert everything() == before


def test_a_lead_walks_from_accepted_to_customer_by_buttons_alone(now, sam, client_of):
    client = client_of(sam)
    handoff = an_accepted_handoff(at=now, owner=sam)
    lead, stages = handoff.lead, []
    closes_on = (now + timedelta(days=20)).date().isoformat()
    for name, pk, data in [
        ("qualify", handoff.pk, {}),
        ("open_deal", handoff.pk, {"amount": "24000", "currency": "eur", "closes_on": closes_on, "rating": "1"}),
    ]:
        assert post(client, name, pk, **data).status_code == 200
        lead.refresh_from_db()
        stages.append(lead.stage)
    deal = Opportunity.objects.get()
    assert post(client, "win", deal.pk, amount="23500").status_code == 200
    lead.refresh_from_db()
    deal.refresh_from_db()
    assert [*stages, lead.stage] == [SQL, OPPORTUNITY, CUSTOMER]
    assert (deal.amount, deal.currency, deal.estimated) == (23500, "EUR", False)


def test_undo_puts_the_hand_off_back_on_the_list(now, sam, client_of):
    client = client_of(sam)
    handoff = a_handoff(at=now, owner=sam)
    post(client, "accept", handoff.pk)
    answer = post(client, "undo", handoff.lead_id)
    handoff.lead.refresh_from_db()
    assert (answer.status_code, handoff.lead.stage) == (200, MQL)
    assert "Taken back: Accepted" in answer.text


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("reassign", {"to": "rita", "because": "Speaks Frisian"}),
        ("return", {"reason": "duplicate", "other_lead": "double"}),
    ],
)
def test_undo_is_offered_only_where_there_is_one(now, nora, rita, client_of, name, sent):
    handoff = an_accepted_handoff(at=now, owner=nora)
    known = {"rita": rita.pk, "double": a_lead(at=now).pk}
    answer = post(client_of(nora), name, handoff.pk, **{key: known.get(value, value) for key, value in sent.items()})
    assert answer.status_code == 200
    assert f"/leads/{handoff.lead_id}/undo/" not in answer.text


def test_a_marketer_has_no_queue(now, maya, client_of):
    assert client_of(maya).get("/queue/").status_code == 403


def test_the_month_counts_what_was_decided_and_accepted(now, sam, client_of):
    an_accepted_handoff(at=now - timedelta(days=2), owner=sam)
    handoff = a_handoff(at=now, owner=sam)
    client = client_of(sam)
    post(client, "return", handoff.pk, reason="low_intent")
    page = client.get("/queue/")
    assert (page.context["accepted_this_month"], page.context["decided_this_month"]) == (1, 2)


def test_what_a_rep_found_stands_after_every_hand_off_of_marketing_with_its_call_back(now, sam, client_of):
    own = source_lead({"email": "own@found.test", "first_name": "Own"}, by=sam, at=now - DAY)
    a_handoff(at=now - HOUR, owner=sam)
    call = {"channel": "call", "outcome": "call_back", "call_back_at": now + HOUR}
    Attempt.objects.log(own, **call, by=sam, at=now - HOUR)
    day = client_of(sam).get("/queue/").context["day"]
    assert [item.group.value for item in day.items] == ["New", "Found yourself"]
    found = day.items[-1]
    assert (found.lead, found.handoff, found.due_at, found.due_for) == (own, None, now + HOUR, "call back")
    assert day.waiting == 1


def test_a_queue_of_own_finds_alone_opens_none_of_them(now, sam, client_of):
    own = source_lead({"email": "own@found.test", "first_name": "Own"}, by=sam, at=now - DAY)
    page = client_of(sam).get("/queue/")
    assert page.status_code == 200
    assert f'href="/leads/{own.pk}/"' in page.text
    assert "No hand-off waits" in page.text
