"""The first page after signing in, by role."""

from datetime import timedelta

from leads.lifecycle import RECYCLED
from leads.models import Handoff, Lead
from leads.models.handoff import Promise
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, criteria_in_force, reason

NO_BREAK = "\u00a0"


def titles(page, *, done: bool) -> list[str]:
    return [step.title for step in page.context["steps"] if step.done is done]


def test_a_rep_goes_straight_to_the_queue(sam, client_of):
    answer = client_of(sam).get("/")
    assert (answer.status_code, answer.url) == (302, "/queue/")


def test_an_empty_company_is_shown_the_eight_steps(ada, client_of):
    page = client_of(ada).get("/")
    assert titles(page, done=True) == []
    assert len(titles(page, done=False)) == 8


def test_a_step_is_done_when_it_is_in_force(theo, nora, sam, client_of, at, clock_shows):
    clock_shows(at)
    a_lead(at=at)
    criteria_in_force(theo=theo, nora=nora, at=at)
    assert titles(client_of(theo).get("/"), done=True) == [
        "Both sides are here",
        "Leads are in",
        "What an MQL is, signed by both",
    ]


def test_marketing_sees_what_came_back_without_a_plan(maya, sam, client_of, at, clock_shows):
    clock_shows(at)
    handoff = a_handoff(at=at, owner=sam, first_name="Priya", last_name="Raman")
    handoff.send_back(reason("low_intent"), by=sam, at=at)
    assert Lead.objects.get().stage == RECYCLED
    assert "Came back and has no plan yet" in client_of(maya).get("/").text


def test_the_head_of_sales_sees_what_nobody_owns(nora, client_of, at, clock_shows, sales_team):
    clock_shows(at)
    a_handoff(at=at, first_name="Tom", last_name="Okafor")
    page = client_of(nora).get("/")
    assert "Nobody owns these" in page.text
    assert "Tom Okafor" in page.text


def test_the_head_of_sales_reads_how_late_it_is_in_working_hours(nora, sam, client_of, at, clock_shows):
    handoff = a_handoff(at=at, owner=sam, first_name="Tom", last_name="Okafor")
    Handoff.objects.promise([Promise(handoff.pk, at + timedelta(hours=1), "First attempt or return")])
    clock_shows(at + timedelta(days=1, hours=1))  # a day of 8 ½ working hours after it fell due
    late = client_of(nora).get("/").text.partition("Late now")[2]
    assert "Tom Okafor" in late
    assert "8 h 30 late" in late.replace(NO_BREAK, " ")


def test_late_handoffs_of_more_reps_cost_the_head_of_sales_no_more_queries(nora, sam, rita, client_of, at, clock_shows):
    clock_shows(at + timedelta(hours=2))
    page = client_of(nora)
    _late(sam, at=at)
    page.get("/")
    with queries_asked() as one:
        page.get("/")
    _late(rita, at=at)
    with queries_asked() as two:
        text = page.get("/").text
    assert text.replace(NO_BREAK, " ").count("1 h late") == 2
    assert len(two) == len(one)


def _late(owner, *, at):
    """A hand-off that fell due an hour after it was made."""
    handoff = a_handoff(at=at, owner=owner)
    Handoff.objects.promise([Promise(handoff.pk, at + timedelta(hours=1), "First attempt or return")])


def test_an_outsider_without_a_role_is_told_so(otto, client_of):
    assert client_of(otto).get("/").status_code == 403
