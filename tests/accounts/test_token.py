import re
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import path
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts.models import ApiToken, Scope, User
from accounts.tokens import CALLS_A_MINUTE, PerToken, needs
from common import clock as db_clock
from common.errors import Incomplete, NotAllowed


class Leads(APIView):
    permission_classes = [needs(Scope.LEADS_READ, Scope.LEADS_WRITE)]
    throttle_classes = [PerToken]

    def get(self, request) -> Response:
        return Response({"for": request.user.email})

    def post(self, request) -> Response:
        return Response(status=201)


class Forgotten(APIView):
    """A view that named no scopes."""

    def get(self, request) -> Response:
        return Response({"leak": True})


urlpatterns = [path("leads/", Leads.as_view()), path("forgotten/", Forgotten.as_view())]


@pytest.fixture
def api(settings) -> APIClient:
    settings.ROOT_URLCONF = __name__
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"EXCEPTION_HANDLER": "rest_framework.views.exception_handler"}
    PerToken.buckets.clear()
    return APIClient()


def with_token(api: APIClient, secret: str) -> APIClient:
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return api


def issue(user: User, *scopes: Scope, at: datetime | None = None, days: int = 90) -> tuple[ApiToken, str]:
    at = at or db_clock.now()
    return ApiToken.objects.issue(
        user, scopes=scopes or [Scope.LEADS_READ], lifetime=timedelta(days=days), by=user, at=at
    )


def test_a_token_is_shown_once_and_only_its_digest_is_kept(sam: User, at: datetime) -> None:
    token, secret = issue(sam, at=at)

    assert re.fullmatch(rf"sma_{token.lookup}_[\w-]{{43}}", secret)
    assert len(token.digest) == 64
    assert secret.split("_", 2)[2] not in str(ApiToken.objects.filter(pk=token.pk).values())
    assert token.expires_at == at + timedelta(days=90)


def test_another_pepper_makes_every_token_worthless(sam: User, at: datetime, settings) -> None:
    _, secret = issue(sam, at=at)
    assert ApiToken.objects.presented(secret, at=at).user == sam

    settings.TOKEN_PEPPER = "another pepper"
    assert ApiToken.objects.presented(secret, at=at) is None


def test_a_token_does_what_its_scopes_say(api: APIClient, sam: User) -> None:
    client = with_token(api, issue(sam, Scope.LEADS_READ)[1])

    assert client.get("/leads/").json() == {"for": "sam@acme.test"}
    refused = client.post("/leads/")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "The token needs the scope leads:read or leads:write for this."


def test_a_view_without_scopes_is_open_to_nobody(api: APIClient, sam: User) -> None:
    assert with_token(api, issue(sam, *Scope)[1]).get("/forgotten/").status_code == 403


def test_unknown_wrong_expired_revoked_and_orphaned_tokens_get_the_same_401(
    api: APIClient, sam: User, rita: User, ada: User, at: datetime
) -> None:
    _, wrong = issue(sam)
    revoked, revoked_secret = issue(sam)
    revoked.revoke(by=sam, at=db_clock.now())
    _, expired = issue(sam, at=db_clock.now() - timedelta(days=3), days=2)
    _, orphaned = issue(rita)
    rita.deactivate(by=ada, at=db_clock.now())
    secrets = [
        "sma_00000000_" + "x" * 43,
        wrong[:-1] + ("a" if wrong[-1] != "a" else "b"),
        expired,
        revoked_secret,
        orphaned,
        "",
        "_",
    ]

    answers = [with_token(api, secret).get("/leads/") for secret in secrets]

    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].headers["WWW-Authenticate"] == 'Bearer realm="Smarketing"'


def test_without_a_token_nobody_comes_in_not_even_with_a_session(api: APIClient, sam: User) -> None:
    api.force_login(sam, backend="accounts.backends.PasswordBackend")

    assert api.get("/leads/").status_code == 401


def test_use_is_noted_once_a_minute(sam: User, at: datetime) -> None:
    token, _ = issue(sam, at=at)

    moments = [at, at + timedelta(seconds=30), at + timedelta(seconds=61)]
    noted = []
    for moment in moments:
        ApiToken.objects.get(pk=token.pk).note_use(at=moment)
        noted.append(ApiToken.objects.get(pk=token.pk).last_used_at)

    assert noted == [at, at, at + timedelta(seconds=61)]


def test_the_six_hundred_and_first_call_of_a_minute_waits(api: APIClient, sam: User, rita: User) -> None:
    token, secret = issue(sam)
    client = with_token(api, secret)
    client.get("/leads/")
    left, since = PerToken.buckets[token.pk]
    assert left == CALLS_A_MINUTE - 1

    PerToken.buckets[token.pk] = (0.0, since)
    refused = client.get("/leads/")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 1
    assert with_token(api, issue(rita)[1]).get("/leads/").status_code == 200


@pytest.mark.parametrize(
    ("scopes", "days", "field"),
    [(["leads:steal"], 90, "scopes"), ([], 90, "scopes"), (["leads:read"], 366, "days"), (["leads:read"], 0, "days")],
)
def test_a_token_without_known_scopes_or_with_an_endless_life_is_refused(
    sam: User, at: datetime, scopes: list[str], days: int, field: str
) -> None:
    with pytest.raises(Incomplete) as refusal:
        ApiToken.objects.issue(sam, scopes=scopes, lifetime=timedelta(days=days), by=sam, at=at)

    assert refusal.value.field == field
    assert not ApiToken.objects.exists()


def test_nobody_makes_a_token_for_somebody_else_and_an_admin_revokes_any(
    sam: User, rita: User, ada: User, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        ApiToken.objects.issue(sam, scopes=[Scope.LEADS_READ], by=ada, at=at)
    token, _ = issue(sam, at=at)
    with pytest.raises(NotAllowed):
        token.revoke(by=rita, at=at)
    assert ApiToken.objects.get().revoked_at is None

    token.revoke(by=ada, at=at)
    assert ApiToken.objects.get().revoked_at == at


def test_the_page_shows_a_new_token_once(sam: User, client_of) -> None:
    client = client_of(sam)

    made = client.post("/account/tokens/create/", {"name": "Zap", "scopes": ["leads:read"], "days": 30})

    secret = re.search(r'value="(sma_\w{8}_[\w-]{43})"', made.content.decode())[1]
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert ApiToken.objects.presented(secret, at=db_clock.now()).user == sam
    assert secret not in client.get("/account/tokens/").content.decode()


def test_the_command_prints_a_token(sam: User) -> None:
    out = StringIO()
    call_command("api_token", "Sam@acme.test", "--scopes", "leads:read,leads:write", "--days", "7", stdout=out)

    token = ApiToken.objects.presented(out.getvalue().strip(), at=db_clock.now())
    assert (token.user, token.scopes) == (sam, ["leads:read", "leads:write"])
    assert token.expires_at - token.created_at == timedelta(days=7)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody@acme.test"], "no active person with the address nobody@acme.test"),
        (["sam@acme.test", "--scopes", "leads:steal"], "A token needs one or more of these scopes"),
        (["sam@acme.test", "--days", "400"], "between one and 365 days"),
    ],
)
def test_the_command_says_what_is_wrong(sam: User, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("api_token", *arguments)
    assert not ApiToken.objects.exists()
