"""The signed link: one hand-off, one person, three days; asking changes nothing, and what is done is theirs."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.test import Client

from accounts.models import User
from leads.links import SALT, link_to
from leads.models import Attempt, Handoff, ThroughLink
from leads.timeline import timeline
from leads.views.now import A_MINUTE, visits
from notifications.mail import compose
from notifications.models import Delivery, KeptMail
from notifications.outbox import drain
from notifications.words import said_by
from tests.builders import a_handoff, everything, reason

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nobody_has_come_yet() -> None:
    visits.clear()


@pytest.fixture
def handoff(db, sam: User, rita: User, at: datetime) -> Handoff:
    return a_handoff(at=at, owner=sam, phone="+31 20 123 4567", first_name="Priya", last_name="Raman")


@pytest.fixture
def link(handoff: Handoff, sam: User, at: datetime, clock_shows: Callable) -> str:
    """Sam's link to it, made a minute after it was handed over; the clock shows that minute."""
    clock_shows(at + MINUTE)
    return link_to(handoff.pk, sam, at=at + MINUTE)


@pytest.fixture
def phone() -> Client:
    """A browser that has signed in nowhere, and does not let forms through that are not ours."""
    return Client(enforce_csrf_checks=True)


def post(phone: Client, link: str, verb: str, **data: str) -> object:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', phone.get(link).content.decode())
    return phone.post(f"{link}{verb}/", {"csrfmiddlewaretoken": token[1] if token else "", **data}, follow=True)


def test_the_page_says_who_why_now_and_what_to_say_and_dials(link, phone):
    Handoff.objects.update(talking_points="Ask about the second hub.", why="Asked for a demo.")

    page = phone.get(link)

    said = page.content.decode()
    assert page.status_code == 200
    assert 'href="tel:+31 20 123 4567"' in said
    for words in ("Priya Raman", "Asked for a demo.", "Ask about the second hub.", "You act as Sam de Wit"):
        assert words in said


def test_asking_for_the_page_changes_nothing_however_often_it_is_done(link, phone, sam):
    before = everything()

    for path in (link, f"{link}return/"):
        assert phone.get(path).status_code == 200
        assert phone.head(path).status_code in (200, 405)
    for path in (f"{link}accept/", f"{link}attempt/"):
        assert phone.get(path).status_code == 405

    assert everything() == before


def test_a_form_of_somebody_else_is_refused(link, phone):
    before = everything()

    assert phone.post(f"{link}accept/").status_code == 403

    assert everything() == before


def test_accepting_and_then_logging_the_call_is_theirs_and_through_the_link(link, handoff, phone, sam, at):
    assert post(phone, link, "accept").status_code == 200
    handoff.refresh_from_db()
    assert (handoff.state, handoff.accepted_by) == ("accepted", sam)

    answer = post(phone, link, "attempt", outcome="no_answer", channel="call")

    attempt = Attempt.objects.get()
    assert (attempt.by, attempt.outcome, attempt.handoff) == (sam, "no_answer", handoff)
    assert list(ThroughLink.objects.order_by("pk").values_list("verb", "by")) == [
        ("accept", sam.pk),
        ("attempt", sam.pk),
    ]
    assert "Call, no answer: logged on Priya Raman." in answer.content.decode()
    assert {event.beside for event in timeline(handoff.lead) if event.by == sam} == {"through a link"}


def test_one_tap_accepts_and_logs(link, handoff, phone, sam):
    post(phone, link, "attempt", outcome="spoke", channel="call")

    handoff.refresh_from_db()
    assert handoff.state == "accepted"
    assert Attempt.objects.get().is_connected


def test_returning_asks_for_what_the_reason_wants_to_know(link, handoff, phone, sam):
    reasons = phone.get(f"{link}return/").content.decode()
    assert 'value="timing"' in reasons

    asked = post(phone, link, "return", reason="timing")
    assert asked.status_code == 422
    assert not ThroughLink.objects.exists()
    answer = post(phone, link, "return", reason="timing", date="2026-06-01")

    handoff.refresh_from_db()
    assert handoff.state == "closed"
    assert handoff.returns.get().by == sam
    assert ThroughLink.objects.get().verb == "return"
    assert "Priya Raman is returned." in answer.content.decode()


def test_a_used_link_says_what_was_done_and_offers_the_way_in(link, handoff, phone):
    post(phone, link, "attempt", outcome="voicemail", channel="call")
    before = everything()

    page = phone.get(link)
    again = phone.post(f"{link}attempt/", {"outcome": "spoke"})

    assert page.status_code == 200
    assert "Call, voicemail: logged on Priya Raman." in page.content.decode()
    assert f'href="/handoffs/{handoff.pk}/now/"' in page.content.decode()
    assert again.status_code in (403, 410)
    assert everything() == before


def over(phone: Client, link: str) -> str:
    """What is said of a link that is no good; neither asking nor posting does anything."""
    before = everything()
    page = phone.get(link)
    assert page.status_code == 410
    client = Client()
    assert client.post(f"{link}accept/").status_code == 410
    assert client.post(f"{link}attempt/", {"outcome": "spoke"}).status_code == 410
    assert client.post(f"{link}return/", {"reason": "no_need"}).status_code == 410
    assert everything() == before
    return page.content.decode()


