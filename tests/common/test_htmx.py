"""What a verb says reaches the reader, whether the page changes in place or is loaded anew."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from common.badges import badge

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.common.gallery")]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?stage=mql"}


@pytest.fixture
def client(client_of: Callable[[User], Client], sam: User) -> Client:
    return client_of(sam)


def test_a_refusal_is_a_page_with_the_sentence_and_the_way_back(client: Client) -> None:
    response = client.post("/gallery/return/", headers={"Referer": "http://testserver/queue/?stage=mql"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Priya Raman has moved on since you opened her." in page
    assert "Nothing was changed." in page
    assert 'href="/queue/?stage=mql"' in page


def test_a_refusal_never_leads_back_to_a_foreign_site(client: Client) -> None:
    response = client.post("/gallery/return/", headers={"Referer": "https://elsewhere.example/queue/"})
    assert 'class="btn go" href="/"' in response.content.decode()


def test_on_a_page_that_is_open_a_refusal_is_a_toast_and_nothing_is_swapped(client: Client) -> None:
    response = client.post("/gallery/return/", headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 409
    assert (response.headers["HX-Reswap"], response.headers["HX-Trigger"]) == ("none", "refused")
    assert 'hx-swap-oob="beforeend:#toasts"' in html
    assert "Priya Raman has moved on since you opened her." in html
    assert "<html" not in html


def test_a_part_that_cannot_be_read_says_so_and_is_not_asked_for_again_by_the_page(client: Client) -> None:
    response = client.get("/gallery/return/", headers=HTMX)
    assert (response.status_code, response.headers["HX-Reswap"]) == (409, "none")
    assert "HX-Trigger" not in response.headers
    assert 'hx-swap-oob="beforeend:#toasts"' in response.text


def test_what_is_gone_is_a_toast_too_and_never_a_page_in_a_page(client: Client) -> None:
    response = client.get("/gallery/nothing/", headers=HTMX)
    assert response.status_code == 404
    assert (response.headers["HX-Reswap"], response.headers["HX-Trigger"]) == ("none", "refused")
    assert "<html" not in response.content.decode()


def test_a_part_brings_its_toast_and_the_undo_leads_back_to_the_page(client: Client) -> None:
    html = client.post("/gallery/accept/", headers=HTMX).content.decode()
    assert html.startswith("<p>Accepted.</p>")
    assert "Priya Raman is yours." in html
    assert 'action="/gallery/undo/"' in html
    assert 'name="next" value="/queue/?stage=mql"' in html


def test_without_script_the_toast_waits_for_the_next_page_and_is_said_once(client: Client) -> None:
    page = client.post("/gallery/accept/", follow=True).content.decode()
    assert page.count("Priya Raman is yours.") == 1
    assert "Priya Raman is yours." not in client.get("/gallery/").content.decode()


@pytest.mark.parametrize(
    ("next_page", "target"),
    [
        ("/queue/", "/queue/"),
        ("https://elsewhere.example/", "/gallery/"),
        ("//elsewhere.example", "/gallery/"),
        ("", "/gallery/"),
    ],
)
def test_the_way_back_stays_on_this_site(client: Client, next_page: str, target: str) -> None:
    assert client.post("/gallery/undo/", {"next": next_page}).headers["Location"] == target


def test_the_same_view_answers_with_a_part_or_a_page(client: Client) -> None:
    assert "<html" in client.get("/gallery/look/").content.decode()
    assert "<html" not in client.get("/gallery/look/", headers=HTMX).content.decode()
    assert "<html" in client.get("/gallery/look/", headers=HTMX | {"HX-Boosted": "true"}).content.decode()


def test_the_menu_shows_the_pages_that_exist_and_marks_the_one_that_is_open(client: Client) -> None:
    page = client.get("/settings/").content.decode()
    assert '<a href="/settings/" aria-current="page">Settings' in page
    assert page.count('aria-current="page"') == 1


def test_an_app_puts_a_word_beside_its_entry(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.badges._badges", {})
    badge("settings")(lambda user: f"for {user.short_name}")
    assert "<small>for Sam</small>" in client.get("/settings/").content.decode()
