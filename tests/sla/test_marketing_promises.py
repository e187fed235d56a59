"""Marketing's own promises: complete hand-offs, requests answered, briefs in time; and the customers sales wins."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Brief, Campaign, ContentRequest
from common import metrics
from common.periods import month_of
from sla.fields import FIELDS
from sla.models import Agreement, Commitment, DataCheck
from sla.scorecard import scorecard
from tests.builders import a_handoff

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROMISED = {
    "data_complete": {"target": Decimal("0.95"), "fields": ["phone", "employees"]},
    "requests_answered": {"target": Decimal("0.90"), "within_days": 5},
    "briefs_in_time": {"target": Decimal("0.90"), "within_days": 5},
    "customers": {"target": Decimal(5)},
}

pytestmark = pytest.mark.django_db


def local(day: int, clock: str = "10:00", month: int = 3) -> datetime:
    """A time on the wall in Amsterdam, in the winter before the clocks change."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour - 1, minute, tzinfo=UTC)


@pytest.fixture
def agreement(theo, nora, calendar, clock_shows) -> Agreement:
    """An agreement with all of it, in force since Monday 2 February; it is Wednesday 25 March."""
    clock_shows(local(25))
    draft = Agreement.objects.draft_from(None, by=theo, at=local(2, month=2))
    draft.edit(by=theo, baseline_days=0, promises=PROMISED)
    draft.propose(by=theo, at=local(2, month=2))
    draft.sign(by=theo, at=local(2, month=2))
    draft.sign(by=nora, at=local(2, month=2))
    return draft


@pytest.fixture
def march():
    return month_of(local(25), "Europe/Amsterdam")


def asked(sam, at: datetime) -> ContentRequest:
    made = ContentRequest.objects.ask("A page on tolls", by=sam, at=at)
    made.refresh_from_db()
    return made


def test_the_sentences_say_what_both_sign(agreement):
    said = "\n".join(agreement.sentences())
    for sentence in (
        "At least 95\N{NO-BREAK SPACE}% of the hand-offs of a month tell, when they are made, a phone number and the "
        "number of people.",
        "has an answer within 5 working days: accepted, delivered, or declined with the reason, for "
        "90\N{NO-BREAK SPACE}% of the requests due in a month.",
        "at least 5 working days before its first day",
        "Win 5 of marketing’s leads as customers a month.",
    ):
        assert sentence in said


def test_none_of_it_stands_in_a_first_draft(theo, calendar, at):
    draft = Agreement.objects.draft_from(None, by=theo, at=at)
    assert not set(PROMISED) & set(draft.commitments.values_list("metric", flat=True))


# Complete hand-offs


def test_what_a_hand_off_lacks_is_frozen_when_it_is_made(agreement, sam, maya, march):
    whole = a_handoff(at=local(10), owner=sam, phone="+31 20 1", employees=80)
    half = a_handoff(at=local(11), owner=sam, phone=" ", employees=80)
    none = a_handoff(at=local(12), owner=sam)
    kept = dict(DataCheck.objects.values_list("handoff", "missing"))
    assert kept == {whole.pk: [], half.pk: ["phone"], none.pk: ["phone", "employees"]}
    half.lead.edit({"phone": "+31 20 2"}, by=maya, at=local(12))
    half.accept(by=sam, at=local(12, "11:00"))
    assert dict(DataCheck.objects.values_list("handoff", "missing")) == kept
    assert metrics.value("data_complete", march) == pytest.approx(1 / 3)
    assert [row.handoff for row in metrics.rows("data_complete", march)] == [whole, half, none]


def test_every_field_that_can_be_agreed_is_looked_at(agreement, sam):
    Commitment.objects.filter(metric="data_complete").update(fields=list(FIELDS))
    told = {"phone": "+31 20 1", "title": "Planner", "employees": 80, "industry": "Food", "country": "Belgium",
            "city": "Ghent", "source": "Fair", "company": "Halden"}  # fmt: skip
    whole, bare = a_handoff(at=local(10), owner=sam, **told), a_handoff(at=local(11), owner=sam)
    kept = dict(DataCheck.objects.values_list("handoff", "missing"))
    assert kept[whole.pk] == []
    assert kept[bare.pk] == ["phone", "title", "industry", "employees", "country", "city", "source"]