def test_a_link_that_was_tampered_with_is_good_for_nothing(link, phone, handoff, rita):
    token = link.split("/")[2]
    body, signature = token.rsplit(":", 1)
    another = link_to(handoff.pk, rita, at=handoff.made_at).split("/")[2]

    for changed in (
        f"{body}x:{signature}",
        f"{body}:{signature[:-1]}x",
        f"{another.rsplit(':', 1)[0]}:{signature}",
        "x",
    ):
        said = over(phone, f"/now/{changed}/")
        assert "was changed on its way" in said
        assert "Priya" not in said


def test_what_was_signed_for_something_else_opens_nothing(handoff, sam, phone, clock_shows, at):
    clock_shows(at)
    assert SALT == "leads.links"
    foreign = signing.Signer(salt="password").sign_object([handoff.pk, sam.pk, 1])

    assert "was changed on its way" in over(phone, f"/now/{foreign}/")


@pytest.mark.parametrize("payload", [[], [1], "x", [1, 2, "x"], {"a": 1}])
def test_even_what_we_signed_ourselves_is_read_with_care(payload, phone, db, clock_shows, at):
    clock_shows(at)

    assert phone.get(f"/now/{signing.Signer(salt=SALT).sign_object(payload)}/").status_code == 410


def test_after_three_days_it_is_over_by_the_databases_clock(link, phone, clock_shows, at):
    clock_shows(at + MINUTE + 72 * HOUR - timedelta(seconds=30))
    assert phone.get(link).status_code == 200

    clock_shows(at + MINUTE + 72 * HOUR)
    assert "three days" in over(phone, link)


def test_who_no_longer_owns_it_can_do_nothing(link, handoff, phone, rita, nora, at):
    handoff.reassign(to=rita, because="Sam is busy", by=nora, at=at + MINUTE)

    assert "Rita Kok owns it now." in over(phone, link)


def test_who_never_owned_it_can_do_nothing(handoff, phone, rita, clock_shows, at):
    clock_shows(at + MINUTE)

    assert "Sam de Wit owns it now." in over(phone, link_to(handoff.pk, rita, at=at))


def test_what_was_decided_elsewhere_is_over(link, handoff, phone, sam, at):
    handoff.send_back(reason("no_need"), by=sam, at=at + MINUTE, note="They build it themselves.")

    assert "It has been decided" in over(phone, link)


def test_somebody_who_has_left_can_do_nothing(link, phone, sam, ada, at):
    sam.deactivate(by=ada, at=at + MINUTE)

    assert "no longer here" in over(phone, link)


def test_a_link_that_was_passed_on_does_not_let_somebody_else_act_as_its_recipient(link, client_of, rita, sam):
    before = everything()

    page = client_of(rita).get(link)
    posted = client_of(rita).post(f"{link}accept/")

    assert (page.status_code, posted.status_code) == (403, 403)
    assert "This link is Sam de Wit’s, and you are signed in as Rita Kok." in page.content.decode()
    assert everything() == before
    assert client_of(sam).get(link).status_code == 200


def test_the_address_stays_out_of_caches_search_engines_and_other_sites(link, phone):
    for path in (link, "/now/nonsense/"):
        page = phone.get(path)
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        # no-referrer would make browsers post with the origin "null", which the check against forgery refuses
        assert page.headers["Referrer-Policy"] == "same-origin"


def test_who_tries_too_often_waits(link, phone):
    answers = [phone.get("/now/nonsense/").status_code for _ in range(A_MINUTE + 1)]

    assert answers == [410] * A_MINUTE + [429]
    assert phone.get(link).status_code == 429


def test_the_mail_carries_the_persons_own_link_and_the_inbox_the_ordinary_one(handoff, client_of, clock_shows, sam, at):
    Handoff.objects.update(talking_points="Ask about the second hub.", why="Asked for a demo.")
    clock_shows(at + MINUTE)
    drain()

    mail = KeptMail.objects.get(address="sam@acme.test")
    assert "Why now: Asked for a demo." in mail.text
    assert "Say: Ask about the second hub." in mail.text
    link = re.search(r"/now/\S+/", mail.text)[0]
    assert Client().get(link).status_code == 200
    inbox = client_of(sam).post(f"/notifications/{sam.notices.get().pk}/open/")
    assert inbox.headers["Location"] == f"/handoffs/{handoff.pk}/now/"


def test_a_mail_that_has_to_be_sent_once_more_says_the_same(handoff, at):
    """Under the same Message-ID: whoever gets it twice must be able to tell."""
    told = Delivery.objects.filter(kind="leads.handed_over", channel="email", user__email="sam@acme.test")
    [first] = told.claim(channel="email", at=at + MINUTE, limit=9)
    [again] = told.claim(channel="email", at=at + 9 * MINUTE, limit=9)

    assert (first.attempts, again.attempts) == (1, 2)
    assert compose(again).body == compose(first).body
    assert re.search(r"/now/\S+/", compose(again).body)


def test_nobody_elses_delivery_carries_a_signed_link(handoff, at):
    """A channel of Slack is read by many, and a webhook by programs."""
    for delivery in Delivery.objects.filter(kind="leads.handed_over"):
        [said] = said_by(delivery)
        assert said.link.startswith("/now/") == (delivery.channel == "email")


def test_the_small_page_for_who_is_signed_in_posts_to_the_usual_verbs(handoff, client_of, clock_shows, sam, nora, at):
    clock_shows(at + MINUTE)
    page = client_of(sam).get(f"/handoffs/{handoff.pk}/now/").content.decode()
    heads = client_of(nora).get(f"/handoffs/{handoff.pk}/now/").content.decode()

    assert f'action="/handoffs/{handoff.pk}/accept/"' in page
    assert "reroute" not in page
    assert f'action="/handoffs/{handoff.pk}/reroute/"' in heads
