"""Programs that call the API with a token."""

from collections.abc import Callable
from datetime import datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import ApiToken, Scope, User


@pytest.fixture
def now(at: datetime, clock_shows) -> datetime:
    clock_shows(at)
    return at


@pytest.fixture
def program_of(now) -> Callable[..., APIClient]:
    """A program with a token of a person: `program_of(sam, Scope.LEADS_READ)`, by default with every scope."""

    def with_token(user: User, *scopes: str) -> APIClient:
        _, secret = ApiToken.objects.issue(user, scopes=scopes or Scope.values, by=user, at=now)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return with_token
