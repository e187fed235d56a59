"""What people write in cells."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from leads.importing.stages import guess_stage
from leads.importing.values import (
    comma_evidence,
    date_evidence,
    is_number,
    read_moment,
    read_number,
    read_size,
    read_yes,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2021-04-15", datetime(2021, 4, 14, 22, tzinfo=UTC)),
        ("2021-04-15T10:00:00Z", datetime(2021, 4, 15, 10, tzinfo=UTC)),
        ("2021-04-15 10:00:00 UTC", datetime(2021, 4, 15, 10, tzinfo=UTC)),
        ("2021-04-15 10:00:00 +0200", datetime(2021, 4, 15, 8, tzinfo=UTC)),
        ("15 Apr, 2021 00:03:00", datetime(2021, 4, 14, 22, 3, tzinfo=UTC)),
        ("15-Apr-21", datetime(2021, 4, 14, 22, tzinfo=UTC)),
        ("Thu, 15 Apr 2021 10:00:00 +0200", datetime(2021, 4, 15, 8, tzinfo=UTC)),
        ("April 5, 2021", datetime(2021, 4, 4, 22, tzinfo=UTC)),
        ("5th May 2021", datetime(2021, 5, 4, 22, tzinfo=UTC)),
        ("03/04/2021 1:05 PM", datetime(2021, 4, 3, 11, 5, tzinfo=UTC)),
        ("15.04.2021 13:00", datetime(2021, 4, 15, 11, tzinfo=UTC)),
        ("2021/4/5", datetime(2021, 4, 4, 22, tzinfo=UTC)),
        ("1618444800000", datetime(2021, 4, 15, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_systems_write_them(written, moment):
    assert read_moment(written, AMSTERDAM) == moment


def test_the_month_comes_first_where_that_was_chosen():
    assert read_moment("03/04/2021", ZoneInfo("UTC"), day_first=False) == datetime(2021, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("written", ["31/02/2021", "13/13/2021", "soon", "20210415", "2021", "1.5", "0000-00-00", ""])
def test_what_is_no_date_is_refused(written):
    with pytest.raises(ValueError, match=r".*"):
        read_moment(written, AMSTERDAM)


@pytest.mark.parametrize(
    ("written", "evidence"),
    [
        ("25/12/2021", "day"),
        ("12/25/2021", "month"),
        ("03/04/2021", "unclear"),
        ("2021-04-03", ""),
        ("3 April 2021", ""),
    ],
)
def test_a_date_tells_whether_its_day_comes_first(written, evidence):
    assert date_evidence(written) == evidence


@pytest.mark.parametrize(
    ("written", "comma", "number"),
    [
        ("1,200.50", False, "1200.50"),
        ("1.200,50", True, "1200.50"),
        ("€ 1.200,50", True, "1200.50"),
        ("USD 300", False, "300"),
        ("12 %", False, "12"),
        ("3.00E+07", False, "30000000"),
        ("(300)", False, "-300"),
        ("1 200", False, "1200"),
        ("1'200", False, "1200"),
    ],
)
def test_numbers_are_read_with_their_currency_and_groups(written, comma, number):
    assert read_number(written, decimal_comma=comma) == Decimal(number)


@pytest.mark.parametrize("written", ["12k", "ABC 123", "NaN", "Infinity", "1-2", ""])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(ValueError, match=r".*"):
        read_number(written)


@pytest.mark.parametrize(
    ("written", "evidence"),
    [("1.200,50", 1), ("12,5", 1), ("1.234.567", 1), ("1,200.50", -1), ("0.32", -1), ("1.861", 0), ("1,200", 0)],
)
def test_a_number_tells_whether_its_comma_is_decimal(written, evidence):
    assert comma_evidence(written) == evidence


@pytest.mark.parametrize(
    ("written", "people"),
    [("51-200", 51), ("10,000+", 10000), ("1-10 employees", 1), ("250", 250), ("1000 or more", 1000)],
)
def test_a_range_of_people_counts_as_its_lower_end(written, people):
    assert read_size(written) == people


@pytest.mark.parametrize("written", ["00123", "12345678901234567", "12-34", "n/a"])
def test_codes_are_no_quantities(written):
    assert not is_number(written)


def test_yes_and_no_are_read_in_the_words_of_systems():
    assert [read_yes(word) for word in ("Yes", "TRUE", "1", "ja", "No", "false", "0", "unchecked")] == [True] * 4 + [
        False
    ] * 4
    with pytest.raises(ValueError, match="perhaps"):
        read_yes("perhaps")


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("Junk Lead", "disqualified"),
        ("Lost Lead", "disqualified"),
        ("Contact in Future", "recycled"),
        ("Not Contacted", "lead"),
        ("Contacted", "sal"),
        ("Attempted to Contact", "sal"),
        ("Pre Qualified", "mql"),
        ("Open - Not Contacted", "lead"),
        ("Working - Contacted", "sal"),
        ("Closed - Converted", "opportunity"),
        ("Closed - Not Converted", "disqualified"),
        ("marketingqualifiedlead", "mql"),
        ("salesqualifiedlead", "sql"),
        ("OPEN_DEAL", "opportunity"),
        ("BAD_TIMING", "recycled"),
        ("UNQUALIFIED", "disqualified"),
        ("Closed Won", "customer"),
        ("Closed Lost", "lost"),
        ("Proposal Sent", "opportunity"),
        ("Qualified", "sql"),
        ("On Hold", "recycled"),
        ("something of our own", "lead"),
    ],
)
def test_statuses_of_other_systems_are_guessed_as_stages(status, stage):
    assert guess_stage(status) == stage
