"""Corrections: what both sides found wrong stops counting, and what was closed before stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from common import metrics
from common.periods import parse
from leads.models import Correction, Episode, Handoff, HandoffReturn
from tests.builders import a_handoff, reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
BOOKS_CLOSED = datetime(2026, 4, 8, 8, 0, tzinfo=UTC)  # the fifth working day of April is over
FIGURES = ("mqls_delivered", "quality_returns", "acceptance_rate")


@pytest.fixture
def returned(marketing_team, sam, at) -> HandoffReturn:
    """Of two hand-offs in March one was accepted; the other came back for its quality."""
    kept, sent_back = a_handoff(at=at, owner=sam), a_handoff(at=at, owner=sam)
    kept.accept(by=sam, at=at + HOUR)
    return sent_back.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")


def figures(period=MARCH) -> tuple:
    return tuple(metrics.value(key, period) for key in FIGURES)


def test_a_return_found_wrong_no_longer_counts_against_marketing(returned, nora, at):
    assert figures() == (1, 1, 1 / 2)

    Correction.objects.of_return(returned, because="He did ask for it.", by=nora, at=at + DAY)

    assert figures() == (2, 0, 1.0)
    assert metrics.value("returns", MARCH) == 1  # it was made all the same
    assert metrics.value("corrections", MARCH) == 1


def test_found_wrong_after_the_books_closed_it_changes_no_closed_month(returned, nora):
    Correction.objects.of_return(returned, because="He did ask for it.", by=nora, at=BOOKS_CLOSED)

    assert figures() == (1, 1, 1 / 2)
    assert metrics.value("corrections", MARCH) == 0
    assert metrics.value("corrections", MARCH.next()) == 1


def test_a_late_quality_return_found_wrong_in_its_own_month_is_no_adjustment(returned, sam, nora):
    accepted = Handoff.objects.get(state="accepted")
    late = accepted.send_back(reason("low_intent"), by=sam, at=BOOKS_CLOSED, note="Only wanted the guide.")
    assert metrics.value("mqls_adjusted", MARCH.next()) == 1

    Correction.objects.of_return(late, because="He did ask for it.", by=nora, at=BOOKS_CLOSED + DAY)

    assert metrics.value("mqls_adjusted", MARCH.next()) == 0


def test_a_delivery_found_wrong_is_not_delivered(returned, theo, at):
    delivered = Episode.objects.exclude(lead=returned.handoff.lead).get()

    Correction.objects.of_delivery(delivered, because="Their customer for years.", by=theo, at=at + DAY)

    assert metrics.value("mqls_delivered", MARCH) == 0


def test_a_correction_that_was_taken_back_corrects_nothing(returned, nora, at):
    found = Correction.objects.of_return(returned, because="He did ask for it.", by=nora, at=at + DAY)
    Correction.objects.filter(pk=found.pk).update(undone_at=at + DAY)

    assert figures() == (1, 1, 1 / 2)
    assert metrics.value("corrections", MARCH) == 0


def test_a_thing_is_corrected_once(returned, nora, at):
    Correction.objects.of_return(returned, because="He did ask for it.", by=nora, at=at + DAY)

    with pytest.raises(IntegrityError, match="correction_once_a_return"), transaction.atomic():
        Correction.objects.of_return(returned, because="Again.", by=nora, at=at + DAY)
