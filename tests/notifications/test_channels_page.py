"""The admins' page of Slack and webhooks."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import User
from notifications.channels.webhook import sign
from notifications.models import Delivery, Endpoint
from notifications.tasks import deliver
from tests.notifications.greeting import HOT
from tests.notifications.http_server import Receiver

Clients = Callable[[User], Client]
SECRET_PART = "T0PSECRET"


@pytest.fixture(autouse=True)
def _it_is(clock_shows, at: datetime) -> None:
    clock_shows(at)


@pytest.fixture
def admin(ada: User, client_of: Clients) -> Client:
    return client_of(ada)


def test_the_secret_is_shown_once_and_the_address_never(admin: Client, receiver: Receiver) -> None:
    sent = {"name": "CRM", "url": f"{receiver.url}&{SECRET_PART}", "told": [HOT.key]}
    made = admin.post("/settings/channels/webhook/", sent)
    endpoint = Endpoint.objects.get()
    secret = "whsec_" + base64.b64encode(endpoint.key).decode()

    assert made.status_code == 201
    assert secret in made.content.decode()
    for path in ("/settings/channels/", f"/settings/channels/{endpoint.pk}/"):
        page = admin.get(path).content.decode()
        assert "CRM" in page
        assert secret not in page
        assert SECRET_PART not in page


def test_the_key_stands_nowhere_in_the_database(listens: Endpoint, settings) -> None:
    key = listens.key
    settings.TOKEN_PEPPER = "another pepper"

    assert key != Endpoint.objects.get().key


def test_a_test_tells_the_true_answer(admin: Client, receiver: Receiver, listens: Endpoint, settings) -> None:
    def tried() -> str:
        return admin.post(f"/settings/channels/{listens.pk}/try/", follow=True).content.decode()

    receiver.will_answer(404, b"no_team")
    assert "It was not taken. It answered 404: no_team" in tried()
    assert "It arrived. It answered 200: ok" in tried()
    message = receiver.taken[1]
    assert message.headers["webhook-signature"] == sign(
        listens.key,
        message_id=message.headers["webhook-id"],
        timestamp=message.headers["webhook-timestamp"],
        body=message.body,
    )
    settings.INTERNAL_RECEIVERS = []
    assert "It did not arrive. The address has to begin with https" in tried()
    assert len(receiver.taken) == 2


def test_slack_is_set_up_tried_and_removed(admin: Client, receiver: Receiver) -> None:
    admin.post("/settings/channels/slack/", {"slack-url": receiver.url})
    slack = Endpoint.objects.get()
    admin.post(f"/settings/channels/{slack.pk}/try/")
    assert receiver.taken[0].body == b'{"text": "*Ada Smit*\\nA test from Smarketing", "unfurl_links": false}'
    assert "Set up Slack" not in admin.get("/settings/channels/").content.decode()
    assert "Slack" in admin.get("/account/notifications/").content.decode()

    admin.post(f"/settings/channels/{slack.pk}/remove/")
    assert not Endpoint.objects.exists()


def test_what_waits_for_a_webhook_that_is_off_goes_out_when_it_is_on(
    admin: Client, greet: Callable, sam: User, receiver: Receiver, listens: Endpoint
) -> None:
    greet(sam, kind=HOT.key)
    admin.post(f"/settings/channels/{listens.pk}/off/")
    deliver()
    assert receiver.taken == []

    admin.post(f"/settings/channels/{listens.pk}/on/")
    deliver()
    assert len(receiver.taken) == 1
    assert not Delivery.objects.open().exists()


@pytest.mark.parametrize("url", ["", "http://hooks.example/", "https://user@hooks.example/"])
def test_an_address_that_cannot_be_is_refused_with_a_reason(admin: Client, url: str) -> None:
    for path, sent in (("slack", {"slack-url": url}), ("webhook", {"name": "CRM", "url": url, "told": [HOT.key]})):
        assert admin.post(f"/settings/channels/{path}/", sent).status_code == 422

    assert not Endpoint.objects.exists()


def test_nobody_else_comes_in(sam: User, client_of: Clients, listens: Endpoint) -> None:
    client = client_of(sam)

    assert client.get("/settings/channels/").status_code == 403
    for verb in ("try", "secret", "off", "on", "remove", "tell"):
        assert client.post(f"/settings/channels/{listens.pk}/{verb}/").status_code == 403
    assert "Slack and webhooks" not in client.get("/settings/").content.decode()
    assert Endpoint.objects.get().off_at is None


def in_production(**environment: str) -> str:
    """What the settings of a production say when they are read: "fine", or why they refuse."""
    said = subprocess.run(
        [sys.executable, "-c", "import smarketing.settings; print('fine')"],
        env=os.environ | {"SMARKETING_EMBEDDED": "0", "SECRET_KEY": django_settings.SECRET_KEY} | environment,
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    return said.stderr or said.stdout.strip()


def test_production_does_not_open_inside_addresses() -> None:
    refused = in_production(INTERNAL_RECEIVERS="127.0.0.1:9000")
    assert "production runs without it" in refused
    assert in_production() == "fine"
