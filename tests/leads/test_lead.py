"""What happens to a lead without a hand-off: edited, opted out, nurtured, worked, restored."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from common.errors import IllegalMove, Incomplete, NotAllowed, Refused
from leads.models import Company, DueLead, Lead, Opportunity, Transition
from leads.models.episode import rewriting_history
from tests.builders import a_handoff, a_lead, an_accepted_handoff, reason, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TERMS = {"amount": Decimal(5000), "currency": "EUR", "closes_on": date(2026, 5, 1)}

pytestmark = pytest.mark.django_db


# Who it is

TOLD = [
    ({"title": "Head of IT", "company": "Acme", "employees": 1200}, "Head of IT · Acme · 1,200 people"),
    ({"company": "Acme"}, "Acme"),
    ({"title": "Head of IT"}, "Head of IT"),
    ({}, "priya@acme.test"),
]


@pytest.mark.parametrize(("known", "told"), TOLD)
def test_one_line_tells_who_somebody_is_by_what_is_known(known, told):
    name, people = known.get("company"), known.get("employees")
    company = name and Company(name=name, employees=people)
    assert Lead(email="priya@acme.test", title=known.get("title", ""), company=company or None).who == told


# Editing


def test_an_edit_keeps_what_was_known_before_and_marks_the_score_as_due(maya, at):
    lead = a_lead(at=at, title="Intern")
    Lead.objects.update(attributes={"plan": "free", "seats": 3})
    DueLead.objects.all().delete()
    lead.edit(
        {"title": "CEO", "email": " New@Acme.TEST ", "attributes": {"plan": "pro", "seats": None}}, by=maya, at=at + DAY
    )
    lead.refresh_from_db()
    assert (lead.title, lead.email, lead.attributes) == ("CEO", "new@acme.test", {"plan": "pro"})
    assert [version.facts["title"] for version in lead.versions.order_by("from_at")] == ["Intern", "CEO"]
    assert list(DueLead.objects.values_list("lead", "fresh")) == [(lead.pk, True)]


def test_state_is_no_fact(maya, at):
    lead = a_lead(at=at)
    with refused(Incomplete, "'stage' is no fact"):
        lead.edit({"stage": "customer"}, by=maya, at=at)


def test_an_edit_is_for_marketing_and_the_owner(sam, rita, at):
    lead = a_lead(at=at)
    Lead.objects.update(owner=sam)
    lead.refresh_from_db()
    with refused(NotAllowed):
        lead.edit({"title": "CEO"}, by=rita, at=at)
    lead.edit({"title": "CEO"}, by=sam, at=at)


@pytest.mark.parametrize("email", ["no address", "taken@acme.test"])
def test_an_address_that_cannot_be_or_is_taken_is_not_possible(maya, at, email):
    a_lead(at=at, email="taken@acme.test")
    lead = a_lead(at=at)
    with pytest.raises(ValidationError):
        lead.edit({"email": email}, by=maya, at=at)
    assert not Lead.objects.filter(pk=lead.pk, email=email).exists()


# Opting out


def test_an_opt_out_withdraws_the_open_hand_off(sam, maya, at, events):
    handoff = a_handoff(at=at, owner=sam)
    events.clear()
    handoff.lead.opt_out(by=maya, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.withdrawn, handoff.closed_at, handoff.withdrawn_because) == (True, at + HOUR, "Opted out")
    assert (handoff.lead.opted_out_at, handoff.lead.stage, handoff.decided_at) == (at + HOUR, "mql", None)
    assert events == [[handoff]]
    assert not Lead.objects.to_hand_over().exists()
    with refused(Refused, "already"):
        handoff.lead.opt_out(by=maya, at=at + 2 * HOUR)
    with refused(Refused, "It was withdrawn: opted out"):
        handoff.accept(by=sam, at=at + 2 * HOUR)


# Nurturing


def test_a_recycled_lead_gets_a_marketer_a_plan_and_a_day(sam, maya, theo, at):
    handoff = a_handoff(at=at, owner=sam)
    lead = handoff.lead
    plan = {"owner": theo, "plan": "Newsletter, then a call", "review_on": date(2026, 4, 1)}
    with refused(IllegalMove):
        lead.plan_nurture(**plan, by=maya, at=at)
    handoff.send_back(reason("low_intent"), by=sam, at=at)
    for wrong in ({"plan": " "}, {"owner": sam}):
        with refused(Incomplete):
            lead.plan_nurture(**(plan | wrong), by=maya, at=at)
    with refused(NotAllowed):
        lead.plan_nurture(**plan, by=sam, at=at)
    lead.plan_nurture(**plan, by=maya, at=at + HOUR)
    assert (lead.marketing_owner, lead.plan, lead.review_on) == (theo, "Newsletter, then a call", date(2026, 4, 1))
    assert lead.planned_at == at + HOUR


# Work without a hand-off


@pytest.fixture
def imported(sam, at):
    """A lead that history says sales had accepted."""
    lead = a_lead(at=at)
    Lead.objects.update(stage="sal", owner=sam)
    lead.refresh_from_db()
    return lead


def test_a_lead_imported_as_accepted_moves_on_without_a_hand_off(imported, sam, rita, at):
    with refused(NotAllowed):
        imported.confirm({}, by=rita, at=at + HOUR)
    imported.confirm({"Who decides?": "She does"}, by=sam, at=at + HOUR)
    assert (imported.stage, imported.transitions.latest("pk").note) == ("sql", "Who decides? She does")
    deal = Opportunity.objects.open_for(imported, **TERMS, by=sam, at=at + 2 * HOUR)
    deal.win(by=sam, at=at + DAY)
    imported.refresh_from_db()
    assert imported.stage == "customer"


def test_and_it_is_sent_back_by_the_same_rules(imported, sam, at):
    with refused(Incomplete):
        imported.send_back(reason("no_need"), by=sam, at=at + HOUR)
    imported.send_back(reason("no_need"), note="Has its own", by=sam, at=at + HOUR)
    assert (imported.stage, imported.engagement_from, imported.owner) == ("recycled", at + HOUR, None)


def test_with_an_open_hand_off_that_is_what_is_decided_on(sam, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    with refused(Refused, "decide on that"):
        handoff.lead.send_back(reason("spam"), by=sam, at=at + HOUR)
    with refused(Refused, "decide on that"):
        handoff.lead.confirm({}, by=sam, at=at + HOUR)


# Restoring


def test_a_mistaken_disqualification_is_taken_back_to_the_stage_before_with_its_hand_off(sam, nora, at, events):
    handoff = an_accepted_handoff(at=at, owner=sam)
    returned = handoff.send_back(reason("spam"), by=sam, at=at + HOUR)
    lead = handoff.lead
    with refused(Incomplete):
        lead.restore(to="sal", note=" ", by=nora, at=at + DAY)
    with refused(NotAllowed):
        lead.restore(to="sal", note="Real person", by=sam, at=at + DAY)
    for elsewhere in ("mql", "sql", "customer"):
        with refused(IllegalMove):
            lead.restore(to=elsewhere, note="Real person", by=nora, at=at + DAY)
    events.clear()
    lead.restore(to="sal", note="Real person", by=nora, at=at + DAY)
    handoff.refresh_from_db()
    returned.refresh_from_db()
    assert (lead.stage, lead.episode, lead.owner) == ("sal", 1, sam)
    assert (lead.engagement_from, lead.quality_returns, lead.person_decides) == (None, 0, False)
    assert (handoff.state, handoff.closed_at, handoff.decided_at) == ("accepted", None, at)
    assert returned.undone_at == at + DAY
    assert events == [[lead.transitions.latest("pk")]]
    handoff.confirm({}, by=sam, at=at + 2 * DAY)
    assert lead.episodes.get().sal_at == at


def test_a_lost_deal_is_reopened(sam, nora, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    deal = handoff.open_deal(**TERMS, by=sam, at=at + HOUR)
    deal.lose(because="Price", by=sam, at=at + DAY)
    lead = deal.lead
    lead.restore(to="opportunity", note="They called", by=nora, at=at + 2 * DAY)
    deal.refresh_from_db()
    assert (deal.state, deal.closed_at, deal.lost_because) == ("open", None, "")
    assert (lead.stage, lead.episode, lead.cool_down_until) == ("opportunity", 1, None)
    deal.win(by=sam, at=at + 3 * DAY)
    assert Lead.objects.get(pk=lead.pk).stage == "customer"


def test_a_customer_who_left_starts_over_in_the_next_episode(sam, nora, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    deal = handoff.open_deal(**TERMS, by=sam, at=at + HOUR)
    deal.win(by=sam, at=at + DAY)
    lead = deal.lead
    lead.restore(to="lead", note="Churned", by=nora, at=at + 100 * DAY)
    lead.company.refresh_from_db()
    assert (lead.stage, lead.episode, lead.owner, lead.company.customer_since) == ("lead", 2, None, None)
    assert lead.episodes.get(number=2).lead_at == at + 100 * DAY
    assert lead.episodes.get(number=1).customer_at == at + DAY


def test_a_company_with_another_customer_stays_one(sam, nora, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    deal = handoff.open_deal(**TERMS, by=sam, at=at + HOUR)
    deal.win(by=sam, at=at + DAY)
    other = a_lead(at=at)
    Lead.objects.filter(pk=other.pk).update(stage="customer", company=deal.company)
    deal.lead.restore(to="lead", note="Left the company", by=nora, at=at + 100 * DAY)
    deal.company.refresh_from_db()
    assert deal.company.customer_since == at + DAY


def test_a_person_decided_so_the_automatic_may_again(sam, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("spam"), by=sam, at=at + HOUR)
    handoff.lead.restore(to="lead", note="Wrote in", by=nora, at=at + DAY)
    assert (handoff.lead.episode, handoff.lead.person_decides) == (2, False)


def test_nobody_is_restored_from_the_middle_of_the_path(sam, nora, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    for to in ("lead", "mql"):
        with refused(IllegalMove):
            handoff.lead.restore(to=to, note="Back", by=nora, at=at + HOUR)


# History


def test_a_move_once_made_cannot_be_changed_or_deleted(at):
    move = a_lead(at=at).transitions.get()
    for rewrite in (
        lambda: Transition.objects.filter(pk=move.pk).update(at=at - DAY),
        lambda: Transition.objects.filter(pk=move.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="history"), transaction.atomic():
            rewrite()
    with transaction.atomic(), rewriting_history():
        Transition.objects.filter(pk=move.pk).update(at=at - DAY)
    move.refresh_from_db()
    assert move.at == at - DAY
    with pytest.raises(IntegrityError, match="history"), transaction.atomic():
        Transition.objects.filter(pk=move.pk).delete()


def test_the_database_itself_allows_one_open_hand_off_a_lead(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.pk, handoff._state.adding = None, True
    with pytest.raises(IntegrityError, match="lead_one_open_handoff"), transaction.atomic():
        handoff.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_handoff")
        assert cursor.fetchone() == (1,)
