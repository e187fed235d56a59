"""Content requests: anybody says what is missing; marketing accepts, asks back, delivers or says why not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Content, ContentRequest, RequestEvent
from common.errors import Incomplete, NotAllowed, Refused
from leads.merge import merge
from leads.models import Lead
from notifications.models import Delivery
from notifications.things import handle_of
from tests.asked import queries_asked
from tests.builders import a_lead, a_persona, everything

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


@pytest.fixture
def asked(sam, maya, at) -> ContentRequest:
    """Sam misses a page on tolls."""
    return ContentRequest.objects.ask("A page on tolls", why="Three calls this week.", by=sam, at=at)


def told(person, kind: str) -> list[int]:
    """The events that a person is told of, by a kind of notice."""
    waiting = Delivery.objects.filter(user=person, kind=kind, channel="inapp").order_by("pk")
    return [each.content["event"] for each in waiting]


def verbs(asked: ContentRequest) -> list[str]:
    return [event.verb for event in asked.events.standing().order_by("pk")]


def test_what_is_missing_is_asked_for_and_all_of_marketing_is_told(sam, maya, theo, nora, at):
    asked = ContentRequest.objects.ask(
        " A page on tolls ", objection="Tolls eat the gain", buying_stage="decision", by=sam, at=at
    )
    assert (asked.what, asked.state, asked.asked_by, asked.answered_at) == ("A page on tolls", "asked", sam, None)
    [event] = asked.events.all()
    assert (event.verb, event.by, event.at) == ("ask", sam, at)
    assert told(maya, "request.asked") == told(theo, "request.asked") == [event.pk]
    assert told(sam, "request.asked") == told(nora, "request.asked") == []


def test_marketing_takes_it_on_and_delivers_a_piece_of_the_library(asked, sam, maya, at):
    guide = Content.objects.add(by=maya, title="Tolls in Germany", kind="guide", url="https://acme.test/tolls")
    asked.accept(by=maya, at=at + HOUR)
    assert (asked.state, asked.taken_by, asked.answered_at) == ("accepted", maya, at + HOUR)
    asked.deliver(content=guide, words="Page 4 is the one.", by=maya, at=at + 3 * HOUR)
    assert (asked.state, asked.content, asked.answered_at) == ("delivered", guide, at + HOUR)
    assert verbs(asked) == ["ask", "accept", "deliver"]
    assert told(sam, "request.answered") == list(asked.events.order_by("pk").values_list("pk", flat=True))[1:]


def test_marketing_says_why_not_and_may_think_better_of_it(asked, maya, theo, at):
    asked.decline(" The guide has it. ", by=maya, at=at + HOUR)
    assert (asked.state, asked.declined_because) == ("declined", "The guide has it.")
    asked.accept(by=theo, at=at + 9 * HOUR)
    assert (asked.state, asked.declined_because, asked.taken_by) == ("accepted", "", theo)
    assert asked.answered_at == at + HOUR


def test_marketing_asks_back_and_the_reply_puts_it_where_it_was(asked, sam, maya, at):
    asked.ask_back("Which country?", by=maya, at=at + HOUR)
    assert (asked.state, asked.stopped_at, asked.answered_at) == ("asked_back", at + HOUR, None)
    asked.reply("Germany.", by=sam, at=at + 2 * HOUR)
    assert (asked.state, asked.stopped_at) == ("asked", None)
    assert [event.words for event in asked.events.order_by("pk")] == ["", "Which country?", "Germany."]
    reply = asked.events.get(verb="reply")
    assert told(maya, "request.asked")[-1] == reply.pk


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda asked, by, at: asked.decline("  ", by=by, at=at), "because"),
        (lambda asked, by, at: asked.ask_back("", by=by, at=at), "question"),
        (lambda asked, by, at: asked.deliver(by=by, at=at), "content"),
        (lambda asked, by, at: asked.deliver(url="javascript:alert(1)", by=by, at=at), "url"),
        (lambda asked, by, at: asked.decline("x" * 2001, by=by, at=at), "because"),
    ],
)
def test_an_answer_that_says_nothing_is_asked_for_again_and_changes_nothing(asked, maya, at, act, field):
    kept = everything("campaigns", "notifications")
    with pytest.raises(Incomplete) as caught:
        act(asked, maya, at + HOUR)
    assert caught.value.field == field
    assert everything("campaigns", "notifications") == kept


def test_of_two_marketers_the_second_is_told_what_the_first_did(asked, maya, theo, at):
    same = ContentRequest.objects.get(pk=asked.pk)
    asked.decline("No time this quarter.", by=maya, at=at + HOUR)
    kept = everything("campaigns", "notifications")
    with pytest.raises(Refused, match="has moved on"):
        same.accept(by=theo, at=at + HOUR + MINUTE)
    assert everything("campaigns", "notifications") == kept


@pytest.mark.parametrize("verb", ["accept", "ask_back", "decline", "reply", "withdraw"])
def test_what_was_withdrawn_goes_nowhere_else(asked, sam, maya, at, verb):
    asked.withdraw(by=sam, at=at + HOUR)
    words = {"ask_back": ["Why?"], "decline": ["No."], "reply": ["Yes."]}.get(verb, [])
    by = sam if verb in ("reply", "withdraw") else maya
    with pytest.raises(Refused, match="has moved on"):
        getattr(asked, verb)(*words, by=by, at=at + 2 * HOUR)
    assert (asked.state, verbs(asked)) == ("withdrawn", ["ask", "withdraw"])


def test_sales_answers_no_request_and_nobody_withdraws_anothers(asked, sam, rita, nora, maya, at):
    for act in (
        lambda: asked.accept(by=nora, at=at),
        lambda: asked.decline("No.", by=sam, at=at),
        lambda: asked.deliver(words="Here.", by=rita, at=at),
        lambda: asked.ask_back("Which?", by=nora, at=at),
        lambda: asked.withdraw(by=rita, at=at),
        lambda: asked.withdraw(by=maya, at=at),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert verbs(asked) == ["ask"]


def test_ones_own_last_step_is_taken_back_within_a_quarter_of_an_hour(asked, sam, maya, theo, at):
    asked.decline("Not now.", by=maya, at=at + HOUR)
    with pytest.raises(Refused):
        asked.undo(by=theo, at=at + HOUR + MINUTE)
    with pytest.raises(Refused):
        asked.undo(by=maya, at=at + HOUR + 16 * MINUTE)
    asked.undo(by=maya, at=at + HOUR + 15 * MINUTE)
    assert (asked.state, asked.answered_at, asked.declined_because) == ("asked", None, "")
    assert (verbs(asked), asked.events.count()) == (["ask"], 2)
    with pytest.raises(Refused):
        asked.undo(by=maya, at=at + HOUR + 15 * MINUTE)


def test_an_undone_answer_puts_back_the_one_before_it(asked, maya, at):
    asked.accept(by=maya, at=at + HOUR)
    assert not asked.can("ask_back")
    asked.deliver(url="https://acme.test/tolls", by=maya, at=at + 2 * HOUR)
    asked.undo(by=maya, at=at + 2 * HOUR + MINUTE)
    assert (asked.state, asked.url, asked.answered_at, asked.taken_by) == ("accepted", "", at + HOUR, maya)


def test_who_asked_cannot_take_the_question_back_but_withdraws_it(asked, sam, at):
    with pytest.raises(Refused):
        asked.undo(by=sam, at=at + MINUTE)
    asked.withdraw(by=sam, at=at + HOUR)
    asked.undo(by=sam, at=at + HOUR + MINUTE)
    assert asked.state == "asked"


def test_the_database_holds_the_line(asked, at):
    for wrong in (
        {"state": "lost"},
        {"state": "declined", "answered_at": at},
        {"state": "accepted"},
        {"state": "asked_back"},
        {"stopped_at": at},
        {"what": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContentRequest.objects.filter(pk=asked.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestEvent.objects.filter(request=asked).update(verb="forget")


def test_what_was_asked_for_a_double_was_asked_for_the_person(now, sam, maya, at):
    older, younger = a_lead(at=at - HOUR), a_lead(at=at)
    asked = ContentRequest.objects.ask("An example from food", about=younger, by=sam, at=at)
    merge(older, younger, by=maya, at=at)
    asked = ContentRequest.objects.get(pk=asked.pk)
    assert asked.about == older


# The pages


def test_a_rep_asks_from_the_page_of_a_lead_and_finds_it_there(now, sam, maya, client_of, at):
    lead = a_lead(at=at - HOUR)
    client = client_of(sam)
    link = f"/content/requests/new/?about={handle_of(lead)}"
    assert link in client.get(lead.get_absolute_url()).text
    assert str(lead) in client.get(link).text
    client.post(link, {"what": "An example from food", "why": "They ask for one."})
    asked = ContentRequest.objects.get()
    assert (asked.about, asked.asked_by) == (lead, sam)
    assert "An example from food" in client.get(lead.get_absolute_url()).text
    assert str(lead) in client_of(maya).get("/content/requests/").text


def test_what_cannot_be_asked_about_is_not_found(now, sam, client_of):
    client = client_of(sam)
    for handle in ("x", "1-", "999999-1", "1-1", f"{handle_of(Lead(pk=987654))}"):
        assert client.get("/content/requests/new/", {"about": handle}).status_code == 404
        assert client.post(f"/content/requests/new/?about={handle}", {"what": "A page"}).status_code == 404
    assert ContentRequest.objects.count() == 0


def test_without_words_it_is_asked_again(now, sam, client_of):
    answer = client_of(sam).post("/content/requests/new/", {"what": " ", "why": "For a call."})
    assert (answer.status_code, "For a call." in answer.text, ContentRequest.objects.count()) == (422, True, 0)


def test_marketing_answers_on_the_page_and_a_slip_is_undone(now, asked, maya, sam, client_of):
    client, url = client_of(maya), asked.get_absolute_url()
    assert client.post(f"{url}decline/", {"because": ""}).status_code == 422
    assert client.post(f"{url}decline/", {"because": "We have one."}).status_code == 302
    page = client.get(url).text
    assert "We have one." in page
    assert "/undo/" in page
    client.post(f"{url}undo/")
    client.post(f"{url}ask-back/", {"question": "Which country?"})
    assert "Which country?" in client_of(sam).get(url).text
    client_of(sam).post(f"{url}reply/", {"words": "Germany."})
    client.post(f"{url}accept/")
    client.post(f"{url}deliver/", {"url": "https://acme.test/tolls", "words": "Page 4."})
    asked.refresh_from_db()
    assert (asked.state, asked.url) == ("delivered", "https://acme.test/tolls")
    page = client_of(sam).get(url).text
    assert "Here it is" in page
    assert page.count("Page 4.") == 1


def test_a_new_piece_goes_into_the_library_and_to_who_asked_in_one(now, asked, maya, sam, client_of, at):
    persona = a_persona("Fleet manager", maya=maya, sam=sam, at=at).persona
    ContentRequest.objects.filter(pk=asked.pk).update(persona=persona, buying_stage="decision")
    client, link = client_of(maya), f"/content/new/?request={asked.pk}"
    form = client.get(link).context["form"]
    assert (form["title"].value(), form["persona"].value()) == ("A page on tolls", persona.pk)
    given = {"title": "Tolls in Germany", "kind": "guide", "persona": persona.pk, "buying_stage": "decision"}
    assert client.post(link, given).url == asked.get_absolute_url()
    asked.refresh_from_db()
    piece = Content.objects.get()
    assert (asked.state, asked.content, piece.persona) == ("delivered", piece, persona)
    assert "A page on tolls" in client_of(sam).get(piece.get_absolute_url()).text


def test_the_list_shows_what_waits_and_is_narrowed(now, sam, rita, maya, client_of, at):
    persona = a_persona("Fleet manager", maya=maya, sam=sam, at=at).persona
    first = ContentRequest.objects.ask("A page on tolls", persona=persona, by=sam, at=at - 2 * HOUR)
    second = ContentRequest.objects.ask("A story", objection="Nobody like us", buying_stage="decision", by=rita, at=at)
    over = ContentRequest.objects.ask("A calculator", by=sam, at=at - HOUR)
    over.decline("Not this year.", by=maya, at=at)

    def rows(person, **query):
        return [each.what for each in client_of(person).get("/content/requests/", query).context["rows"]]

    assert rows(sam) == [first.what, second.what]
    assert rows(sam, show="mine") == [over.what, first.what]
    assert rows(sam, show="done") == [over.what]
    assert rows(sam, q="LIKE US") == [second.what]
    assert rows(sam, persona=persona.pk) == [first.what]
    assert rows(sam, stage="decision", show="nonsense") == [second.what]
    assert "No request like that" in client_of(sam).get("/content/requests/", {"q": "zzz"}).text


def test_empty_lists_teach(now, sam, client_of):
    client = client_of(sam)
    assert "Nothing is asked for" in client.get("/content/requests/").text
    assert "You have asked for nothing yet" in client.get("/content/requests/", {"show": "mine"}).text


def test_the_menu_counts_what_waits_for_the_reader(now, asked, sam, nora, maya, client_of, at):
    def badge(person):
        groups = client_of(person).get("/content/").context["navigation"]()
        return next(entry.badge for group in groups for entry in group.entries if entry.label == "Content")

    assert (badge(maya), badge(sam), badge(nora)) == ("1", "", "")
    asked.ask_back("Which country?", by=maya, at=at)
    assert (badge(maya), badge(sam)) == ("", "1")


def test_more_requests_ask_the_database_no_more(now, sam, maya, client_of, at):
    client = client_of(maya)
    ContentRequest.objects.ask("One", about=a_lead(at=at), by=sam, at=at)
    client.get("/content/requests/")
    with queries_asked() as few:
        client.get("/content/requests/")
    for number in range(10):
        ContentRequest.objects.ask(f"Piece {number}", about=a_lead(at=at), by=sam, at=at)
    with queries_asked() as many:
        assert len(client.get("/content/requests/").context["rows"]) == 11
    assert len(many) == len(few)


def test_the_library_is_found_by_whom_it_is_for(now, sam, maya, client_of, at):
    persona = a_persona("Fleet manager", maya=maya, sam=sam, at=at).persona
    Content.objects.add(by=maya, title="Tolls", kind="guide", persona=persona, buying_stage="decision")
    Content.objects.add(by=maya, title="Empty miles", kind="webinar", buying_stage="awareness")

    def rows(**query):
        return [each.title for each, _ in client_of(sam).get("/content/", query).context["rows"]]

    assert rows() == ["Empty miles", "Tolls"]
    assert rows(persona=persona.pk) == rows(stage="decision") == rows(kind="guide") == ["Tolls"]
    assert rows(kind="webinar", stage="decision") == []
    assert rows(kind="nonsense", persona="x") == ["Empty miles", "Tolls"]
