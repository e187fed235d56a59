"""A change is asked for beside the clause it is about, answered there, and stays until it is settled."""

from datetime import timedelta

import pytest

from common.errors import Incomplete, NotAllowed, Refused
from notifications.models import Delivery
from sla.models import Agreement, ClauseRequest

HOUR = timedelta(hours=1)


@pytest.fixture
def proposed(theo, nora, sam, at) -> Agreement:
    """The product's own proposal, as Theo proposed it."""
    return Agreement.objects.draft_from(None, by=theo, at=at).propose(by=theo, at=at)


@pytest.fixture
def asked(proposed, nora, at) -> ClauseRequest:
    return ClauseRequest.objects.ask(proposed, "Four, not eight.", clause="first_attempt_attainment", by=nora, at=at)


def told(kind: str) -> list[str]:
    """Who is told of this in their inbox."""
    rows = Delivery.objects.filter(kind=kind, channel="inapp").order_by("user__name")
    return list(rows.values_list("user__name", flat=True))


def test_whoever_proposed_it_is_told_of_the_clause_and_the_wish(asked):
    assert told("sla.change_asked") == ["Theo Blom"]
    assert str(asked) == "First attempt or return within 8 working hours: Four, not eight."
    assert asked.get_absolute_url() == f"/sla/agreement/1/#asked-{asked.pk}"


def test_it_stands_beside_its_clause(asked, client_of, theo):
    page = client_of(theo).get("/sla/agreement/1/").content.decode()

    assert page.index("First attempt or return within 8") < page.index("Four, not eight.") < page.index("Hot leads")


def test_a_rep_asks_about_a_section_in_the_browser(proposed, client_of, sam):
    answer = client_of(sam).post("/sla/agreement/1/asked/", {"clause": "talking", "text": "By phone."})

    asked = ClauseRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/sla/agreement/1/#asked-{asked.pk}")
    assert str(asked) == "How we talk: By phone."


def test_it_follows_into_the_next_draft_until_a_head_settles_it(asked, proposed, client_of, theo, nora, at):
    asked.reply("Four on weekdays?", by=theo, at=at + HOUR)
    proposed.decline(by=nora, because="", at=at + HOUR)
    assert proposed.revision.declined_because == str(asked)
    draft = Agreement.objects.draft_from(proposed, by=theo, at=at + 2 * HOUR)

    page = client_of(theo).get("/sla/agreement/2/").content.decode()
    assert "Four, not eight." in page
    assert "Four on weekdays?" in page
    assert told("sla.change_answered") == ["Nora Vos"]

    client_of(theo).post(f"/sla/agreement/2/asked/{asked.pk}/settle/")
    assert ClauseRequest.objects.beside(draft) == []
    with pytest.raises(Refused):
        asked.settle(by=nora, at=at + 3 * HOUR)


def test_only_what_waits_for_signatures_is_asked_about(theo, sam, at):
    draft = Agreement.objects.draft_from(None, by=theo, at=at)

    with pytest.raises(Refused):
        ClauseRequest.objects.ask(draft, "Shorter.", clause="talking", by=sam, at=at)
    assert not ClauseRequest.objects.exists()


def test_there_is_no_clause_of_that_name_and_nothing_to_say(proposed, sam, at):
    for clause, text in (("nonsense", "Shorter."), ("talking", "  ")):
        with pytest.raises(Incomplete):
            ClauseRequest.objects.ask(proposed, text, clause=clause, by=sam, at=at)
    assert not ClauseRequest.objects.exists()
    assert told("sla.change_asked") == []


def test_reps_do_not_settle(asked, sam, at):
    with pytest.raises(NotAllowed):
        asked.settle(by=sam, at=at)
    asked.refresh_from_db()
    assert asked.settled_at is None
