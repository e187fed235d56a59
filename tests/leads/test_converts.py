"""What converts: with what leads began, how far those came who began alike, and what is more than luck."""

from collections import defaultdict
from datetime import timedelta
from statistics import median

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, Content
from leads.beginnings import EVER, RECENT, behind, reckon, spans_of
from leads.converted import reckoned
from leads.converting import BECAME, Came, ranked, stands_out
from leads.models import Beginning, Conversion, Episode, Lead, Touch
from leads.models.beginning import WINDOW, By
from tests.asked import queries_asked
from tests.builders import a_lead, persona_in_force

DAY = timedelta(days=1)
FIGURES = {"leads": "leads", "maturing": "maturing", "mql": "mqls", "accepted": "accepted", "customer": "customers"}
OFFERED = {"form", "event", "download"}


@pytest.fixture
def guide(db):
    return Content.objects.create(title="A guide")


def began(*, at, days=None, accepted=None, won=None, kind="download", **act):
    """A lead that began at a moment; and after how many days it became an MQL, was accepted, was won."""
    lead = a_lead(at=at)
    Touch.objects.create(lead=lead, kind=kind, occurred_at=at, **act)
    reached = {"mql_at": days, "sal_at": accepted, "customer_at": won}
    moments = {name: at + DAY * after for name, after in reached.items() if after is not None}
    Episode.objects.filter(lead=lead).update(**moments)
    return lead


def row(found, key):
    return next(each for each in found.rows if each.key == key)


def test_a_lead_counts_with_the_first_thing_it_did_once_its_time_is_over(guide, at):
    begun = at - WINDOW
    won = began(at=begun, days=3, accepted=4, won=40, content=guide, channel="Web ")
    Touch.objects.create(lead=won, kind="form", occurred_at=begun + DAY)
    began(at=begun, days=9, content=guide, channel="web")
    began(at=begun, content=guide, channel="web")
    began(at=begun + DAY, days=1, content=guide, channel="web")
    began(at=begun, kind="form")
    assert reckon(at=at) == 5

    offers = reckoned(By.OFFER, period=EVER)
    told = row(offers, f"content:{guide.pk}")
    assert (told.label, told.leads, told.maturing) == ("A guide", 3, 1)
    assert (told.mqls, told.accepted, told.customers) == (2, 1, 1)
    assert (told.days_to_mql, told.days_to_customer) == (6, 40)
    assert row(offers, "kind:form").label == "Filled in a form"
    assert (offers.total.leads, offers.total.maturing, offers.total.mqls) == (4, 1, 2)
    assert [(each.label, each.leads) for each in reckoned(By.MEDIUM, period=EVER).rows] == [
        ("Filled in a form", 1),
        ("Web: downloaded", 3),
    ]


def test_what_comes_after_the_window_is_put_down_to_something_else(guide, at):
    began(at=at - 2 * WINDOW, days=WINDOW.days, won=WINDOW.days + 1, content=guide)
    reckon(at=at)
    told = reckoned(By.OFFER, period=EVER).total
    assert (told.leads, told.mqls, told.customers, told.to_customer) == (1, 1, 0, None)


def test_whom_a_rep_found_what_we_sent_and_who_was_an_mql_before_do_not_count(guide, at):
    Lead.objects.filter(pk=began(at=at - WINDOW, content=guide).pk).update(origin="sales")
    began(at=at - WINDOW, days=-1, content=guide)
    began(at=at - WINDOW, content=guide, kind="invited", responded=False)
    assert reckon(at=at) == 0
    assert reckoned(By.OFFER, period=EVER) is None


def test_by_persona_a_lead_counts_with_each_it_fits(guide, maya, sam, theo, nora, at):
    heads = {"maya": maya, "sam": sam, "theo": theo, "nora": nora}
    version = persona_in_force("Fleet manager", **heads, at=at - 2 * WINDOW)
    fits = {"title": "Head of Fleet", "country": "Belgium", "industry": "Road freight", "employees": 60}
    fitting = a_lead(at=at - WINDOW, **fits)
    Touch.objects.create(lead=fitting, kind="download", occurred_at=at - WINDOW, content=guide)
    began(at=at - WINDOW, content=guide)
    reckon(at=at)
    assert reckoned(By.OFFER, period=EVER).total.leads == 2
    assert reckoned(By.OFFER, period=EVER, persona=version.pk).total.leads == 1
    found = Conversion.objects.get(by="", period=EVER, persona=version.pk)
    assert [each.lead for each in behind(found, "leads")] == [fitting]


def test_reckoning_again_changes_only_what_has_changed(guide, at):
    lead = began(at=at - WINDOW, content=guide)
    began(at=at - WINDOW, kind="form")
    reckon(at=at)
    before = _versions()
    Episode.objects.filter(lead=lead).update(mql_at=at - WINDOW + DAY)
    reckon(at=at)
    after = _versions()
    assert {pk for pk in after if after[pk] != before[pk]} == {lead.pk}

    Beginning.objects.all().delete()
    reckon(at=at)
    assert reckoned(By.OFFER, period=EVER).total.mqls == 1


