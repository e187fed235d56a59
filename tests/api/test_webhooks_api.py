"""Webhooks set up by program: the secret told once, switched off and on, removed, and what failed tried again."""

from datetime import timedelta

import pytest

from accounts.models import IdempotentAnswer, Scope
from notifications.channels.webhook import in_words
from notifications.models import Channel, Delivery, Endpoint

URL = "https://93.184.215.14/hook?key=T0PSECRET"
GIVEN = {"name": "CRM", "url": URL, "told": ["leads.handed_over"]}


@pytest.fixture
def admin(program_of, ada):
    return program_of(ada)


@pytest.fixture
def listens(ada, at) -> Endpoint:
    return Endpoint.objects.set_up(Channel.WEBHOOK, **GIVEN, by=ada, at=at)


def a_dead_delivery(endpoint: Endpoint, at, key: str) -> Delivery:
    return Delivery.objects.create(
        kind="leads.handed_over", channel=Channel.WEBHOOK, endpoint=endpoint, key=key, content={"handoffs": []},
        available_at=at, created_at=at, dead_at=at, failures=10,
    )  # fmt: skip


def test_a_webhook_is_set_up_and_its_secret_told_once(admin):
    made = admin.post("/api/v1/webhooks/", GIVEN, format="json")
    kept = Endpoint.objects.get()
    assert made.status_code == 201
    assert made.json()["secret"] == in_words(kept.key)
    assert (made.json()["host"], made.json()["told"], made.json()["off_at"]) == (
        "93.184.215.14", ["leads.handed_over"], None,
    )  # fmt: skip
    for address in ("/api/v1/webhooks/", f"/api/v1/webhooks/{kept.pk}/"):
        read = admin.get(address)
        assert read.status_code == 200
        assert "T0PSECRET" not in read.text
        assert in_words(kept.key) not in read.text


def test_the_same_request_twice_sets_up_one_and_no_kept_answer_holds_the_secret(admin):
    first, second = (
        admin.post("/api/v1/webhooks/", GIVEN, format="json", headers={"Idempotency-Key": "one"}) for _ in range(2)
    )
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Endpoint.objects.count() == 1
    assert "secret" not in IdempotentAnswer.objects.get().body


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"told": ["no.such.kind"]}, "told"),
        ({"told": []}, "told"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"name": ""}, "name"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(admin, wrong, field):
    refused = admin.post("/api/v1/webhooks/", GIVEN | wrong, format="json")
    assert refused.status_code == 422
    assert field in refused.json()["errors"]
    assert not Endpoint.objects.exists()


def test_it_is_switched_off_and_on_and_forgotten(admin, listens):
    address = f"/api/v1/webhooks/{listens.pk}/"
    assert admin.post(f"{address}off/").json()["off_at"] is not None
    assert admin.post(f"{address}on/").json()["off_at"] is None
    assert admin.delete(address).status_code == 204
    assert not Endpoint.objects.exists()
    assert admin.get(address).status_code == 404


def test_a_new_secret_is_told_and_the_old_one_still_signs(admin, listens, at):
    old = listens.key
    told = admin.post(f"/api/v1/webhooks/{listens.pk}/secret/").json()
    listens.refresh_from_db()
    assert told["secret"] == in_words(listens.key) != in_words(old)
    assert listens.keys(at=at + timedelta(days=6)) == [listens.key, old]


def test_what_failed_is_tried_again_for_this_webhook_alone(admin, listens, ada, at):
    other = Endpoint.objects.set_up(Channel.WEBHOOK, **GIVEN | {"name": "Other"}, by=ada, at=at)
    dead, others = a_dead_delivery(listens, at, "a"), a_dead_delivery(other, at, "b")
    address = f"/api/v1/webhooks/{listens.pk}/"
    assert admin.get(address).json()["dead"] == 1
    admin.post(f"{address}off/")
    assert admin.post(f"{address}replay/").json() == {"replayed": 0}
    admin.post(f"{address}on/")
    assert admin.post(f"{address}replay/").json() == {"replayed": 1}
    assert set(Delivery.objects.dead()) == {others}
    assert admin.get(address).json()["waiting"] == 1
    assert Delivery.objects.get(pk=dead.pk).failures == 0


def test_slack_is_no_webhook(admin, ada, at):
    slack = Endpoint.objects.set_up(Channel.SLACK, name="Slack", url=URL, told=[], by=ada, at=at)
    assert admin.get(f"/api/v1/webhooks/{slack.pk}/").status_code == 404
    assert admin.get("/api/v1/webhooks/").json()["results"] == []


def test_only_admins_by_a_token_that_may(program_of, ada, nora, listens):
    reader, head = program_of(ada, Scope.LEADS_READ), program_of(nora)
    address = f"/api/v1/webhooks/{listens.pk}/"
    for program in (reader, head):
        assert program.get("/api/v1/webhooks/").status_code == 403
        assert program.post("/api/v1/webhooks/", GIVEN, format="json").status_code == 403
        assert program.delete(address).status_code == 403
        for verb in ("on", "off", "secret", "replay"):
            assert program.post(f"{address}{verb}/").status_code == 403
    assert list(Endpoint.objects.values_list("off_at", flat=True)) == [None]
