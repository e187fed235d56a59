"""The command that brings scores up to date, and what deals mean for colleagues."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from leads.draining import score_due
from leads.models import DueLead, LeadScore
from tests.builders import a_lead, an_accepted_handoff, criteria_in_force

DAY = timedelta(days=1)


def test_without_criteria_the_command_says_what_is_missing(db):
    with pytest.raises(CommandError, match="No criteria are in force"):
        call_command("rescore")


def test_the_command_scores_who_is_due_or_everybody(theo, nora, at, clock_shows, capsys):
    clock_shows(at)
    criteria_in_force(theo=theo, nora=nora, at=at - DAY)
    a_lead(at=at - DAY, title="Director")
    call_command("rescore")
    assert "1 due leads scored." in capsys.readouterr().out
    LeadScore.objects.all().delete()
    call_command("rescore", "--all")
    assert "1 leads scored." in capsys.readouterr().out
    assert LeadScore.objects.get().total == 20


def test_a_deal_opened_or_won_makes_everybody_of_the_company_due(theo, nora, sam, at):
    criteria_in_force(theo=theo, nora=nora, at=at - DAY)
    handoff = an_accepted_handoff(at=at, owner=sam, email="ann@acme.example")
    colleague = a_lead(at=at, email="bob@acme.example", title="Director")
    while score_due(at=at):
        pass
    assert LeadScore.objects.get(pk=colleague.pk).total == 20
    deal = handoff.open_deal(
        amount=1000, currency="EUR", closes_on=(at + 30 * DAY).date(), estimated=False, by=sam, at=at
    )
    assert set(DueLead.objects.values_list("lead", "fresh")) >= {(colleague.pk, False), (handoff.lead_id, False)}
    while score_due(at=at):
        pass
    deal.win(by=sam, at=at + DAY)
    assert DueLead.objects.filter(lead=colleague).exists()
