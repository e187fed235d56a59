"""The catalogue and its pages: every value is the measure over the rows it opens, and says what it is."""

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest

from accounts.models import User
from campaigns.models import Campaign
from common import metrics
from common.metrics import Theme, Unit
from common.periods import parse
from common.templatetags.words import in_unit
from leads.models import Attempt, Handoff, Opportunity, Touch
from sla.clauses import CLAUSES
from sla.drilldown import line_of
from sla.reporting import first_of
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")


@pytest.fixture
def month(hand_over, sam, theo, nora, at: datetime, clock_shows) -> None:
    """Of four from a webinar and the fair: a deal won, one tried late, one returned, one never answered."""
    Campaign.objects.create(name="Webinar", starts_on=MARCH.start_on, ends_on=MARCH.last_on, cost=Decimal(620))
    won, late = hand_over(at, source="Webinar", campaign="Webinar"), hand_over(at, source="Webinar")
    returned, _ = hand_over(at, source="Fair"), hand_over(at)
    win(won, sam, at)
    Attempt.objects.log(late, channel="call", outcome="no_answer", by=sam, at=at + 2 * DAY)
    returned.send_back(reason("low_intent"), by=sam, at=at + 3 * HOUR, note="Only wanted the guide.")
    clock_shows(at + 6 * DAY)


def win(handoff: Handoff, sam: User, at: datetime) -> Opportunity:
    """Spoken with, a deal opened, and won on the fifth day."""
    Attempt.objects.log(handoff, channel="call", outcome="spoke", by=sam, at=at + HOUR)
    deal = handoff.open_deal(amount=Decimal(9000), currency="EUR", closes_on=at.date(), by=sam, at=at + 2 * HOUR)
    deal.win(by=sam, at=at + 5 * DAY)
    return deal


@pytest.mark.parametrize("theme", Theme)
def test_every_value_is_its_measure_over_the_rows_it_opens(month, theme):
    figures = metrics.of_theme(theme)
    assert figures
    for metric in figures:
        rows, reading = metric.rows(MARCH), metric.reading(MARCH)
        assert metric.measure.of(rows) == reading, metric.key
        assert metric.cases(MARCH) == len(list(rows)), metric.key
        assert all(line_of(row).about for row in rows), metric.key
        if metric.unit == Unit.COUNT:
            assert metric.value(MARCH) == len(list(rows)), metric.key


def test_the_first_rows_of_every_figure_are_those_that_come_first(month):
    for metric in metrics.catalogue():
        rows = metric.rows(MARCH)
        assert [line_of(row) for row in first_of(rows, 3)] == [line_of(row) for row in rows[:3]], metric.key


def test_every_figure_says_what_it_means_and_how_it_is_reckoned():
    assert len(metrics.catalogue()) == sum(len(metrics.of_theme(theme)) for theme in Theme) > 100
    for metric in metrics.catalogue():
        assert metric.definition.endswith("."), metric.key
        assert metric.formula, metric.key
        assert not metric.formula.endswith("."), metric.key
    names = [metric.name for metric in metrics.catalogue()]
    assert len(set(names)) == len(names)


def test_speed_to_lead_leaves_out_what_was_returned_untried(month):
    assert metrics.metric("speed_to_lead_coverage").reading(MARCH).part == 2  # of three: one was never answered
    assert metrics.cases("speed_to_lead", MARCH) == 3
    assert metrics.value("speed_to_lead", MARCH) == timedelta(hours=17)  # two whole working days
    assert metrics.value("speed_to_lead_p90", MARCH) is None
    assert metrics.value("response_median", MARCH) == 3 * HOUR


def test_the_list_is_divided_by_theme_and_can_be_searched(month, client_of, theo):
    client = client_of(theo)
    money = client.get("/reports/?period=2026-03&theme=money").text
    assert "Pipeline velocity" in money
    assert "Median response" not in money
    found = client.get("/reports/?period=2026-03&q=velocity").text
    assert "Pipeline velocity" in found
    assert "Lead velocity" in found
    assert "Average deal" not in found
    assert "No figure like that" in client.get("/reports/?q=unheard-of").text
    assert client.get("/reports/?theme=colour").status_code == 404


def test_a_cohort_says_that_it_is_one_and_how_many_still_mature(month, client_of, theo):
    html = client_of(theo).get("/reports/conversion_mql_sal/?period=2026-03").text

    assert "those who began in the period" in html
    assert "2 of 4; plausibly 18 % to 82 %" in html.replace("\N{NO-BREAK SPACE}", " ")
    assert "<b>1</b> still maturing" in html
    assert "small sample" in html


def test_a_composed_figure_opens_the_figures_it_is_reckoned_from(month, client_of, theo):
    html = client_of(theo).get("/reports/campaign_roi/?period=2026-03").text

    assert "(revenue credited to campaigns − cost of campaigns) / cost of campaigns" in html
    rows = client_of(theo).get("/reports/campaign_roi/rows/?period=2026-03").text
    assert "/reports/revenue_attributed/?period=2026-03" in rows
    assert "/reports/campaign_cost/?period=2026-03" in rows


