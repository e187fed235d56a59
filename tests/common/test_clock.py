"""The database's clock, and what becomes of one that was moved."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from common import clock as db_clock
from common.once import one_page


def test_now_is_the_databases_and_runs_on(db):
    first, second = db_clock.now(), db_clock.now()
    assert timedelta() < second - first < timedelta(seconds=5)
    assert first.utcoffset() == timedelta()


def test_all_parts_of_a_page_read_the_same_moment(db):
    with one_page():
        assert db_clock.now() == db_clock.now()


def test_a_moved_clock_shows_the_moment_it_was_moved_to(at, clock_shows):
    clock_shows(at)
    assert at <= db_clock.now() < at + timedelta(seconds=5)


def test_an_installation_with_a_moved_clock_does_not_start(at, clock_shows):
    db_clock.refuse_a_moved_clock()
    clock_shows(at)
    with pytest.raises(ImproperlyConfigured, match=r"smarketing\.clock_offset"):
        db_clock.refuse_a_moved_clock()