def test_hand_offs_of_other_months_and_withdrawn_ones_are_left_out(agreement, sam, maya, march):
    a_handoff(at=local(27, month=2), owner=sam)
    kept = a_handoff(at=local(10), owner=sam, phone="+31 20 1", employees=80)
    a_handoff(at=local(11), owner=sam).lead.opt_out(by=maya, at=local(12))
    assert [row.handoff for row in metrics.rows("data_complete", march)] == [kept]
    assert metrics.value("data_complete", march) == 1.0


def test_without_the_promise_nothing_is_checked(theo, nora, calendar, sam, march, clock_shows):
    clock_shows(local(25))
    draft = Agreement.objects.draft_from(None, by=theo, at=local(2, month=2))
    draft.propose(by=theo, at=local(2, month=2))
    draft.sign(by=theo, at=local(2, month=2))
    draft.sign(by=nora, at=local(2, month=2))
    a_handoff(at=local(10), owner=sam)
    assert DataCheck.objects.count() == 0
    assert metrics.value("data_complete", march) is None


# Content requests


def test_an_answer_is_due_as_the_desk_closes_on_the_fifth_working_day(agreement, sam):
    assert asked(sam, local(4)).due_at == local(11, "17:30")  # Wednesday to Wednesday
    assert asked(sam, local(7)).due_at == local(13, "17:30")  # Saturday to Friday


def test_what_was_asked_before_an_agreement_was_promised_by_nobody(agreement, sam):
    assert asked(sam, local(30, month=1)).due_at is None


def test_while_marketing_waits_for_a_reply_nothing_is_due(agreement, sam, maya, march):
    made = asked(sam, local(4))
    made.ask_back("Which country?", by=maya, at=local(6))  # Friday, three working days left
    assert metrics.value("requests_answered", march) is None
    made.reply("Germany.", by=sam, at=local(10))  # Tuesday: two working days later
    made.refresh_from_db()
    assert made.due_at == local(13, "17:30")
    again = asked(sam, local(4))
    again.ask_back("Which country?", by=maya, at=local(6))
    again.undo(by=maya, at=local(6, "10:05"))
    again.refresh_from_db()
    assert again.due_at == local(11, "17:30")


def test_asking_back_when_it_is_late_already_mends_nothing(agreement, sam, maya, march):
    made = asked(sam, local(4))
    made.ask_back("Which country?", by=maya, at=local(12))
    made.reply("Germany.", by=sam, at=local(16))
    made.refresh_from_db()
    assert made.due_at == local(11, "17:30")
    assert metrics.value("requests_answered", march) == 0.0


def test_answered_in_time_is_accepted_declined_or_delivered(agreement, sam, maya, march):
    made = {name: asked(sam, local(4)) for name in ("accept", "decline", "deliver", "late", "never", "withdrawn")}
    made["accept"].accept(by=maya, at=local(11, "17:30"))
    made["decline"].decline("No.", by=maya, at=local(5))
    made["deliver"].deliver(words="Here.", by=maya, at=local(6))
    made["late"].accept(by=maya, at=local(11, "17:31"))
    made["withdrawn"].withdraw(by=sam, at=local(20))
    asked(sam, local(24))  # due in a week
    assert metrics.value("requests_answered", march) == pytest.approx(3 / 5)
    counted = list(metrics.rows("requests_answered", march))
    assert counted == [made[name] for name in ("accept", "decline", "deliver", "late", "never")]


# Briefs