def _versions():
    """Which transaction wrote each row last."""
    return dict(Beginning.objects.extra(select={"wrote": "xmin::text || ctid::text"}).values_list("pk", "wrote"))


histories = st.lists(
    st.fixed_dictionaries({
        "begun": st.integers(-500, 0),
        "kind": st.sampled_from(["form", "event", "download", "page_view", "invited"]),
        "content": st.sampled_from([None, 0, 1]),
        "campaign": st.sampled_from([None, 0]),
        "channel": st.sampled_from(["", "Web", "e:mail"]),
        "source": st.sampled_from(["", "Fair"]),
        "origin": st.sampled_from(["marketing", "marketing", "sales"]),
        "reached": st.tuples(*[st.none() | st.integers(-2, 300)] * 3),
        "second": st.none() | st.integers(-600, 10),
    }),
    max_size=8,
)  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories)
def test_every_count_and_median_is_what_plain_python_makes_of_the_rows_and_opens_its_leads(at, drawn):
    with transaction.atomic():
        _write(drawn, at)
        reckon(at=at)
        expected = _by_hand(at)
        found = {(each.by, each.key, each.period): each for each in Conversion.objects.all()}
        assert set(found) == set(expected)
        for key, conversion in found.items():
            leads = expected[key]
            assert _told(conversion) == _counts(leads, at)
            for what, group in FIGURES.items():
                assert behind(conversion, what).count() == getattr(conversion, group)
        transaction.set_rollback(True)


def _write(drawn, at):
    contents = [Content.objects.create(title=f"Content {n}") for n in range(2)]
    campaign = Campaign.objects.create(name="A campaign")
    for one in drawn:
        begun = at + DAY * one["begun"]
        lead = Lead.objects.create(source=one["source"], origin=one["origin"], created_at=begun, stage_at=begun)
        Touch.objects.create(
            lead=lead, kind=one["kind"], occurred_at=begun, responded=one["kind"] != "invited",
            content=None if one["content"] is None else contents[one["content"]], channel=one["channel"],
            campaign=None if one["campaign"] is None else campaign,
        )  # fmt: skip
        if one["second"] is not None:
            Touch.objects.create(lead=lead, kind="email_click", occurred_at=at + DAY * one["second"])
        mql, accepted, won = (None if days is None else begun + DAY * days for days in one["reached"])
        Episode.objects.create(lead=lead, lead_at=begun, mql_at=mql, sal_at=accepted, customer_at=won)


def _by_hand(at):
    """Of each key of each period, the leads: the first act, and when what was reached. From the rows alone."""
    groups = defaultdict(list)
    kept = []
    for lead in Lead.objects.filter(origin="marketing"):
        acts = sorted(lead.touches.filter(responded=True), key=lambda act: (act.occurred_at, act.pk))
        life = lead.episodes.get()
        reached = (life.mql_at, life.sal_at, life.customer_at)
        if acts and all(when is None or when >= acts[0].occurred_at for when in reached):
            kept.append((lead, acts[0], reached))
    for lead, act, reached in kept:
        channel = act.channel.replace(":", " ").strip().lower()
        offer = f"kind:{act.kind}" if act.kind in OFFERED else ""
        keys = {
            "": "", "offer": f"content:{act.content_id}" if act.content_id else offer,
            "medium": f"{channel}:{act.kind}", "source": lead.source, "campaign": str(act.campaign_id or ""),
        }  # fmt: skip
        when = act.occurred_at
        periods = [EVER, str(when.year), f"{when.year}-Q{(when.month + 2) // 3}"]
        periods += [RECENT] if when >= at - 365 * DAY else []
        for period in periods:
            for by, key in keys.items():
                groups[by, key, period].append((when, *reached))
    return groups


def _counts(leads, at):
    over = [each for each in leads if each[0] + WINDOW <= at]
    within = [[each[n] - each[0] for each in over if each[n] and each[n] - each[0] <= WINDOW] for n in (1, 2, 3)]
    medians = (median(within[0]) if within[0] else None, median(within[2]) if within[2] else None)
    return (len(over), len(leads) - len(over), *map(len, within), *medians)


def _told(row):
    return (row.leads, row.maturing, row.mqls, row.accepted, row.customers, row.to_mql, row.to_customer)


def came(label, mqls, leads, days=None, customers=0):
    return Came(label, label, leads, 0, mqls, 0, customers, days and DAY * days)


TOTAL = came("All", 100, 1000)


