"""One lead whole, and the list it is found in."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads.intake import record_touches
from leads.lifecycle import MQL, RECYCLED
from leads.models import Attempt, Lead, Touch
from tests.builders import a_handoff, a_lead, a_touch, an_accepted_handoff, criteria_in_force, everything, reason

DAY = timedelta(days=1)


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


def test_everyone_signed_in_reads_a_lead(now, maya, sam, nora, ada, client_of):
    lead = a_lead(at=now, first_name="Priya", last_name="Raman")
    for person in (maya, sam, nora, ada):
        assert "Priya Raman" in client_of(person).get(f"/leads/{lead.pk}/").text


def test_the_page_says_why_and_what_is_missing(now, theo, nora, sam, client_of):
    criteria = criteria_in_force(theo=theo, nora=nora, at=now)
    lead = a_lead(at=now, touches=[a_touch("pricing_page", at=now)])
    page = client_of(sam).get(f"/leads/{lead.pk}/")
    explained = page.context["explained"]
    assert explained.score.qualifies is False
    assert explained.gap.points == criteria.threshold - explained.score.total
    assert sum(line.points for line in explained.lines if line.points) == explained.score.total


def test_without_a_definition_the_page_says_what_to_do(now, sam, client_of):
    lead = a_lead(at=now)
    assert "No score yet" in client_of(sam).get(f"/leads/{lead.pk}/").text


def test_what_happened_stands_newest_first_and_without_what_was_undone(now, sam, client_of):
    handoff = an_accepted_handoff(at=now, owner=sam)
    texts = [event.text for event in client_of(sam).get(f"/leads/{handoff.lead_id}/").context["history"]]
    assert texts == ["Became SAL", "Became MQL", "Entered the funnel"]


def test_a_return_stands_in_the_history_with_what_it_is_shown_by(now, sam, client_of):
    handoff = a_handoff(at=now, owner=sam)
    size = {"criterion": {"what": "size", "how": "too small"}}
    handoff.send_back(reason("wrong_company"), evidence=size, by=sam, at=now)
    newest = client_of(sam).get(f"/leads/{handoff.lead_id}/").context["history"][0]
    assert (newest.text, newest.beside) == ("Became Disqualified", "not our kind of company: size, too small")


def test_a_lead_that_is_not_there_is_not_found(db, sam, client_of):
    assert client_of(sam).get("/leads/999/").status_code == 404


def test_facts_are_edited_and_a_wrong_address_keeps_what_was_typed(now, maya, client_of):
    lead = a_lead(at=now, title="Planner")
    client = client_of(maya)
    assert 'value="Planner"' in client.get(reverse("edit_lead", args=[lead.pk])).text
    before = everything()
    refused = client.post(reverse("edit_lead", args=[lead.pk]), {"email": "nonsense", "title": "Head of planning"})
    assert refused.status_code == 422
    assert "Head of planning" in refused.text
    assert everything() == before
    client.post(reverse("edit_lead", args=[lead.pk]), {"email": lead.email, "title": "Head of planning"})
    lead.refresh_from_db()
    assert lead.title == "Head of planning"


def test_a_marketer_qualifies_by_hand_with_a_note_and_a_rep_may_not(now, maya, sam, client_of):
    lead = a_lead(at=now)
    before = everything()
    assert client_of(sam).post(reverse("qualify_by_hand", args=[lead.pk]), {"note": "Met her"}).status_code == 403
    assert client_of(maya).post(reverse("qualify_by_hand", args=[lead.pk]), {"note": ""}).status_code == 422
    assert everything() == before
    client_of(maya).post(reverse("qualify_by_hand", args=[lead.pk]), {"note": "Met her"})
    lead.refresh_from_db()
    assert lead.stage == MQL


def test_a_recycled_lead_gets_a_plan(now, sam, maya, client_of):
    handoff = a_handoff(at=now, owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=now)
    data = {"owner": maya.pk, "plan": "Invite to the spring webinar", "review_on": "2026-04-20"}
    client_of(maya).post(reverse("plan_nurture", args=[handoff.lead_id]), data)
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert (lead.stage, lead.marketing_owner, lead.plan) == (RECYCLED, maya, "Invite to the spring webinar")


def test_a_lead_added_by_hand_is_the_one_of_that_address(now, maya, client_of):
    client = client_of(maya)
    client.post(reverse("new_lead"), {"email": "Ines@Voltane.test", "last_name": "Moreau"})
    client.post(reverse("new_lead"), {"email": "ines@voltane.test", "first_name": "Ines"})
    lead = Lead.objects.get()
    assert str(lead) == "Ines Moreau"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ram", ["Priya Raman"]),
        ("PRIYA RAM", ["Priya Raman"]),
        ("halden", ["Priya Raman"]),
        ("tom@", ["Tom Okafor"]),
        ("aman", []),
    ],
)
def test_the_search_looks_at_beginnings(now, sam, client_of, words, found):
    a_lead(at=now, email="priya@halden.test", first_name="Priya", last_name="Raman", company="Halden Freight")
    a_lead(at=now, email="tom@brightwell.test", first_name="Tom", last_name="Okafor")
    page = client_of(sam).get("/leads/", {"q": words}).context["page"]
    assert [str(lead) for lead in page.rows] == found


def test_the_search_finds_the_same_where_very_many_begin_alike(now, monkeypatch):
    monkeypatch.setattr("leads.models.lead.MANY", 2)
    alike = [a_lead(at=now, first_name="Priya", last_name=f"Raman {n}", company="Halden Freight") for n in range(3)]
    a_lead(at=now, first_name="Tom", company="Brightwell")
    for words in ("priya", "raman", "priya ram", "halden"):
        assert set(Lead.objects.search(words)) == set(alike)
    assert list(Lead.objects.search("raman 1")) == [alike[1]]


def test_the_list_goes_on_page_by_page_without_gap_or_repeat(now, sam, client_of):
    made = [a_lead(at=now).pk for _ in range(120)]
    client, seen, cursor = client_of(sam), [], ""
    while True:
        page = client.get("/leads/", {"older": cursor} if cursor else {}).context["page"]
        seen += [lead.pk for lead in page.rows]
        if not (cursor := page.older):
            break
    assert seen == sorted(made, reverse=True)


def test_a_made_up_page_starts_at_the_top(now, sam, client_of):
    lead = a_lead(at=now)
    assert [row.pk for row in client_of(sam).get("/leads/", {"older": "x"}).context["page"].rows] == [lead.pk]


def test_the_list_asks_as_often_for_one_lead_as_for_fifty(now, sam, client_of, django_assert_max_num_queries):
    client = client_of(sam)
    a_lead(at=now)
    client.get("/leads/")
    with django_assert_max_num_queries(16) as one:
        client.get("/leads/")
    for _ in range(49):
        a_lead(at=now)
    with django_assert_max_num_queries(len(one)):
        client.get("/leads/")


def test_the_score_of_a_past_day_is_told_from_what_was_known_then(now, theo, nora, sam, client_of):
    criteria_in_force(theo=theo, nora=nora, at=now - 9 * DAY)
    lead = a_lead(at=now - 8 * DAY, title="Planner")
    Lead.objects.update(recorded_at=now - 8 * DAY)
    for kind, days, known in (("pricing_page", 5, 5), ("webinar_attended", 6, 1)):
        record_touches([a_touch(kind, at=now - days * DAY) | {"lead": lead.pk}], at=now)
        Touch.objects.filter(kind=kind).update(recorded_at=now - known * DAY)
    engagement = {}
    for days in (9, 7, 4, 0):
        asked = {"on": (now - days * DAY).date()}
        told = client_of(sam).get(f"/leads/{lead.pk}/score/", asked).context["explained"]
        engagement[days] = told and [
            line.label.partition(",")[0] for line in told.lines if line.axis == "what they did"
        ]
    assert engagement == {
        9: None,
        7: [],
        4: ["Viewed the pricing page", "Any touch"],
        0: ["Attended a webinar", "Viewed the pricing page", "Any touch"],
    }


def test_a_day_that_has_not_come_is_refused(now, sam, client_of):
    lead = a_lead(at=now)
    answer = client_of(sam).get(f"/leads/{lead.pk}/score/", {"on": "2099-01-01"})
    assert (answer.status_code, answer.text.count("has not come yet")) == (422, 1)


def test_without_a_day_the_page_asks_for_one(now, sam, client_of):
    answer = client_of(sam).get(f"/leads/{a_lead(at=now).pk}/score/")
    assert (answer.status_code, "Choose a day" in answer.text, "required." in answer.text) == (200, True, False)


def test_the_page_asks_as_often_after_twenty_things_happened_as_before(
    now, theo, nora, sam, client_of, django_assert_max_num_queries
):
    criteria_in_force(theo=theo, nora=nora, at=now - 9 * DAY)
    lead = an_accepted_handoff(at=now, owner=sam).lead
    client = client_of(sam)
    client.get(f"/leads/{lead.pk}/")
    with django_assert_max_num_queries(39) as quiet:
        client.get(f"/leads/{lead.pk}/")
    record_touches([a_touch("pricing_page", at=now - n * DAY) | {"lead": lead.pk} for n in range(1, 11)], at=now)
    for n in range(10):
        Attempt.objects.log(lead, channel="call", outcome="no_answer", by=sam, at=now + timedelta(minutes=n))
    with django_assert_max_num_queries(len(quiet)):
        client.get(f"/leads/{lead.pk}/")