def test_a_brief_is_due_five_working_days_before_the_first_day(agreement, maya, march):
    said = {"what": "A webinar", "whom": "Planners", "why_now": "Tolls rise", "talking_points": "Ask."}
    starts = {"on time": (16, 9), "late": (17, 16), "none": (18, None), "to come": (31, None)}
    made = {}
    for name, (day, given) in starts.items():
        made[name] = Campaign.objects.create(name=name, starts_on=date(2026, 3, day))
        if given:
            Brief.objects.give(made[name], **said, by=maya, at=local(given, "17:30"))
    Campaign.objects.create(name="before us", starts_on=date(2026, 2, 3))
    Campaign.objects.create(name="no date")
    rows = metrics.rows("briefs_in_time", march)
    assert [(str(row), row.due_at, row.is_kept) for row in rows] == [
        ("on time", local(9, "17:30"), True),
        ("late", local(10, "17:30"), False),
        ("none", local(11, "17:30"), False),
        ("to come", local(24, "17:30"), False),
    ]
    assert metrics.value("briefs_in_time", march) == 0.25
    assert metrics.cases("briefs_in_time", march) == 4


# The scorecard, and the pages


def test_the_scorecard_has_a_line_for_each_and_its_rows_open(agreement, sam, maya, march, client_of):
    a_handoff(at=local(10), owner=sam, phone="+31 20 1", employees=80)
    asked(sam, local(4))
    campaign = Campaign.objects.create(name="Tolls", starts_on=date(2026, 3, 18))
    card = scorecard(march, at=local(25))
    lines = {line.commitment.metric: line for side in card.sides for line in side.lines}
    said = {key: (lines[key].words, lines[key].standing.label, lines[key].note) for key in PROMISED}
    assert said["data_complete"] == ("100\N{NO-BREAK SPACE}%", "on pace", "of 1 hand-off")
    assert said["requests_answered"][::2] == ("0\N{NO-BREAK SPACE}%", "of 1 request due")
    assert said["briefs_in_time"][::2] == ("0\N{NO-BREAK SPACE}%", "of 1 brief due")
    assert said["customers"][0] == "0"
    client = client_of(maya)
    assert "A page on tolls" in client.get("/reports/requests_answered/rows/?period=2026-03").text
    assert "complete" in client.get("/reports/data_complete/rows/?period=2026-03").text
    assert "none yet" in client.get("/reports/briefs_in_time/rows/?period=2026-03").text
    assert "By the agreement it is due" in client.get(campaign.get_absolute_url()).text


def test_what_marketing_owes_is_among_what_is_late(agreement, sam, maya, client_of):
    asked(sam, local(4))
    asked(sam, local(24)).decline("No.", by=maya, at=local(25))
    back = ContentRequest.objects.ask("A story", by=sam, at=local(4))
    back.ask_back("Which?", by=maya, at=local(5))
    Campaign.objects.create(name="Tolls", starts_on=date(2026, 3, 30))
    Campaign.objects.create(name="Over", starts_on=date(2026, 3, 23))
    Campaign.objects.create(name="Far away", starts_on=date(2026, 6, 30))
    page = client_of(sam).get("/sla/breaches/").text
    assert page.count("an answer to Sam de Wit") == page.count("a brief for sales") == 1
    assert "A page on tolls" in page
    assert "Tolls</h3>" in page
    assert "Over</h3>" not in page


def test_the_heads_choose_the_fields_and_the_days_on_the_draft(theo, calendar, at, client_of, clock_shows):
    clock_shows(at)
    draft = Agreement.objects.draft_from(None, by=theo, at=at)
    client, url = client_of(theo), f"/sla/agreement/{draft.revision.number}/"
    forms = {form.prefix: form for form in client.get(url).context["promises"]}
    sent = {bound.html_name: bound.value() for form in forms.values() for bound in form if bound.value()}
    sent |= {bound.html_name: bound.value() for bound in client.get(url).context["text"] if bound.value()}
    sent |= {
        "data_complete-promised": "on", "data_complete-fields": ["phone", "title"], "data_complete-target": "80",
        "requests_answered-promised": "on", "requests_answered-within_days": "3",
    }  # fmt: skip
    assert client.post(f"{url}edit/", sent | {"data_complete-fields": ["shoe size"]}).status_code == 422
    assert client.post(f"{url}edit/", sent).status_code == 302
    kept = {row.metric: row for row in Commitment.objects.filter(agreement=draft)}
    assert (kept["data_complete"].fields, kept["data_complete"].target) == (["phone", "title"], Decimal("0.800"))
    assert (kept["requests_answered"].within_days, kept["requests_answered"].target) == (3, Decimal("0.900"))
