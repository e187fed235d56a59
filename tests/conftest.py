"""The fixed cast every test plays with, the moment it plays at, and the clock that shows it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client

from accounts.access import Role, Side
from accounts.models import Team, User, WorkCalendar
from tests import clocks
from tests.builders import AMSTERDAM, a_person

pytest_plugins = ["tests.gaps"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let every connection know what an installation starts with, for a committing test has to put it back.

    A browser leaves an event loop running in the tests' thread, and there Django makes itself another connection.
    """
    if hasattr(connection, "_test_serialized_contents"):
        type(connection.copy())._test_serialized_contents = connection._test_serialized_contents


@pytest.fixture
def at() -> datetime:
    """Wednesday 11 March 2026, ten in the morning in Amsterdam: a working day, the desks open for an hour."""
    return datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _our_own_post(settings) -> None:
    """Mail takes the way it takes in the product; the test runner would put another in its place."""
    settings.EMAIL_BACKEND = "notifications.mail.OutboxBackend"


@pytest.fixture
def clock_shows(db) -> Iterator[Callable[[datetime], object]]:
    """Move the database's clock, as this connection sees it: `clock_shows(at)`; it runs on from there."""
    yield clocks.show
    clocks.run_on()


@pytest.fixture
def all_clocks_show(transactional_db) -> Iterator[Callable[[datetime], None]]:
    """Move the database's clock for workers and web too, whatever connection they come by."""
    yield clocks.show_all
    clocks.run_on_all()


@pytest.fixture
def calendar(db) -> WorkCalendar:
    """Monday to Friday, 09:00 to 17:30 in Amsterdam; no holidays."""
    return WorkCalendar.objects.create(name="Office", zone=AMSTERDAM)


@pytest.fixture
def marketing_team(calendar: WorkCalendar) -> Team:
    return Team.objects.create(name="Marketing", side=Side.MARKETING, calendar=calendar)


@pytest.fixture
def sales_team(calendar: WorkCalendar) -> Team:
    return Team.objects.create(name="Sales", side=Side.SALES, calendar=calendar)


@pytest.fixture
def maya(marketing_team: Team) -> User:
    """A marketer."""
    return a_person("Maya Peters", Role.MARKETER, team=marketing_team)


@pytest.fixture
def theo(marketing_team: Team) -> User:
    """The head of marketing, who signs for that side."""
    return a_person("Theo Blom", Role.HEAD_OF_MARKETING, team=marketing_team)


@pytest.fixture
def sam(sales_team: Team) -> User:
    """A sales rep."""
    return a_person("Sam de Wit", Role.REP, team=sales_team)


@pytest.fixture
def rita(sales_team: Team) -> User:
    """Another sales rep, of the same team."""
    return a_person("Rita Kok", Role.REP, team=sales_team)


@pytest.fixture
def nora(sales_team: Team) -> User:
    """The head of sales, who signs for that side."""
    return a_person("Nora Vos", Role.HEAD_OF_SALES, team=sales_team)


@pytest.fixture
def ada(db) -> User:
    """The admin, who belongs to no side."""
    return a_person("Ada Smit", Role.ADMIN)


@pytest.fixture
def otto(db) -> User:
    """The outsider: an account with no role."""
    return a_person("Otto Bos")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A signed-in browser: `client_of(sam).get("/queue/")`."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.PasswordBackend")
        return client

    return sign_in
