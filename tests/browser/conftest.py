"""A real browser on a real server. A page that logs an error, throws, or breaks its own policy fails its test."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from accounts.models import User
from common import wake
from tests.gaps import chromium
from tests.processes import Running, start_beat, start_broker, start_worker

# Playwright keeps an event loop in this thread, which Django would take for asynchronous code of ours.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
# The browser, and htmx, log each answer that refuses; a test that provokes one looks at the page for what it says.
LOGGED = ("Failed to load resource: the server responded with a status of", "Response Status Error Code")
REFUSALS = tuple(f"{said} {n}" for said in LOGGED for n in (403, 409, 422, 429))

# Milliseconds, and many: what does not come at all fails its test, what a slow machine takes its time for does not.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

HERE = Path(__file__).parent
SCREENSHOTS = Path(settings.BASE_DIR) / "var" / "screenshots"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()
        with django_db_blocker.unblock():  # beside the event loop Django had a connection of its own
            connections.close_all()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What pages have complained of, in the console or by throwing; what stands here in the end fails the test."""
    complaints: list[str] = []
    yield complaints
    assert not complaints, "the page complained:\n" + "\n".join(complaints)


@pytest.fixture
def new_page(
    browser: Browser, live_server, django_db_serialized_rollback, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """Open a window with cookies of its own: `new_page(width=375, scheme="dark")`. Addresses may be paths."""
    contexts = []

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REFUSALS):
            complaints.append(f"{message.text} ({message.location.get('url')})")

    def open_window(*, width: int = 1360, height: int = 900, scheme: str = "light", **options: object) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A desktop window on the live server, signed in as nobody."""
    return new_page()


@pytest.fixture
def sign_in(live_server) -> Callable[[Page, User], Page]:
    """Sign somebody in without the form, which has a test of its own: `sign_in(page, sam).goto("/queue/")`."""

    def with_a_session(page: Page, user: User) -> Page:
        client = Client()
        client.force_login(user, backend="accounts.backends.PasswordBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return page

    return with_a_session


@pytest.fixture
def workers(transactional_db, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A real worker at work on what the pages ask for, woken by a broker and by a beat in a hurry."""
    settings.MEDIA_ROOT = tmp_path / "media"
    broker, settings.CELERY_BROKER_URL = start_broker(tmp_path / "broker")
    monkeypatch.setattr(wake, "_broker", None)
    monkeypatch.setattr(wake, "_silent_until", 0.0)
    with ExitStack() as running:
        running.callback(broker.kill)
        worker = start_worker(tmp_path, settings.CELERY_BROKER_URL)
        running.callback(worker.kill)
        beat = start_beat(tmp_path, settings.CELERY_BROKER_URL, app="tests.hurried")
        running.callback(beat.kill)
        yield worker


@pytest.fixture
def screenshot() -> Callable[[Page, str], Path]:
    """Keep a picture of the whole page in var/screenshots: `screenshot(page, "queue-dark")`."""

    def take(page: Page, name: str) -> Path:
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
