"""A program sends visits by day, as often as it likes."""

from accounts.models import Scope
from campaigns.models import Traffic

DAYS = {"days": [{"day": "2026-03-02", "visits": 120}, {"day": "2026-03-02", "visits": 30, "channel": "search"}]}


def kept() -> list[tuple]:
    return list(Traffic.objects.order_by("channel").values_list("on__day", "channel", "visits"))


def test_the_same_days_sent_twice_count_once(program_of, maya):
    api = program_of(maya)
    for _ in range(2):
        answer = api.post("/api/v1/traffic/", DAYS, format="json")
        assert (answer.status_code, answer.json()) == (200, {"days": 2})
    assert kept() == [(2, "", 120), (2, "search", 30)]


def test_without_the_scope_or_the_role_nothing_is_written(program_of, maya, sam):
    assert program_of(maya, Scope.LEADS_READ).post("/api/v1/traffic/", DAYS, format="json").status_code == 403
    assert program_of(sam).post("/api/v1/traffic/", DAYS, format="json").status_code == 403
    assert kept() == []


def test_one_wrong_day_refuses_them_all(program_of, maya):
    for wrong in (
        {"day": "2026-03-32", "visits": 1},
        {"day": "2026-03-02", "visits": -1},
        {"day": "2027-01-01", "visits": 1},
    ):
        answer = program_of(maya).post("/api/v1/traffic/", {"days": [*DAYS["days"], wrong]}, format="json")
        assert answer.status_code == 422
    assert kept() == []
