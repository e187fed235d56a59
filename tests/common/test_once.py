"""What a page shows in many places is reckoned once for it, and anew for the next page."""

import pytest

from common.once import once, one_page


@pytest.fixture
def reckoned():
    return []


@pytest.fixture
def doubled(reckoned):
    @once
    def double(number: int) -> int:
        reckoned.append(number)
        return 2 * number

    return double


def test_on_one_page_the_same_is_reckoned_once(doubled, reckoned):
    with one_page():
        assert [doubled(3), doubled(3), doubled(4)] == [6, 6, 8]
    assert reckoned == [3, 4]


def test_the_next_page_and_everything_else_reckons_anew(doubled, reckoned):
    with one_page():
        doubled(3)
    with one_page():
        doubled(3)
    assert [doubled(3), doubled(3)] == [6, 6]
    assert reckoned == [3, 3, 3, 3]


def test_a_part_of_a_page_shares_what_the_page_has_reckoned(doubled, reckoned):
    with one_page():
        with one_page():
            doubled(3)
        doubled(3)
    assert reckoned == [3]


def test_a_page_that_breaks_leaves_nothing_behind(doubled, reckoned):
    with pytest.raises(ZeroDivisionError), one_page():
        1 / doubled(0)
    doubled(0)
    assert reckoned == [0, 0]
