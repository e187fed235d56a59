"""The pages of the promises: who sees and may do what, in the browser's words."""

from datetime import UTC, datetime, time, timedelta

import pytest

from campaigns.models import ContentRequest
from common.once import one_page
from common.periods import parse
from leads.models import Attempt
from meetings.models import Series
from notifications.models import Delivery
from notifications.outbox import drain
from sla.models import Agreement, Clock
from sla.scorecard import scorecard
from tests.asked import queries_asked
from tests.builders import reason

HOUR = timedelta(hours=1)
NEXT_MORNING = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)


@pytest.fixture
def late_week(hand_over, sam, theo, nora, at, clock_shows):
    """One hand-off called in time, one missed; it is Thursday afternoon."""
    called, missed = hand_over(at, "priya", company="Halden"), hand_over(at, "jonas")
    Attempt.objects.log(called, channel="call", outcome="no_answer", by=sam, at=at + HOUR)
    clock_shows(NEXT_MORNING + 4 * HOUR)
    Clock.objects.flag_breaches(at=NEXT_MORNING + 4 * HOUR)
    return called, missed


def page(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_scorecard_shows_both_sides_to_everyone(client_of, late_week, maya, sam, nora, theo):
    for person in (maya, sam, nora, theo):
        html = page(client_of(person), "/sla/")
        assert "Marketing promises" in html
        assert "Sales promises" in html
        assert "First attempt or return within 8 working hours" in html
        assert "50 %" in html


def test_the_breakdown_by_rep_is_for_that_rep_and_the_head_of_sales(client_of, late_week, sam, rita, nora, theo):
    for person in (nora, sam):
        assert 'hx-get="/sla/reps/?period=2026-03"' in page(client_of(person), "/sla/")
        assert "Sam de Wit" in page(client_of(person), "/sla/reps/")
    assert "none fell due with a rep" in page(client_of(rita), "/sla/reps/")
    assert "Sam de Wit" not in page(client_of(rita), "/sla/reps/")
    assert "First attempts by rep" not in page(client_of(theo), "/sla/")
    assert client_of(theo).get("/sla/reps/").status_code == 403


def test_the_scorecard_asks_for_the_reps_once_it_is_there(client_of, late_week, nora, rita):
    part = client_of(nora).get("/sla/reps/", headers={"hx-request": "true"}).text
    assert "Sam de Wit" in part
    assert "<html" not in part
    assert client_of(rita).get("/sla/reps/", headers={"hx-request": "true"}).text.strip() == ""


def test_the_scorecard_asks_for_what_stands_beside_it_once_it_is_there(client_of, late_week, sam, theo):
    assert 'hx-get="/sla/beside/?period=2026-03"' in page(client_of(sam), "/sla/")
    whole = page(client_of(sam), "/sla/beside/")
    assert "MQLs delivered, against the pace line" in whole
    assert "First attempt or return on 2 cases" in whole
    part = client_of(sam).get("/sla/beside/", headers={"hx-request": "true"}).text
    assert "Working time from hand-off to first attempt" in part
    assert "<html" not in part
    late = Clock.objects.customers().filter(handoff=late_week[1], breached_at__isnull=False).first()
    late.waive(because="On strike", by=theo, at=NEXT_MORNING + 4 * HOUR)
    assert ">1 excused</a>" in page(client_of(sam), "/sla/beside/")
    assert "Nothing beside the promises" in page(client_of(sam), "/sla/beside/?period=2024")


def test_what_is_open_between_the_sides_is_a_part_of_the_scorecard_and_a_page(client_of, late_week, sam):
    assert 'hx-get="/sla/between-us/?period=2026-03"' in page(client_of(sam), "/sla/")
    part = client_of(sam).get("/sla/between-us/", headers={"hx-request": "true"}).text
    for html in (part, page(client_of(sam), "/sla/between-us/")):
        assert "0 open disputes" in html.replace("\N{NO-BREAK SPACE}", " ")
        assert "both sides have judged none in March 2026" in html
        assert "None of the signs worth a look stands out." in html
    assert "<html" not in part


def test_any_period_can_be_asked_for_and_nonsense_is_not_found(client_of, late_week, theo):
    for period in ("2026-03", "2026-W11", "2026-Q1", "2025"):
        assert client_of(theo).get(f"/sla/?period={period}").status_code == 200
    for nonsense in ("2026-13", "last", "%27"):
        assert client_of(theo).get(f"/sla/?period={nonsense}").status_code == 404


def test_before_anything_is_promised_the_pages_teach(client_of, theo, sam):
    assert "Nothing has been promised yet" in page(client_of(sam), "/sla/")
    assert "Start from our proposal" in page(client_of(theo), "/sla/agreement/")
    assert "Start from our proposal" not in page(client_of(sam), "/sla/agreement/")


def test_in_the_baseline_the_scorecard_says_so(client_of, agreement, theo, at, clock_shows):
    clock_shows(at)
    agreement.baseline_until = at + timedelta(days=5)
    agreement.save()

    assert "everything is measured, and nobody is told of a miss" in page(client_of(theo), "/sla/")


def test_the_scorecard_asks_the_database_as_often_however_much_there_is(client_of, late_week, hand_over, nora, at):
    client = client_of(nora)
    for n in range(5):
        hand_over(at + n * HOUR)
    with queries_asked() as few:
        client.get("/sla/")
    for n in range(10):
        hand_over(at + n * HOUR)

    with queries_asked() as many:
        client.get("/sla/")

    assert len(many) == len(few) <= 30


def test_the_promises_of_a_month_and_all_that_stands_under_them_take_eleven_queries(
    late_week, at, django_assert_num_queries
):
    month = parse("2026-03", "Europe/Amsterdam")
    with django_assert_num_queries(11), one_page():
        card = scorecard(month, at=NEXT_MORNING + 4 * HOUR)
        assert [line.note for side in card.sides for line in side.lines]


def test_every_figure_opens_its_definition_and_its_rows(client_of, late_week, sam):
    client = client_of(sam)
    listing = page(client, "/reports/?period=2026-03&theme=speed")
    assert "Median response" in listing

    html = page(client, "/reports/first_attempt_attainment/?period=2026-03")
    assert "overdue and open counts as missed" in html
    rows = page(client, "/reports/first_attempt_attainment/rows/?period=2026-03")
    assert "Priya, Halden" in rows
    assert "not yet" in rows
    assert client.get("/reports/no_such_figure/").status_code == 404


def test_what_is_late_is_listed_for_both_sides(client_of, late_week, sam):
    html = page(client_of(sam), "/sla/breaches/")

    assert "Jonas" in html
    assert "4 h late" in html
    assert "Priya" not in html
    assert "With marketing" in html


def test_what_marketing_promised_is_late_with_marketing_and_excused_by_the_head_of_sales(
    hand_over, sam, theo, nora, maya, client_of, at, clock_shows
):
    handoff = hand_over(at, "priya")
    handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")
    clock_shows(at + timedelta(days=12))
    Clock.objects.flag_breaches(at=at + timedelta(days=12))
    [case] = Clock.objects.customers().late()
    assert case.commitment.metric == "plan_attainment"

    html = page(client_of(nora), "/sla/breaches/")
    assert html.index("With marketing") < html.index("Priya") < html.index("With sales")
    assert "Excuse this case" in html
    assert "Excuse this case" not in page(client_of(theo), "/sla/breaches/")


def test_an_answer_and_an_action_that_are_overdue_are_listed_with_their_side(
    late_week, sam, theo, nora, maya, client_of, at, clock_shows
):
    asked = ContentRequest.objects.ask("A page on tolls", by=sam, at=at)
    asked.promise(at + HOUR)
    series = Series.objects.set_up(weekday=3, time=time(10), zone="Europe/Amsterdam", minutes=30, by=nora, at=at)
    meeting = series.meetings.get()
    meeting.open(by=nora, at=meeting.starts_at)
    meeting.give("Call them all", owner=sam, due_on=meeting.starts_at.date(), by=nora, at=meeting.starts_at)
    assert "Call them all" not in page(client_of(theo), "/sla/breaches/")
    clock_shows(meeting.starts_at + timedelta(days=3))

    html = page(client_of(theo), "/sla/breaches/")

    assert html.index("With marketing") < html.index("A page on tolls") < html.index("With sales")
    assert html.index("With sales") < html.index("Call them all")


def test_the_joint_reward_says_what_is_missing(client_of, late_week, theo):
    html = page(client_of(theo), "/sla/?period=2026-03")

    assert "Not in sight for March 2026" in html
    assert "both teams share the reward" in html
    assert "First attempt or return within 8 working hours – 50 %, out of reach" in html
    listed = page(client_of(theo), "/reports/reward_missing/rows/?period=2026-03")
    assert "First attempt or return within 8 working hours" in listed


def test_a_late_case_is_excused_by_the_head_of_marketing_alone(client_of, late_week, theo, nora, maya):
    case = Clock.objects.customers().late().get()
    for person, status in ((maya, 403), (nora, 403)):
        assert client_of(person).post(f"/sla/clocks/{case.pk}/waive/", {"because": "No"}).status_code == status
    assert "Excuse" in page(client_of(theo), "/sla/breaches/")
    assert client_of(theo).post(f"/sla/clocks/{case.pk}/waive/", {"because": ""}).status_code == 422

    assert client_of(theo).post(f"/sla/clocks/{case.pk}/waive/", {"because": "Wrong number"}).status_code == 302

    case.refresh_from_db()
    assert case.waived_by == theo
    assert "Jonas" not in page(client_of(theo), "/sla/breaches/")


def test_the_agreement_is_drafted_proposed_and_signed_in_the_browser(client_of, theo, nora, sam, at, clock_shows):
    clock_shows(at)
    heads = client_of(theo), client_of(nora)
    heads[0].post("/sla/agreement/draft/")
    draft = Agreement.objects.get()

    form = heads[0].get("/sla/agreement/1/").context
    data = {field.html_name: field.value() for field in form["text"]}
    data["calendar"] = draft.calendar_id
    for each in form["promises"]:
        data |= {field.html_name: field.value() for field in each}
    data |= {"first_attempt_attainment-allowed": "6.5", "attempts_attainment-promised": ""}
    assert heads[0].post("/sla/agreement/1/edit/", data).status_code == 302
    assert "within 390 working minutes" in page(heads[1], "/sla/agreement/1/")

    assert heads[0].post("/sla/agreement/1/edit/", data | {"first_attempt_attainment-share": "120"}).status_code == 422
    assert heads[0].post("/sla/agreement/1/propose/", {"starts_on": "soon"}).status_code == 422
    assert heads[0].post("/sla/agreement/1/propose/").status_code == 302
    sign = f"/agreements/{draft.revision_id}/sign/"
    assert client_of(sam).post(sign).status_code == 403
    assert heads[0].post("/sla/agreement/1/edit/", data).status_code == 409
    for head in heads:
        assert "Sign for your side" in page(head, "/sla/agreement/1/")
        assert head.post(sign).status_code == 302

    assert Agreement.objects.ruling() == draft
    assert Agreement.objects.ruling().commitments.count() == 8
    assert "Everything is measured" not in page(client_of(sam), "/sla/agreement/")


def test_nothing_changes_by_looking(client_of, agreement, theo):
    for verb in ("edit", "propose", "withdraw", "draft"):
        assert client_of(theo).get(f"/sla/agreement/1/{verb}/").status_code == 405
    assert client_of(theo).get("/sla/agreement/7/").status_code == 404


def test_a_leads_page_shows_its_clocks(client_of, late_week, sam):
    called, missed = late_week

    assert "They waited" in page(client_of(sam), called.lead.get_absolute_url())
    html = page(client_of(sam), missed.lead.get_absolute_url())
    assert "4 h late" in html
    assert "0 of 6" in html


def test_the_notice_of_a_breach_is_written_when_it_is_delivered(client_of, late_week, sam, nora):
    drain()

    html = page(client_of(sam), "/notifications/")
    assert "Jonas waits too long" in html


def test_a_breach_that_was_settled_before_its_notice_was_delivered_is_not_told(late_week, sam):
    _, missed = late_week
    Attempt.objects.log(missed, channel="call", outcome="spoke", by=sam, at=NEXT_MORNING + 4 * HOUR)

    drain()

    told = Delivery.objects.filter(kind="sla.breached", user=sam, channel="inapp").get()
    assert told.last_error == "It was settled, or no longer wanted, before it could be delivered."
