"""What people are told of leads, in words, and only while it is still so."""

from datetime import timedelta

import pytest

from leads.draining import score_due
from leads.intake import record_touches
from leads.models import Company, Handoff
from notifications.kinds import kind
from notifications.models import Delivery
from notifications.words import GONE, in_words
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, a_touch, criteria_in_force, reason

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def told(key):
    """What the one delivery of a kind says now, or None once there is no point in it."""
    content = Delivery.objects.filter(kind=key, channel="inapp").latest("pk").content
    return kind(key).render(content) if kind(key).still_relevant(content) else None


def test_a_rep_is_told_of_one_lead_by_name_and_why_until_it_is_decided(sam, at):
    handoff = a_handoff(at=at, owner=sam, first_name="Jane", last_name="Doe")
    said = told("leads.handed_over")
    assert (said.subject, said.text) == ("A lead for you: Jane Doe", "Why now: Met at the fair")
    assert said.link == f"/handoffs/{handoff.pk}/now/"
    handoff.accept(by=sam, at=at + HOUR)
    assert told("leads.handed_over") is None


def test_several_notices_of_new_leads_are_read_together_and_say_what_each_says_alone(sam, at):
    decided, *_ = [a_handoff(at=at, owner=sam, first_name=name, last_name="Doe") for name in ("Jane", "Ada", "Zoe")]
    decided.accept(by=sam, at=at + HOUR)
    several = list(Delivery.objects.filter(kind="leads.handed_over", channel="inapp").order_by("pk"))
    with queries_asked() as asked:
        said = in_words(several)
    assert [each.subject for each in said] == ["0 leads for you", "A lead for you: Ada Doe", "A lead for you: Zoe Doe"]
    assert said == [worded for each in several for worded in in_words([each])]
    assert len(asked) == 1


def test_a_notice_that_cannot_be_told_takes_none_of_its_kind_with_it(sam, at):
    a_handoff(at=at, owner=sam, first_name="Jane", last_name="Doe")
    told_well = Delivery.objects.filter(kind="leads.handed_over", channel="inapp").get()
    said = in_words([Delivery(kind="leads.handed_over", content={}, available_at=at), told_well])
    assert [each.subject for each in said] == [GONE.subject, "A lead for you: Jane Doe"]


def test_the_head_of_sales_is_told_of_what_nobody_owns_until_somebody_does(nora, at):
    handoff = a_handoff(at=at)
    assert told("leads.unassigned").subject == "A lead belongs to nobody"
    handoff.reassign(to=nora, because="Mine", by=nora, at=at + HOUR)
    assert told("leads.unassigned") is None


def test_marketing_is_told_what_is_missing_and_the_rep_that_it_is_there(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam, first_name="Jane", last_name="Doe")
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone", "city"]}, by=sam, at=at + HOUR)
    said = told("leads.repair")
    assert (said.subject, said.text) == ("Complete Jane Doe", "Sam de Wit returned it: Data is missing. phone and city")
    handoff.finish_repair(by=maya, at=at + 2 * HOUR)
    assert told("leads.repair") is None
    assert told("leads.repaired").subject == "Jane Doe is complete"
    handoff.accept(by=sam, at=at + 3 * HOUR)
    assert told("leads.repaired") is None


def test_marketing_is_told_of_a_double(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam, first_name="Jane", last_name="Doe")
    handoff.send_back(reason("duplicate"), evidence={"lead": a_lead(at=at).pk}, by=sam, at=at + HOUR)
    assert told("leads.double").subject == "Merge Jane Doe with its double"
    Handoff.objects.get().withdraw(because="Import undone", at=at + 2 * HOUR)
    assert told("leads.double") is None


def test_the_owner_of_a_customer_hears_once_a_day_what_its_people_do_and_there_is_no_mql(theo, nora, sam, at):
    criteria_in_force(theo=theo, nora=nora, at=at)
    lead = a_lead(at=at, email="jane@hexa.nl", first_name="Jane", last_name="Doe")
    Company.objects.filter(pk=lead.company_id).update(name="Hexa", owner=sam, customer_since=at - HOUR)
    for hours in (1, 2, 30):
        when = at + hours * HOUR
        record_touches([a_touch("demo_request", at=when) | {"lead": lead.pk}], at=when)
        score_due(at=when)
    told_of = Delivery.objects.filter(kind="leads.customer_active", channel="inapp")
    assert [delivery.user for delivery in told_of] == [sam, sam]
    assert told("leads.customer_active").subject == "Jane Doe of Hexa is looking around again"
    assert not Handoff.objects.exists()


def test_nobody_hears_of_what_somebody_did_before_the_company_was_a_customer(theo, nora, sam, at):
    criteria_in_force(theo=theo, nora=nora, at=at)
    lead = a_lead(at=at, email="jane@hexa.nl", touches=[a_touch("demo_request", at=at)])
    Company.objects.filter(pk=lead.company_id).update(owner=sam, customer_since=at + HOUR)
    score_due(at=at + 2 * HOUR)
    assert not Delivery.objects.filter(kind="leads.customer_active").exists()
