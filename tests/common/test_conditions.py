"""The grammar of conditions: what may be asked, what is refused, and how it reads."""

import pytest

from common.conditions import OPERATORS, Condition, Type, sentence, validate
from common.errors import Incomplete


def said(operator, *values, of=Type.TEXT, label="country"):
    return sentence(validate(Condition("x", operator, values), of), label, of)


def test_conditions_read_as_people_say_them():
    assert said("between", "2,000", "200", of=Type.NUMBER, label="people") == "people between 200 and 2,000"
    assert said("contains", "VP", "Director", "Head", label="title") == "title contains VP, Director or Head"
    assert said("is_any_of", "NL") == "country is NL"
    assert said("is_any_of", "NL", "BE") == "country is any of NL or BE"
    assert said("less_than", "20.50", of=Type.NUMBER, label="people") == "people less than 20.5"
    assert said("within_days", 1, of=Type.DATE, label="became a lead") == "became a lead within the last 1 day"
    assert said("before", "2026-10-03", of=Type.DATE, label="renewal") == "renewal before 3 October 2026"
    assert said("is", "yes", of=Type.BOOLEAN, label="customer") == "customer is yes"
    assert said("is_known", label="phone") == "phone is known"


def test_whoever_is_unknown_satisfies_the_opposite_and_the_sentence_says_so():
    assert said("is_none_of", "NL", "BE") == "country is none of NL or BE, or unknown"
    assert said("is_none_of", "NL") == "country is not NL, or unknown"
    assert said("does_not_contain", "intern", label="title") == "title does not contain intern, or unknown"
    assert said("is_unknown", label="phone") == "phone is unknown"


def test_every_opposite_has_its_positive():
    for of, operators in OPERATORS.items():
        for each in operators.values():
            assert not each.negates or OPERATORS[of][each.negates].takes == each.takes


def test_values_are_kept_in_one_form():
    assert validate(Condition("x", "is_any_of", (" nl ", "NL", "", "BE")), Type.TEXT).values == ("NL", "BE")
    assert validate(Condition("x", "between", ("1,000", "50")), Type.NUMBER).values == ("50", "1000")
    assert validate(Condition("x", "is", ("no",)), Type.BOOLEAN).values == (False,)
    assert validate(Condition("x", "after", ("20261003",)), Type.DATE).values == ("2026-10-03",)
    assert validate(Condition("x", "within_days", ("30",)), Type.DATE).values == (30,)


@pytest.mark.parametrize(
    ("operator", "values", "of", "why"),
    [
        ("starts_with", ["5"], Type.NUMBER, "does not know that question"),
        ("is_any_of", [], Type.TEXT, "at least one value"),
        ("is_any_of", ["x" * 201], Type.TEXT, "200 characters at most"),
        ("is", ["a", "b"], Type.TEXT, "one value"),
        ("is_known", ["a"], Type.TEXT, "takes no value"),
        ("between", ["5", "5.0"], Type.NUMBER, "two different numbers"),
        ("at_least", ["many"], Type.NUMBER, "“many” is not a number"),
        ("at_least", ["NaN"], Type.NUMBER, "too large"),
        ("at_least", ["1e20"], Type.NUMBER, "too large"),
        ("before", ["31.12.2026"], Type.DATE, "is not a date"),
        ("within_days", ["0"], Type.DATE, "from 1 to 3,650"),
        ("within_days", ["9" * 50], Type.DATE, "from 1 to 3,650"),
        ("is", ["perhaps"], Type.BOOLEAN, "yes or no"),
    ],
)
def test_what_makes_no_condition_is_refused_with_a_sentence(operator, values, of, why):
    with pytest.raises(Incomplete, match=why):
        validate(Condition("x", operator, tuple(values)), of)