def test_a_page_shows_the_first_rows_and_more_of_them_when_it_is_asked_to(client_of, theo, at, clock_shows):
    clock_shows(at)
    for _ in range(51):
        a_lead(at=at, source="Fair")
    client, page = client_of(theo), "/reports/leads_created/rows/?period=2026-03&by=source&is=Fair"
    first = client.get(page)
    assert len(first.context["lines"]) == 50
    assert "the first 50" in first.text
    assert f'hx-get="{page.replace("&", "&amp;more=yes&amp;", 1).replace("&is", "&amp;is")}"' in first.text
    assert "Show 200" in first.text
    longer = client.get(f"{page}&more=yes")
    assert len(longer.context["lines"]) == 51
    assert "Show 200" not in longer.text


def test_the_rows_follow_the_page_of_a_figure_and_have_one_of_their_own(month, client_of, theo):
    client, address = client_of(theo), "/reports/mqls/rows/?period=2026-03"
    assert f'hx-get="{address}"' in client.get("/reports/mqls/?period=2026-03").text
    narrowed = client.get("/reports/mqls/?period=2026-03&by=source&is=Webinar").text
    assert f'hx-get="{address}&amp;by=source&amp;is=Webinar"' in narrowed
    part = client.get(address, headers={"HX-Request": "true"}).text
    assert "What it counts" in part
    assert "<html" not in part
    assert "What it counts" in client.get(address).text
    assert client.get("/reports/no_such_figure/rows/").status_code == 404


def test_a_group_opens_its_own_trend_and_rows(month, client_of, theo):
    client = client_of(theo)
    html = client.get("/reports/mqls/?period=2026-03&by=source").text
    assert "by=source&amp;is=Webinar" in html
    assert 'by=source&amp;is="' in html  # those without a source

    only = client.get("/reports/mqls/?period=2026-03&by=source&is=Webinar").text
    assert "Only source <b>Webinar</b>" in only
    assert '<span class="figure">2</span>' in only
    assert "period=2026-02&amp;by=source&amp;is=Webinar" in only  # the picker keeps the group


@pytest.mark.parametrize(
    "address",
    ["conversion_lead_mql/", "return_rate/", "revenue_attributed/", "campaign_roi/?by=campaign", "?theme=money"],
)
def test_a_report_asks_as_often_however_much_there_is(month, client_of, theo, sam, at, clock_shows, address):
    client, path = client_of(theo), f"/reports/{address}{'&' if '?' in address else '?'}period=2026-03"
    client.get(path)
    with queries_asked() as few:
        client.get(path)
    for _ in range(4):
        deal = win(a_handoff(at=at, owner=sam, campaign="Webinar"), sam, at)
        Touch.objects.create(lead=deal.lead, kind="download", occurred_at=at, campaign=Campaign.objects.get())
    back = a_handoff(at=at, owner=sam)
    back.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")
    clock_shows(at + 6 * DAY)

    with queries_asked() as many:
        client.get(path)
    assert len(many) == len(few)


def cells(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode().removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    return list(csv.reader(StringIO(text)))


def test_a_figure_names_the_figures_that_it_takes_to_reckon_it():
    assert metrics.metric("mqls").behind == {"mqls"}
    assert metrics.metric("campaign_roi").behind > {"campaign_roi", "campaign_cost"}
    assert metrics.metric("alignment").behind == {"alignment", *CLAUSES}


def test_rows_and_trend_are_exported_as_they_are_counted(month, client_of, theo):
    client = client_of(theo)
    head, *rows = cells(client.get("/reports/mqls/export/?period=2026-03"))
    assert head == ["About", "Company or part", "Moment", "What", "Address"]
    assert len(rows) == metrics.value("mqls", MARCH) == 4
    assert len(cells(client.get("/reports/mqls/export/?period=2026-03&by=source&is=Fair"))) == 1 + 1

    response = client.get("/reports/conversion_mql_sal/export/?period=2026-03&what=trend")
    assert response.headers["Content-Disposition"] == 'attachment; filename="conversion_mql_sal-trend-to-2026-03.csv"'
    head, *trend = cells(response)
    assert head == ["Period", "From", "To", "MQL to SAL", "Cases", "Still maturing"]
    assert [row[0] for row in trend] == [
        "October 2025", "November 2025", "December 2025", "January 2026", "February 2026", "March 2026",
    ]  # fmt: skip
    assert trend[-1] == ["March 2026", "2026-03-01", "2026-03-31", "0.5", "4", "1"]
    assert trend[0][3:] == ["", "0", "0"]


def test_an_exported_cell_is_no_formula(hand_over, client_of, theo, at, clock_shows):
    hand_over(at, name="=cmd")
    clock_shows(at + HOUR)
    _, [about, *_] = cells(client_of(theo).get("/reports/mqls/export/?period=2026-03"))
    assert about == "'=Cmd"


def test_a_figure_is_read_in_its_unit():
    read = [
        (0.84, Unit.SHARE, "84 %"), (1.2, Unit.RATIO, "120 %"), (-0.19, Unit.CHANGE, "−19 %"),
        (0.5, Unit.CHANGE, "+50 %"), (timedelta(hours=1, minutes=5), Unit.DURATION, "1 h 05"),
        (timedelta(days=3, hours=6), Unit.DAYS, "3.2 days"), (timedelta(hours=5), Unit.DAYS, "5 h"),
        (Decimal(25000), Unit.MONEY, "€ 25,000"), (12.5, Unit.MONEY_A_DAY, "€ 12.50 a day"),
        (1.875, Unit.MEAN, "1.88"), (0, Unit.COUNT, "0"), (None, Unit.MONEY_A_DAY, "–"),
    ]  # fmt: skip
    for value, unit, words in read:
        assert in_unit(value, unit).replace("\N{NO-BREAK SPACE}", " ") == words
