"""A company: what is known of it is known of its people, and its owner beats every pool."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from common.errors import Incomplete, NotAllowed
from leads.models import Company, DueLead, LeadVersion
from tests.builders import a_handoff, a_lead, everything, refused


@pytest.fixture
def company(at, maya) -> Company:
    lead = a_lead(at=at, email="priya@hexa.nl")
    DueLead.objects.all().delete()
    return lead.company


def test_an_edit_is_known_of_all_its_people_from_then_on_and_their_scores_are_due(company, maya, at):
    colleague = a_lead(at=at, email="jan@hexa.nl")
    stranger = a_lead(at=at, email="kim@other.nl")
    DueLead.objects.all().delete()
    company.edit({"employees": 240, "industry": "Logistics"}, by=maya, at=at.replace(hour=12))
    people = {colleague.pk, *company.leads.values_list("pk", flat=True)}
    assert set(DueLead.objects.values_list("lead_id", flat=True)) == people
    kept = LeadVersion.objects.filter(lead=colleague).order_by("from_at").values_list("facts", flat=True)
    assert [facts.get("employees") for facts in kept] == [None, 240]
    assert LeadVersion.objects.filter(lead=stranger).count() == 1


def test_the_next_hand_off_goes_to_the_new_owner_and_the_open_one_stays(company, nora, sam, rita, at):
    open_one = a_handoff(at=at, owner=sam, email="jan@hexa.nl")
    company.edit({"owner": rita}, by=nora, at=at.replace(hour=12))
    open_one.refresh_from_db()
    assert open_one.owner == sam
    later = [a_handoff(at=at.replace(hour=13), email=f"{name}@hexa.nl") for name in ("kim", "bo", "lars")]
    assert [handoff.owner for handoff in later] == [rita, rita, rita]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"customer_since": None}, Incomplete),
        ({"employees": -3}, ValidationError),
        ({"domain": "other.nl"}, ValidationError),
    ],
)
def test_what_is_no_fact_or_not_possible_is_refused_and_nothing_changes(company, maya, at, changes, error):
    a_lead(at=at, email="kim@other.nl")
    before = everything()
    with pytest.raises(error):
        company.edit(changes, by=maya, at=at)
    assert everything() == before


def test_a_rep_edits_their_own_account_and_gives_it_to_nobody(company, sam, nora, at):
    with refused(NotAllowed):
        company.edit({"industry": "Logistics"}, by=sam, at=at)
    company.edit({"owner": sam}, by=nora, at=at)
    company.edit({"industry": "Logistics"}, by=sam, at=at)
    with refused(NotAllowed):
        company.edit({"owner": None}, by=sam, at=at)


def test_the_page_saves_what_differs_and_keeps_what_was_typed_when_it_is_wrong(company, nora, sam, client_of):
    client, address = client_of(nora), reverse("edit_company", args=[company.pk])
    facts = {"name": "Hexa BV", "domain": "hexa.nl", "employees": "many", "owner": sam.pk}
    refused = client.post(address, facts)
    assert (refused.status_code, 'value="Hexa BV"' in refused.text) == (422, True)
    assert client.post(address, facts | {"employees": "240"}).status_code == 302
    company.refresh_from_db()
    assert (company.name, company.employees, company.owner) == ("Hexa BV", 240, sam)


def test_who_may_not_edit_sees_no_button_and_is_refused(company, sam, client_of):
    client = client_of(sam)
    assert "/edit/" not in client.get(f"/companies/{company.pk}/").text
    assert client.get(f"/companies/{company.pk}/edit/").status_code == 403
