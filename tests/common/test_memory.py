"""Work that makes many objects is not disturbed, and leaves everything as it was."""

import gc

import pytest

from common.memory import MANY, seldom_searched


def test_the_search_for_circles_is_rare_only_meanwhile_even_when_the_work_breaks():
    usual = gc.get_threshold()
    with seldom_searched():
        assert gc.get_threshold()[0] == MANY
    assert gc.get_threshold() == usual

    with pytest.raises(ZeroDivisionError), seldom_searched():
        raise ZeroDivisionError
    assert gc.get_threshold() == usual
