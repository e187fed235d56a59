from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from accounts.models import User
from notifications.models import Channel, Endpoint
from notifications.outbox import tell
from tests.notifications.greeting import GREETING, HOT
from tests.notifications.http_server import Receiver
from tests.notifications.smtp_server import SmtpServer


@pytest.fixture
def mail_server(settings) -> Iterator[SmtpServer]:
    """A real mail server, and settings that name it."""
    with SmtpServer() as server:
        settings.DEMO = False
        settings.EMAIL_SERVER = {"host": "127.0.0.1", "port": server.port, "timeout": 10}
        yield server


@pytest.fixture
def greet(at: datetime, db) -> Callable[..., None]:
    """`greet(sam)` tells somebody a greeting; more ids, a moment or another kind may be given."""

    def greet(
        *people: User, kind: str = GREETING.key, key: str = "hello", moment: datetime = at, **ids: object
    ) -> None:
        tell(people, kind, {"name": "you"} | ids, key=key, at=moment)

    return greet


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A real program that listens, and settings that open the way to it."""
    with Receiver() as server:
        settings.INTERNAL_RECEIVERS = [server.place]
        yield server


@pytest.fixture
def listens(receiver: Receiver, ada: User, at: datetime) -> Endpoint:
    """A webhook that is told of every greeting that cannot wait."""
    told = {"name": "CRM", "url": receiver.url, "told": [HOT.key]}
    return Endpoint.objects.set_up(Channel.WEBHOOK, **told, by=ada, at=at)


@pytest.fixture
def slack(receiver: Receiver, ada: User, at: datetime) -> Endpoint:
    return Endpoint.objects.set_up(Channel.SLACK, name="Slack", url=receiver.url, told=[], by=ada, at=at)
