"""Workers killed in the middle of an import: the next one goes on where the last whole chunk ended."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from common import clock as db_clock
from leads.importing.mapping import Meaning
from leads.importing.working import run_imports
from leads.models import Company, Episode, Import, ImportedLead, Lead, LeadVersion, RefusedRow, Transition
from leads.models.importing import DONE, PREVIEW, RUNNING, UNDONE
from tests.leads.files import table
from tests.processes import Running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 20_000
REFUSED = ROWS // 100


@pytest.fixture(autouse=True)
def stored(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of uploaded files that this process and the worker share."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("MEDIA_ROOT", str(settings.MEDIA_ROOT))


@pytest.fixture
def ready(maya: User) -> Import:
    """An import of many rows, every hundredth of them wrong, that waits for its button."""
    rows = (
        (f"p{n}@firm{n % 4000}.example" if n % 100 else f"nobody{n}", f"Doe {n}", f"Firm {n % 4000}")
        for n in range(ROWS)
    )
    content = table(("Email", "Last name", "Company"), *rows)
    found = Import.objects.upload(ContentFile(content), name="leads.csv", by=maya, at=db_clock.now())
    run_imports()
    found.refresh_from_db()
    found.choose(Meaning.from_json(found.meaning).to_json(), by=maya, at=db_clock.now())
    run_imports()
    found.refresh_from_db()
    assert (found.state, found.rows) == (PREVIEW, ROWS)
    return found


def half_way(found: Import) -> bool:
    found.refresh_from_db()
    return 0 < found.next_row < ROWS


def lease_is_over() -> None:
    """As if half a minute had passed."""
    Import.objects.update(leased_until=db_clock.now())


def test_a_worker_killed_half_way_loses_no_row_and_doubles_none(
    stored, ready: Import, worker: Running, maya: User
) -> None:
    ready.run(by=maya, at=db_clock.now())
    wait_until(lambda: half_way(ready))
    worker.kill()
    half_way(ready)
    done = ready.next_row
    assert ready.state == RUNNING
    assert 0 < done < ROWS
    assert (Lead.objects.count(), RefusedRow.objects.count()) == (done * 99 // 100, done // 100)

    lease_is_over()
    worker.start()
    run_imports()
    wait_until(lambda: Import.objects.filter(pk=ready.pk, state=DONE).exists(), seconds=60)

    ready.refresh_from_db()
    good = ROWS - REFUSED
    assert (ready.created, ready.refused, ready.repeats) == (good, REFUSED, 0)
    for model in (Lead, Episode, Transition, LeadVersion, ImportedLead):
        assert model.objects.count() == good, model
    assert Company.objects.count() == 3960
    assert RefusedRow.objects.count() == REFUSED


def test_an_undo_killed_half_way_goes_on_as_well(stored, ready: Import, worker: Running, maya: User) -> None:
    ready.run(by=maya, at=db_clock.now())
    wait_until(lambda: Import.objects.filter(pk=ready.pk, state=DONE).exists(), seconds=60)
    ready.refresh_from_db()
    ready.undo(by=maya, at=db_clock.now())
    wait_until(lambda: half_way(ready))
    worker.kill()

    lease_is_over()
    run_imports()

    ready.refresh_from_db()
    assert ready.state == UNDONE
    for model in (Lead, Episode, Transition, LeadVersion, ImportedLead, Company):
        assert model.objects.count() == 0, model
