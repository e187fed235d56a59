"""What a shadow run says would happen is what does happen where that version is in force, to the second."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from leads import rescoring
from leads.draining import expire, score_due
from leads.models import Criteria, DueLead, Lead, Transition
from tests.builders import a_lead
from tests.leads.scored_people import definition
from tests.leads.shadows import started

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KINDS = ("webinar_attended", "download", "form", "pricing_page")
DAYS, PEOPLE = 9, 14

ONE = [
    {"section": "scored", "points": Decimal(20), "touch_kind": "webinar_attended", "window_days": 5},
    {"section": "scored", "points": Decimal(10), "touch_kind": "download"},
]
OTHER = [
    {"section": "scored", "points": Decimal(15), "touch_kind": "webinar_attended", "halves_days": 2},
    {"section": "scored", "points": Decimal(18), "touch_kind": "pricing_page", "cap": Decimal(18)},
    {"section": "scored", "points": Decimal(-25), "touch_kind": "form", "window_days": 2},
    {"section": "fast_track", "touch_kind": "download", "window_days": 3},
    {"section": "never", "field": "country", "operator": "is", "values": ["FR"]},
]


def signed(rules, zone, *, theo, nora, at):
    criteria = definition(*rules, at=at, threshold=Decimal(30), zone=zone)
    criteria.propose(by=theo, at=at)
    criteria.sign(by=theo, at=at)
    criteria.sign(by=nora, at=at)
    rescoring.go_on(clock=lambda: at)
    return criteria


def live(seed, *, at):
    """Nine days of the same people: what they do, and every midnight of either zone."""
    chance = Random(seed)
    leads = [a_lead(at=at - HOUR, country=chance.choice(["NL", "FR", ""])) for _ in range(PEOPLE)]
    moments = [(at + chance.random() * DAYS * DAY, chance.choice(leads), chance.choice(KINDS)) for _ in range(60)]
    moments += [(at.replace(hour=hour, minute=1) + n * DAY, None, "") for n in range(DAYS) for hour in (22, 23)]
    for moment, lead, kind in sorted(moments, key=lambda each: each[0]):
        if lead:
            lead.touches.create(kind=kind, occurred_at=moment, recorded_at=moment)
            DueLead.objects.mark([lead.pk])
        else:
            expire(at=moment)
        while score_due(at=moment):
            pass
    return [lead.pk for lead in leads]


@pytest.mark.parametrize("seed", range(4))
def test_the_shadow_names_the_leads_and_moments_that_the_version_in_force_would_have(theo, nora, sam, at, seed):
    begun = at - DAY
    signed(ONE, "Europe/Amsterdam", theo=theo, nora=nora, at=begun)
    draft = definition(*OTHER, at=begun, threshold=Decimal(30), zone="UTC")
    run = started(draft, by=theo, at=begun)
    in_shadow = live(seed, at=at)
    said = dict(run.leads.filter(qualified_at__isnull=False).values_list("lead", "qualified_at"))
    assert said

    run.stop(by=theo, at=at + DAYS * DAY)
    draft.propose(by=theo, at=at + DAYS * DAY)
    draft.sign(by=theo, at=at + DAYS * DAY)
    draft.sign(by=nora, at=at + DAYS * DAY)
    assert Criteria.objects.ruling() == draft
    rescoring.go_on(clock=lambda: at + DAYS * DAY)
    in_fact = live(seed, at=at)
    made = dict(Transition.objects.filter(lead__in=in_fact, to_stage="mql").values_list("lead", "at"))
    place = {pk: n for n, pk in enumerate(in_shadow)}, {pk: n for n, pk in enumerate(in_fact)}
    assert {place[0][pk]: when for pk, when in said.items()} == {place[1][pk]: when for pk, when in made.items()}
    assert Lead.objects.count() == 2 * PEOPLE
