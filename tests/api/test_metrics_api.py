"""Figures through the API: the value of the catalogue, with what it means and of how many it is."""

from accounts.models import Scope
from tests.builders import a_handoff, an_accepted_handoff


def told(program, key: str) -> dict:
    return program.get(f"/api/v1/metrics/{key}/?period=2026-03").json()


def test_a_cohort_tells_of_how_many_it_is_and_who_still_matures(program_of, sam, now):
    an_accepted_handoff(at=now, owner=sam)
    a_handoff(at=now, owner=sam)

    figure = told(program_of(sam, Scope.METRICS_READ), "conversion_mql_sal")

    assert (figure["value"], figure["cases"], figure["maturing"]) == (0.5, 2, 1)
    assert (figure["unit"], figure["view"], figure["theme"], figure["side"]) == (
        "share", "cohort", "conversion", "sales",
    )  # fmt: skip
    assert figure["formula"] == "reached SAL within 30 days / reached MQL in the period"
    assert figure["made_of"] == []


def test_a_composed_figure_names_what_it_is_reckoned_from(program_of, sam, now):
    a_handoff(at=now, owner=sam)

    figure = told(program_of(sam), "lead_velocity_rate")

    assert figure["value"] is None  # there were none before
    assert figure["made_of"] == [{"metric": "mqls", "period": "2026-03"}, {"metric": "mqls", "period": "2026-02"}]


def test_lengths_of_time_are_told_in_seconds(program_of, sam, now):
    an_accepted_handoff(at=now, owner=sam)

    assert told(program_of(sam), "time_to_accept")["value"] == "3600.0"


def test_there_is_no_figure_of_another_name_and_no_period_of_another_shape(program_of, sam):
    program = program_of(sam)
    assert program.get("/api/v1/metrics/happiness/?period=2026-03").status_code == 404
    assert program.get("/api/v1/metrics/mqls/?period=lately").status_code == 422
