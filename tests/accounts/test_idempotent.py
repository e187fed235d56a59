import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import path
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts.idempotency import idempotent
from accounts.models import ApiToken, IdempotentAnswer, Scope, Team, User
from accounts.tokens import needs
from common import clock as db_clock
from common.errors import Incomplete, Refused


class Teams(APIView):
    """Makes a team of a name; the name tells what should go wrong."""

    permission_classes = [needs(Scope.LEADS_READ, Scope.LEADS_WRITE)]

    @idempotent
    def post(self, request) -> Response:
        name = request.data["name"]
        team = Team.objects.create(name=name, side="sales", calendar_id=request.data["calendar"])
        if name == "refused":
            raise Refused("No such team.")
        if name == "invalid":
            return Response({"name": "It is no name."}, status=422)
        return Response({"pk": team.pk, "at": db_clock.now()}, status=201)


urlpatterns = [path("teams/", Teams.as_view())]


def problem(error: Exception, context: dict) -> Response | None:
    return Response({"detail": str(error)}, status=error.status) if isinstance(error, Refused | Incomplete) else None


@pytest.fixture
def post(settings, sam: User, calendar):
    settings.ROOT_URLCONF = __name__
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"EXCEPTION_HANDLER": f"{__name__}.problem"}
    _, secret = ApiToken.objects.issue(sam, scopes=list(Scope), by=sam, at=db_clock.now())
    before = Team.objects.count()

    def send(name: str, key: str | None, *, query: str = ""):
        headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
        client = APIClient()
        return client.post(f"/teams/{query}", {"name": name, "calendar": calendar.pk}, format="json", headers=headers)

    send.made = lambda: Team.objects.count() - before
    return send


def test_the_second_time_the_answer_is_given_again_and_nothing_is_done(post) -> None:
    first, second = post("North", "k1"), post("North", "k1")

    assert (first.status_code, second.status_code, post.made()) == (201, 201, 1)
    assert second.json() == first.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


def test_another_key_or_none_does_it_again(post) -> None:
    post("North", "k1"), post("South", "k2"), post("East", None)

    assert post.made() == 3


def test_a_key_that_came_with_another_request_is_refused(post) -> None:
    post("North", "k1")

    for other in (post("South", "k1"), post("North", "k1", query="?page=2")):
        assert other.status_code == 422
        assert "was used for another request" in other.json()["detail"]
    assert post.made() == 1


@pytest.mark.parametrize("name", ["refused", "invalid"])
def test_what_was_refused_leaves_nothing_and_the_key_free(post, name: str) -> None:
    assert post(name, "k1").status_code in {409, 422}
    assert (post.made(), IdempotentAnswer.objects.count()) == (0, 0)

    assert post("North", "k1").status_code == 201


@pytest.mark.parametrize("key", ["with blank", "é", "k" * 81])
def test_a_malformed_key_is_refused(post, key: str) -> None:
    assert post("North", key).status_code == 422
    assert post.made() == 0


def test_after_a_day_a_key_is_free_again(post) -> None:
    post("North", "k1")
    IdempotentAnswer.objects.update(created_at=db_clock.now() - timedelta(hours=25))

    assert post("South", "k1").status_code == 201
    IdempotentAnswer.objects.update(created_at=db_clock.now() - timedelta(hours=25))
    assert IdempotentAnswer.objects.forget_old(at=db_clock.now()) == 1


def test_two_people_may_use_the_same_key(post, rita: User, calendar) -> None:
    post("North", "k1")
    answer = IdempotentAnswer.objects.reserve(user=rita, key="k1", fingerprint="f", at=db_clock.now())

    assert answer.status is None


@pytest.mark.django_db(transaction=True)
def test_of_eight_twins_at_once_one_does_it_and_all_get_its_answer(post) -> None:
    start, answers = threading.Barrier(8), []

    def send() -> None:
        try:
            start.wait()
            answers.append(post("North", "k1").json()["pk"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (post.made(), len(answers), len(set(answers))) == (1, 8, 1)
