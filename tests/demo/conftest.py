"""The demo company, made once for all the tests of a module and taken back after them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connection, transaction

from leads.models import ReturnReason
from smarketing.demo.company import make_company
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE

FRIDAY_AFTERNOON = datetime(2026, 11, 20, 15, 0, tzinfo=ZONE)
SUNDAY_NIGHT = datetime(2026, 11, 22, 2, 30, tzinfo=ZONE)
SEED = 7


@pytest.fixture(scope="session")
def staged(django_db_setup, django_db_blocker) -> Callable:
    """`with staged(leads=400, until=…) as scene:` makes a company for as long as the block lasts."""

    @contextmanager
    def stage(*, leads: int, until: datetime = FRIDAY_AFTERNOON, seed: int = SEED) -> Iterator[Scene]:
        with django_db_blocker.unblock(), transaction.atomic():
            if not ReturnReason.objects.exists():  # a committing test has emptied the tables
                connection.creation.deserialize_db_from_string(connection._test_serialized_contents)
            yield make_company(seed=seed, leads=leads, until=until)
            transaction.set_rollback(True)

    return stage
