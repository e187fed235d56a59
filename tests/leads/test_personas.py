"""Personas among the leads: who fits, what became of them, and as one condition of a definition."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from common.errors import Incomplete
from leads import personas, scoring
from leads.draining import score_due
from leads.facts import persona_fact
from leads.models import Criteria, Lead
from leads.models.criteria import Section
from leads.personas import Came
from leads.scoring import Now, Then
from tests.builders import (
    a_handoff,
    a_lead,
    a_persona,
    criteria_in_force,
    everything,
    persona_in_force,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FITS = {
    "title": "Head of Fleet",
    "country": "Belgium",
    "industry": "road freight ",
    "employees": 60,
}


@pytest.fixture
def fleet_manager(maya, sam, theo, nora, at):
    """In force since a week."""
    return persona_in_force("Fleet manager", maya=maya, sam=sam, theo=theo, nora=nora, at=at - 7 * DAY)


def fitting(version, at):
    return set(personas.fitting(Lead.objects.all(), version, at=at).values_list("first_name", flat=True))


def test_who_fits_has_all_the_traits_and_what_is_unknown_does_not_fit(fleet_manager, at):
    a_lead(at=at, first_name="Fits", **FITS)
    a_lead(at=at, first_name="Manages", **FITS | {"title": "transport manager"})
    a_lead(at=at, first_name="Drives", **FITS | {"title": "Fleet driver"})
    a_lead(at=at, first_name="French", **FITS | {"country": "France"})
    a_lead(at=at, first_name="Small", **FITS | {"employees": 49})
    a_lead(at=at, first_name="Large", **FITS | {"employees": 2000})
    a_lead(at=at, first_name="Unsized", **FITS | {"employees": None})
    a_lead(at=at, first_name="Bakes", **FITS | {"industry": "Food"})
    assert fitting(fleet_manager, at) == {"Fits", "Manages", "Large"}


@pytest.mark.parametrize(
    ("title", "seniority", "function"),
    [
        ("CTO", "executive", "it"),
        ("Director", "director", None),  # and no CTO, whose letters stand in it
        ("Vice President, Sales", "vice president", "sales"),
        ("Co-ordinator", None, None),
        ("Head of HR", "director", "people"),
        ("", None, None),
    ],
)
def test_a_title_tells_how_senior_somebody_is_and_what_they_work_on(title, seniority, function, maya, at):
    lead = a_lead(at=at, title=title)
    draft = Criteria.objects.draft_from(None, by=maya, at=at)
    for rule in draft.rules.all():
        rule.remove(by=maya)
    asked = {"seniority": seniority, "function": function}
    for field, value in asked.items():
        question = ("is", [value]) if value else ("is_unknown", [])
        draft.add_rule(by=maya, section=Section.SCORED, field=field, operator=question[0], values=question[1], points=1)
    assert [each.fit for each in scoring.evaluate(draft, Now(at, leads=[lead.pk]))] == [Decimal(2)]


def test_the_count_says_how_many_each_trait_leaves(fleet_manager, at):
    fits = a_lead(at=at, first_name="Fits", **FITS)
    a_lead(at=at, first_name="Small", **FITS | {"employees": 5})
    a_lead(at=at, first_name="Else", title="Baker")
    count = personas.count(fleet_manager, at=at)
    assert (count.leads, count.fit, count.samples) == (3, 1, [fits])
    assert count.traits == [
        ("The company is in Road freight or Logistics.", 2),
        ("It is in Belgium, Netherlands or Luxembourg.", 2),
        ("The title contains fleet or transport.", 2),
        ("The seniority is Director or Manager.", 2),
        ("The company has between 50 and 2,000 people.", 1),
    ]


def test_what_became_of_those_who_fit_is_counted_beside_everybody(fleet_manager, theo, nora, sam, at):
    criteria_in_force(theo=theo, nora=nora, at=at - 2 * DAY)
    won = a_handoff(at=at - DAY, owner=sam, **FITS)
    won.accept(by=sam, at=at - DAY + HOUR)
    terms = {"amount": Decimal(100), "currency": "EUR", "closes_on": at.date()}
    won.open_deal(**terms, by=sam, at=at - DAY + HOUR).win(by=sam, at=at)
    a_handoff(at=at - DAY, owner=sam, **FITS)
    a_lead(at=at, **FITS)
    a_handoff(at=at - DAY, owner=sam, title="Baker")
    everyone, [came] = personas.what_came([fleet_manager], at=at)
    assert came == Came(leads=3, mql=2, sql=1, customer=1)
    assert everyone == Came(leads=4, mql=3, sql=1, customer=1)
    assert [(step.label, step.reached, step.share) for step in came.steps] == [
        ("MQL", 2, 2 / 3),
        ("SQL", 1, 1 / 2),
        ("Customer", 1, 1.0),
    ]


# As one condition of a definition


def asked_for(version, by, at, answer=True):
    draft = Criteria.objects.draft_from(None, by=by, at=at)
    for rule in draft.rules.all():
        rule.remove(by=by)
    fact = persona_fact(version)
    draft.add_rule(by=by, section=Section.SCORED, field=fact.key, operator="is", values=[answer], points=Decimal(30))
    return draft


def test_a_rule_asks_for_it_in_a_sentence_and_gives_its_points(fleet_manager, maya, at):
    fits, other = a_lead(at=at, **FITS), a_lead(at=at, title="Baker")
    draft = asked_for(fleet_manager, maya, at)
    assert "Who they are: It fits the persona “Fleet manager” (v1): +30 points." in draft.sentences()
    points = {each.lead_id: each.fit for each in scoring.evaluate(draft, Now(at))}
    assert points == {fits.pk: Decimal(30), other.pk: Decimal(0)}
    [entry] = scoring.ledger(draft, [fits.pk], at)[fits.pk]
    assert (entry["label"], entry["points"]) == ("It fits the persona “Fleet manager” (v1)", 30)


def test_not_to_fit_it_is_the_exact_opposite(fleet_manager, maya, at):
    fits, other = a_lead(at=at, **FITS), a_lead(at=at, title="Baker")
    draft = asked_for(fleet_manager, maya, at, answer=False)
    assert "Who they are: It does not fit the persona “Fleet manager” (v1): +30 points." in draft.sentences()
    points = {each.lead_id: each.fit for each in scoring.evaluate(draft, Now(at))}
    assert points == {fits.pk: Decimal(0), other.pk: Decimal(30)}


def test_a_rule_stays_with_the_version_it_was_written_for(fleet_manager, maya, theo, nora, client_of, at):
    small = a_lead(at=at, **FITS | {"employees": 10})
    draft = asked_for(fleet_manager, maya, at)
    second = fleet_manager.persona.revise(by=maya, at=at)
    anybody = dict.fromkeys(("people_from", "people_to", "revenue_from", "revenue_to"))
    second.edit("companies", by=maya, at=at, industries=[], countries=[], **anybody)
    second.propose(by=theo, at=at)
    second.sign(by=theo, at=at)
    second.sign(by=nora, at=at)
    assert [each.fit for each in scoring.evaluate(draft, Now(at, leads=[small.pk]))] == [Decimal(0)]
    assert fitting(second, at) == {small.first_name}
    url = f"/criteria/{draft.revision.number}/rules/"
    rule = draft.rules.get()
    changed = {"field": rule.field, "operator": "is", "answer": "yes", "points": "40"}
    assert client_of(maya).post(f"{url}{rule.pk}/", changed).status_code == 302
    assert draft.rules.get().field == persona_fact(fleet_manager).key
    offered = client_of(maya).get(f"{url}new/fit/").text
    assert persona_fact(second).key in offered
    assert persona_fact(fleet_manager).key not in offered


def test_a_draft_of_a_persona_is_no_condition_yet(maya, sam, at):
    version = a_persona("Fleet manager", maya=maya, sam=sam, at=at)
    draft = Criteria.objects.draft_from(None, by=maya, at=at)
    before = everything("leads", "agreements")
    with pytest.raises(Incomplete, match="Choose a field"):
        draft.add_rule(
            by=maya, section=Section.MUST, field=persona_fact(version).key, operator="is", values=[True], points=None
        )
    assert everything("leads", "agreements") == before


def test_whom_somebody_was_then_is_what_counts_then(fleet_manager, maya, at):
    lead = a_lead(at=at - 3 * DAY, **FITS)
    lead.edit({"title": "Baker"}, by=maya, at=at - DAY)
    draft = asked_for(fleet_manager, maya, at)
    moments = Then.of([(lead.pk, at - 2 * DAY), (lead.pk, at)])
    points = {each.as_of: each.fit for each in scoring.evaluate(draft, moments)}
    assert points == {at - 2 * DAY: Decimal(30), at: Decimal(0)}


def test_who_must_fit_and_does_not_is_no_mql(fleet_manager, maya, theo, nora, at):
    draft = asked_for(fleet_manager, maya, at)
    draft.rules.all().delete()
    key = persona_fact(fleet_manager).key
    draft.add_rule(by=maya, section=Section.MUST, field=key, operator="is", values=[True])
    draft.add_rule(by=maya, section=Section.SCORED, field="email_domain", operator="is_known", values=[], points=60)
    draft.propose(by=maya, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    fits, other = a_lead(at=at, **FITS), a_lead(at=at, title="Baker")
    score_due(at=at)
    assert {lead.pk: lead.score.qualifies for lead in Lead.objects.select_related("score")} == {
        fits.pk: True,
        other.pk: False,
    }


# Its pages


def test_the_page_opens_the_leads_behind_each_figure(fleet_manager, theo, nora, sam, client_of, at, clock_shows):
    clock_shows(at)
    criteria_in_force(theo=theo, nora=nora, at=at - 2 * DAY)
    a_handoff(at=at - DAY, owner=sam, first_name="Tom", **FITS)
    a_lead(at=at, first_name="Una", **FITS)
    a_handoff(at=at - DAY, owner=sam, first_name="Bea", title="Baker")
    browser = client_of(sam)
    page = browser.get(fleet_manager.persona.get_absolute_url()).text
    everybody, became = (f"/leads/?persona={fleet_manager.pk}", f"/leads/?persona={fleet_manager.pk}&amp;reached=mql")
    assert f'href="{everybody}">2</a>' in page
    assert f'href="{became}">1</a>' in page
    # In words alone: a random token in an attribute may happen to spell a name.
    listed = [strip_tags(browser.get(url.replace("&amp;", "&")).text) for url in (everybody, became)]
    assert [[name in text for name in ("Tom", "Una", "Bea")] for text in listed] == [
        [True, True, False],
        [True, False, False],
    ]
    assert "No definition of an MQL asks for it yet" in page


def test_the_list_counts_each_persona(fleet_manager, sam, client_of, at):
    a_lead(at=at, **FITS)
    a_lead(at=at, title="Baker")
    page = client_of(sam).get("/personas/")
    [(standing, values)] = page.context["rows"]
    assert (standing.persona, values) == (fleet_manager.persona, [1, 0, 0, 0])


def test_what_is_typed_is_counted_and_not_kept(fleet_manager, maya, client_of, at):
    a_lead(at=at, **FITS)
    draft = fleet_manager.persona.revise(by=maya, at=at)
    url = f"/personas/{draft.persona_id}/versions/2/count/?part=companies"
    part = {"HX-Request": "true"}
    before = everything("agreements", "leads")
    assert '<span class="figure">1</span>' in client_of(maya).get(f"{url}&people_from=60", headers=part).text
    assert '<span class="figure">0</span>' in client_of(maya).get(f"{url}&people_from=61", headers=part).text
    assert "cannot be as it is" in client_of(maya).get(f"{url}&people_from=many", headers=part).text
    assert everything("agreements", "leads") == before
