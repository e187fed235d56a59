"""Work that makes many objects is not disturbed, and leaves everything as it was."""

import gc

import pytest

from common.memory import MANY, search_seldom, seldom_searched


def test_the_search_for_circles_is_rare_only_meanwhile_even_when_the_work_breaks():
    usual = gc.get_threshold()
    with seldom_searched():
        assert gc.get_threshold()[0] == MANY
    assert gc.get_threshold() == usual

    with pytest.raises(ZeroDivisionError), seldom_searched():
        raise ZeroDivisionError
    assert gc.get_threshold() == usual


def test_a_process_that_answers_requests_leaves_what_is_loaded_alone_and_searches_seldom():
    usual = gc.get_threshold()
    try:
        search_seldom()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == (MANY // 2, *usual[1:])
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)
