"""Making the demo company: the same again, all or nothing, and sound."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from common.errors import Refused
from goals.models import Plan
from leads import scoring
from leads.models import (
    Assignment,
    Attempt,
    Criteria,
    DueLead,
    Handoff,
    HandoffReturn,
    Lead,
    LeadScore,
    Opportunity,
    Touch,
    Transition,
)
from meetings.models import Action
from notifications.models import Comment, Notice
from sla.models import Clock
from smarketing.demo.company import make_company
from tests.demo.conftest import FRIDAY_AFTERNOON, SUNDAY_NIGHT

BUSINESS = (
    (Lead, "email title phone stage stage_at owner__email company__domain campaign__name created_at review_on plan"),
    (Touch, "lead__email kind occurred_at campaign__name content__title detail"),
    (Transition, "lead__email episode move from_stage to_stage at by__email note"),
    (Handoff, "lead__email made_at owner__email state decided_at due_at why hot next_step_at"),
    (Assignment, "handoff__lead__email handoff__made_at owner__email from_at until_at because"),
    (Attempt, "lead__email at by__email channel outcome note call_back_at synced"),
    (HandoffReturn, "handoff__lead__email at reason__code result by__email note"),
    (Opportunity, "lead__email amount state opened_at closed_at closes_on lost_because"),
    (Clock, "handoff__lead__email kind owner__email started_at due_at done_at breached_at waived_at"),
    (LeadScore, "lead__email fit engagement qualifies grade changes_on"),
    (Notice, "user__email kind created_at read_at"),
    (Comment, "author__email text at"),
    (Action, "text owner__email due_on closed_at"),
)


def digest() -> str:
    """All that happened, without ids and times of recording."""
    found = hashlib.sha256()
    for model, columns in BUSINESS:
        rows = sorted(map(repr, model.objects.values_list(*columns.split())))
        found.update("\n".join([model.__name__, *rows]).encode())
    return found.hexdigest()


def test_the_same_seed_and_moment_make_the_same_company(staged: Callable):
    digests = []
    for _ in range(2):
        with staged(leads=160):
            digests.append(digest())
    assert digests[0] == digests[1]


def test_another_seed_makes_another_company(staged: Callable):
    with staged(leads=30, seed=1):
        one = set(Lead.objects.values_list("email", flat=True))
    with staged(leads=30, seed=2):
        other = set(Lead.objects.values_list("email", flat=True))
    assert len(one & other) < 3


def test_at_night_and_at_the_weekend_the_queue_is_alive_too(staged: Callable):
    with staged(leads=420, until=SUNDAY_NIGHT) as scene:
        for rep in scene.cast.reps:
            waiting = Handoff.objects.owned_by(rep).pending()
            assert waiting.filter(due_at__gt=SUNDAY_NIGHT).exists(), rep
        assert not Transition.objects.filter(at__gt=SUNDAY_NIGHT).exists()


def test_a_company_that_hardly_wins_has_a_goal_all_the_same(staged: Callable, db: None):
    with staged(leads=300, until=SUNDAY_NIGHT + timedelta(hours=17)):
        assert {plan.revenue for plan in Plan.objects.all()} == {Decimal(10_000)}


def test_the_company_is_sound(staged: Callable):
    with staged(leads=300) as scene:
        assert Lead.objects.count() == pytest.approx(300, abs=3)
        assert not scene.agenda.refusals
        assert not DueLead.objects.exists()
        last = {move.lead_id: move.to_stage for move in Transition.objects.order_by("pk")}
        assert dict(Lead.objects.values_list("pk", "stage")) == last
        assert not Touch.objects.filter(occurred_at__gt=FRIDAY_AFTERNOON).exists()
        _scores_equal_their_ledgers()
        _clocks_are_settled()


def _scores_equal_their_ledgers() -> None:
    evaluated = scoring.evaluate(Criteria.objects.ruling(), scoring.Now(FRIDAY_AFTERNOON))
    assert {each.lead_id: (each.fit, each.engagement) for each in evaluated} == {
        pk: (fit, engagement) for pk, fit, engagement in LeadScore.objects.values_list("lead_id", "fit", "engagement")
    }


def _clocks_are_settled() -> None:
    shown = {clock.pk: clock.shown() for clock in Clock.objects.all()}
    assert not Clock.objects.filter(handoff__made_at__gt=F("started_at")).exists()
    Clock.objects.settle(list(Handoff.objects.values_list("pk", flat=True)))
    assert {clock.pk: clock.shown() for clock in Clock.objects.all()} == shown


@pytest.mark.django_db
def test_it_is_only_made_where_there_are_no_leads(at):
    Lead.objects.create(email="ann@acme.test", created_at=at, stage_at=at)
    with pytest.raises(Refused, match="leads or agreed documents here already"):
        make_company(seed=1, leads=30, until=FRIDAY_AFTERNOON)
    with pytest.raises(CommandError, match="needs an empty database"):
        call_command("demo", "--leads", "30")
    assert Lead.objects.count() == 1


@pytest.mark.django_db
def test_the_command_says_what_it_made_and_who_can_sign_in(capsys, settings):
    settings.DEMO = True
    call_command("demo", "--leads", "20", "--until", "2026-11-20")
    said = capsys.readouterr().out
    assert "Made: 20 leads" in said
    assert "sam@smarketing.example" in said


@pytest.mark.django_db
def test_who_can_sign_in_is_written_down_for_whoever_says_it_later(tmp_path, capsys):
    call_command("demo", "--leads", "20", "--until", "2026-11-20", "--sign-ins", str(tmp_path / "people.txt"))
    assert "rita@smarketing.example" in (tmp_path / "people.txt").read_text()
    assert "rita@" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [("--until", "yesterday", "no date such as"), ("--leads", "none", "no number"), ("--leads", "0", "no number")],
)
def test_what_cannot_be_is_said_in_a_sentence(option: str, value: str, sentence: str):
    with pytest.raises(CommandError, match=sentence):
        call_command("demo", option, value)
