"""What people say to each other beside a lead."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from accounts.models import User
from common.errors import Incomplete, NotAllowed
from leads.intake import receive
from leads.models import Lead
from notifications import threads
from notifications.kinds import kind
from notifications.models import Comment, Delivery, Heartbeat

Clients = Callable[[User], Client]


@pytest.fixture
def lead(maya: User, at: datetime) -> Lead:
    return receive({"email": "jane.doe@acme.example", "first_name": "Jane", "last_name": "Doe"}, by=maya, at=at)


@pytest.fixture
def post_to(lead: Lead) -> str:
    return f"/comments/{ContentType.objects.get_for_model(Lead).pk}/{lead.pk}/"


def mentioned() -> set[str]:
    return set(Delivery.objects.filter(kind="comment.mention").values_list("user__email", flat=True))


def test_a_thread_reads_from_the_first_remark_to_the_last(lead: Lead, maya: User, sam: User, at: datetime) -> None:
    threads.post(lead, "Came by the webinar.", by=maya, at=at)
    threads.post(lead, "I call **today**.", by=sam, at=at)

    thread = threads.thread_on(lead)
    assert [(comment.author, comment.text) for comment in thread.comments] == [
        (maya, "Came by the webinar."),
        (sam, "I call **today**."),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@sam look at this", {"sam@acme.test"}),
        ("ask @Rita, or @nora.", {"rita@acme.test", "nora@acme.test"}),
        ("write to sam@acme.test or @nobody", set()),
        ("@maya to myself", set()),
        ("@Sa is nobody's name", set()),
    ],
)
def test_whoever_is_mentioned_is_told(
    lead: Lead, maya: User, sam: User, rita: User, nora: User, at: datetime, text: str, told: set[str]
) -> None:
    threads.post(lead, text, by=maya, at=at)

    assert mentioned() == told


def test_of_two_with_the_same_first_name_both_are_told(lead: Lead, maya: User, sam: User, at: datetime) -> None:
    User.objects.create_user("samantha@acme.test", name="Sam Hoek", roles=["rep"])
    threads.post(lead, "@sam?", by=maya, at=at)

    assert mentioned() == {"sam@acme.test", "samantha@acme.test"}


def test_the_notice_leads_to_the_remark(lead: Lead, maya: User, sam: User, at: datetime) -> None:
    comment = threads.post(lead, "@sam look at this", by=maya, at=at)

    rendered = kind("comment.mention").render({"comment": comment.pk})
    assert rendered.subject == "Maya Peters mentioned you on Jane Doe"
    assert rendered.link == f"/leads/{lead.pk}/#comment-{comment.pk}"


def test_a_mention_on_what_is_gone_is_not_told(lead: Lead, maya: User, sam: User, at: datetime) -> None:
    comment = threads.post(lead, "@sam look at this", by=maya, at=at)
    Comment.objects.filter(pk=comment.pk).update(object_id=0)

    assert not kind("comment.mention").still_relevant({"comment": comment.pk})


@pytest.mark.parametrize("text", ["", "   \n", "x" * 10_001])
def test_nothing_and_too_much_are_refused(lead: Lead, maya: User, at: datetime, text: str) -> None:
    with pytest.raises(Incomplete, match="Write something, in at most 10,000 characters"):
        threads.post(lead, text, by=maya, at=at)
    assert not Comment.objects.exists()


def test_an_outsider_says_nothing(lead: Lead, otto: User, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        threads.post(lead, "Hello", by=otto, at=at)
    assert not Comment.objects.exists()


def test_the_page_comes_back_to_the_remark(post_to: str, lead: Lead, sam: User, client_of: Clients) -> None:
    answer = client_of(sam).post(post_to, {"text": "I call today."})

    comment = Comment.objects.get()
    assert answer.headers["Location"] == f"/leads/{lead.pk}/#comment-{comment.pk}"


def test_in_place_the_thread_comes_back_and_is_safe_to_show(
    post_to: str, sam: User, client_of: Clients, at: datetime
) -> None:
    Heartbeat.objects.beat(at=at)
    text = "**Bold** <script>alert(1)</script> [x](javascript:alert(2))"
    answer = client_of(sam).post(post_to, {"text": text}, headers={"HX-Request": "true"})

    html = answer.content.decode()
    assert "<strong>Bold</strong>" in html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert html.lstrip().startswith('<section class="stack" id="thread"')


def test_what_has_no_door_has_no_thread(sam: User, client_of: Clients) -> None:
    session = ContentType.objects.get(app_label="sessions", model="session")
    team = ContentType.objects.get(app_label="accounts", model="team")

    for content_type in (session.pk, team.pk, 0):
        assert client_of(sam).post(f"/comments/{content_type}/1/", {"text": "Hello"}).status_code == 404
    assert not Comment.objects.exists()


def test_a_lead_that_is_not_there_has_no_thread(post_to: str, lead: Lead, sam: User, client_of: Clients) -> None:
    nowhere = post_to.replace(f"/{lead.pk}/", "/0/")

    assert client_of(sam).post(nowhere, {"text": "Hello"}).status_code == 404
    assert not Comment.objects.exists()