def test_three_lucky_leads_do_not_lead_the_list():
    lucky, sure, slow = came("lucky", 2, 3), came("sure", 60, 300), came("slow", 38, 697)
    assert [each.label for each in ranked([slow, lucky, sure], TOTAL, "mql")] == ["lucky", "sure", "slow"]
    luckier = came("luckier", 1, 3)
    assert [each.label for each in ranked([slow, luckier, sure], TOTAL, "mql")] == ["sure", "luckier", "slow"]


def test_the_fastest_are_those_that_also_convert():
    quick, few, poor, slow = (
        came("quick", 30, 250, days=4), came("few", 4, 20, days=1), came("poor", 6, 600, days=2),
        came("slow", 60, 130, days=9),
    )  # fmt: skip
    assert [each.label for each in ranked([poor, few, slow, quick], TOTAL, "fastest")] == [
        "quick",
        "slow",
        "few",
        "poor",
    ]


def test_what_stands_out_is_more_than_luck_and_one_of_twenty_is_not():
    total = came("All", 100, 1000)
    assert stands_out([came("good", 40, 200), came("rest", 60, 800)], total, "mql").label == "good"
    assert stands_out([came("bit better", 24, 200), came("rest", 76, 800)], total, "mql") is None
    # By itself its chance is one in thirty; among twenty that were compared it may well be luck.
    single, others = came("single", 9, 50), [came(f"other {n}", 4, 40) for n in range(19)]
    whole = came("All", 85, 810)
    assert stands_out([single, *others], whole, "mql") is None
    assert stands_out([], came("All", 0, 0), "mql") is None


def test_the_page_tells_what_stands_out_and_each_figure_opens_its_leads(guide, theo, at, clock_shows, client_of):
    clock_shows(at)
    for n in range(40):
        began(at=at - WINDOW - DAY, days=3 if n < 20 else None, content=guide)
        began(at=at - WINDOW - DAY, days=3 if n < 4 else None, kind="form")
    reckon(at=at)
    browser = client_of(theo)
    page = browser.get("/campaigns/converts/").content.decode()
    assert "of the 40 leads that began with “A guide” became MQLs, of all others 10\xa0% (4 of 40)" in page
    assert "What converts" in browser.get("/").content.decode()

    code = f"offer.recent.0.content:{guide.pk}"
    listed = browser.get("/leads/", {"began": code, "came": "mql"}).content.decode()
    assert "Began with “A guide” and became MQLs within 120 days." in listed
    assert listed.count('data-label="Stage"') == 20
    export = browser.get("/leads/export/", {"began": code, "came": "mql"})
    assert len(b"".join(export.streaming_content).splitlines()) == 21


def test_a_small_sample_says_so_and_one_that_matures_has_no_share(guide, theo, at, clock_shows, client_of):
    clock_shows(at)
    began(at=at - WINDOW, days=3, content=guide)
    reckon(at=at)
    assert "few: 27\xa0% to 100\xa0%" in client_of(theo).get("/campaigns/converts/").content.decode()
    Touch.objects.update(occurred_at=at - DAY)
    Episode.objects.update(mql_at=None)
    reckon(at=at)
    page = client_of(theo).get("/campaigns/converts/").content.decode()
    assert "Too early to tell" in page


@pytest.mark.parametrize("address", ["?by=colour&period=1812-Q1&persona=x&order=y", "?persona=99999999999999999999"])
def test_a_question_that_cannot_be_is_answered_as_usual(theo, client_of, address):
    assert "Nobody to tell of yet" in client_of(theo).get(f"/campaigns/converts/{address}").content.decode()


@pytest.mark.parametrize("code", ["offer", "offer.recent.0.content:x", "offer.recent.99999999999999.y", "....."])
def test_what_nobody_began_with_opens_no_leads_and_is_not_exported(guide, theo, at, client_of, code):
    began(at=at - WINDOW, content=guide)
    reckon(at=at)
    browser = client_of(theo)
    assert browser.get("/leads/", {"began": code}).status_code == 200
    assert browser.get("/leads/export/", {"began": code}).status_code == 422


def test_the_page_asks_as_much_of_many_offers_as_of_few(guide, theo, at, clock_shows, client_of):
    clock_shows(at)
    browser = client_of(theo)

    def asked():
        reckon(at=at)
        with queries_asked() as found:
            browser.get("/campaigns/converts/")
        return len(found)

    began(at=at - WINDOW, content=guide)
    few = asked()
    for n in range(5):
        began(at=at - WINDOW, content=Content.objects.create(title=f"Another {n}"))
    assert asked() == few


def test_quarters_and_years_are_offered_as_far_back_as_there_are_leads(guide, at):
    assert [span.key for span in spans_of(at)] == [RECENT]
    began(at=at - 200 * DAY, content=guide)
    reckon(at=at)
    assert [span.key for span in spans_of(at)] == [RECENT, "2025-Q3", "2025", EVER]
    assert set(BECAME) == {"mql", "accepted", "customer"}
