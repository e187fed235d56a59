"""The API's door: who calls, with which token, for what, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiToken, Scope, User
from common import clock as db_clock
from common.buckets import Buckets

if TYPE_CHECKING:  # the views of REST framework import this module while they are being made
    from rest_framework.views import APIView

CALLS_A_MINUTE = 600


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer sma_…`. Unknown, wrong, expired, revoked or its owner gone: the same 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        at = db_clock.now()
        token = ApiToken.objects.presented(secret.strip(), at=at)
        if token is None:
            raise AuthenticationFailed("This token is not known, or it has expired or been revoked.")
        token.note_use(at=at)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Smarketing"'


class DenyAll(BasePermission):
    """What a view without scopes of its own gets: nobody comes in."""

    message = "This address is not open to tokens."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return False


def needs(read: str = "", write: str = "") -> type[BasePermission]:
    """The permission of a view: a token with `read` for GET, with `write` for the rest; "" closes those methods.

        permission_classes = [needs(Scope.LEADS_READ, Scope.LEADS_WRITE)]

    What the token's owner may do is not asked here: the verbs ask it, as they do for pages.
    """

    class Needs(BasePermission):
        scopes = (read, write)
        message = f"The token needs the scope {' or '.join(filter(None, (read, write)))} for this."

        def has_permission(self, request: Request, view: APIView) -> bool:
            if request.auth is None:
                return False
            needed = read if request.method in SAFE_METHODS else write
            if not needed:
                raise MethodNotAllowed(request.method)
            return needed in request.auth.scopes

    assert {read, write} <= {"", *Scope.values}
    return Needs


class PerToken(BaseThrottle):
    """600 calls a minute a token, counted in this process: it needs no Redis, and each web process counts apart.

    A bucket that refills steadily: a program that was quiet may call 600 times at once.
    """

    buckets: ClassVar = Buckets(CALLS_A_MINUTE)

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            return True
        self.seconds = self.buckets.take(request.auth.pk)
        return not self.seconds

    def wait(self) -> float:
        """Seconds until the next call is let in."""
        return self.seconds
