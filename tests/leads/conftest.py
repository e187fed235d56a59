"""What every test of leads may look at."""

from collections.abc import Iterator
from typing import Any

import pytest

from leads.lifecycle import leads_changed


@pytest.fixture
def events(db) -> Iterator[list[list[Any]]]:
    """The batches that `leads_changed` told, one list a signal."""
    batches: list[list[Any]] = []

    def hear(sender: Any, events: list[Any], **told: Any) -> None:
        batches.append(list(events))

    leads_changed.connect(hear)
    yield batches
    leads_changed.disconnect(hear)
