"""What people are told of leads, in words, and only while it is still so."""

from datetime import timedelta

import pytest

from leads.models import Handoff
from notifications.kinds import kind
from notifications.models import Delivery
from tests.builders import a_handoff, a_lead, reason

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def told(key):
    """What the one delivery of a kind says now, or None once there is no point in it."""
    content = Delivery.objects.filter(kind=key, channel="inapp").latest("pk").content
    return kind(key).render(content) if kind(key).still_relevant(content) else None


def test_a_rep_is_told_of_one_lead_by_name_and_why_until_it_is_decided(sam, at):
    handoff = a_handoff(at=at, owner=sam, first_name="Jane", last_name="Doe")
    said = told("leads.handed_over")
    assert (said.subject, said.text) == ("A lead for you: Jane Doe", "Met at the fair")
    assert said.link == handoff.lead.get_absolute_url()
    handoff.accept(by=sam, at=at + HOUR)
    assert told("leads.handed_over") is None


def test_the_head_of_sales_is_told_of_what_nobody_owns_until_somebody_does(nora, at):
    handoff = a_handoff(at=at)
    assert told("leads.unassigned").subject == "A lead belongs to nobody"
    handoff.reassign(to=nora, because="Mine", by=nora, at=at + HOUR)
    assert told("leads.unassigned") is None


def test_marketing_is_told_what_is_missing_and_the_rep_that_it_is_there(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam, first_name="Jane", last_name="Doe")
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone", "city"]}, by=sam, at=at + HOUR)
    said = told("leads.repair")
    assert (said.subject, said.text) == ("Complete Jane Doe", "Sam de Wit returned it: Data is missing. phone, city")
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
