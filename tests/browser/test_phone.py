"""From the notice to the call on a telephone: a mail, two taps to dial, a third that stops the clock."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from common import clock as db_clock
from leads.models import Attempt, Handoff, ThroughLink
from leads.views.now import visits
from notifications.models import KeptMail
from notifications.outbox import drain
from sla.climbing import climb
from sla.models import Clock
from tests.builders import agreement_in_force, an_mql, criteria_in_force
from tests.living import NOW, _people

PAGE_WEIGHT = 120  # kilobytes, with everything it is made of, fonts and icons too


@pytest.fixture
def people(transactional_db, django_db_serialized_rollback, all_clocks_show, settings) -> dict:
    visits.clear()
    people = _people()
    heads = {"theo": people["theo"], "nora": people["nora"]}
    agreement_in_force(**heads, at=NOW - timedelta(days=30))
    criteria_in_force(**heads, at=NOW - timedelta(days=30))
    all_clocks_show(NOW)
    return people


@pytest.fixture
def hot_lead(people) -> Handoff:
    made = an_mql(at=NOW, first_name="Priya", last_name="Raman", phone="+31 20 123 4567", title="VP Operations")
    return made.handoffs.get()


def link_in_the_mail(owner) -> str:
    mail = KeptMail.objects.filter(address=owner.email, subject__contains="waits for you").latest("kept_at")
    return re.search(r"/now/\S+/", mail.text)[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_taps_from_the_notice_to_the_call_and_one_to_log_it(
    scheme: str, new_page: Callable[..., Page], hot_lead, all_clocks_show, screenshot
) -> None:
    owner, taps, weight = hot_lead.owner, 0, []
    all_clocks_show(NOW + timedelta(minutes=31))
    climb(at=db_clock.now())
    drain()
    phone = new_page(width=375, height=760, scheme=scheme, has_touch=True, is_mobile=True)
    phone.on("response", lambda answer: weight.append(len(answer.body())))

    phone.goto(link_in_the_mail(owner))
    taps += 1
    expect(phone.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    call = phone.get_by_role("link", name="Call", exact=True)
    expect(call).to_have_attribute("href", "tel:+31 20 123 4567")
    expect(call).to_be_in_viewport()
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    screenshot(phone, f"phone-{scheme}")
    found = Axe().run(phone, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    assert [fault["id"] for fault in found.response["violations"]] == []
    kilobytes = sum(weight) / 1000
    taps += 1  # the call itself: from here the telephone dials

    phone.get_by_role("button", name="No answer").tap()
    taps += 1

    expect(phone.get_by_text("Call, no answer: logged on Priya Raman.")).to_be_visible()
    assert taps == 3
    attempt = Attempt.objects.get()
    assert (attempt.by, attempt.outcome) == (owner, "no_answer")
    assert ThroughLink.objects.get().verb == "attempt"
    own = Clock.objects.get(handoff=hot_lead, owner=owner)
    assert own.is_met
    assert own.rung_at is None
    assert kilobytes < PAGE_WEIGHT
    print(f"{taps} taps, {kilobytes:.0f} kB")
