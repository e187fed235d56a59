"""Making the demo company: everybody on stage, the year played, and a word on what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection, transaction

from agreements.models import Revision
from common.errors import Refused
from leads import alike, beginnings, rescoring
from leads.learning import studying
from leads.models import Criteria, Lead, Study
from notifications.outbox import as_history
from smarketing.demo import (
    alignment,
    deals,
    definitions,
    disputes,
    library,
    personas,
    promises,
    remarks,
    routes,
    today,
    weekly,
)
from smarketing.demo.accounts import bring_old_list, name_accounts
from smarketing.demo.agenda import Agenda, Process
from smarketing.demo.cast import Cast
from smarketing.demo.market import run_campaigns
from smarketing.demo.rounds import Rounds
from smarketing.demo.scene import Scene
from smarketing.demo.story import SCRIPT, ZONE, Year, at
from smarketing.demo.world import World

Say = Callable[[str], None]
LARGE = ("leads", "sla")  # the apps whose tables fill


@transaction.atomic
def make_company(*, seed: int, leads: int, until: datetime, say: Say = lambda line: None) -> Scene:
    """Make the company in one transaction: all of it is there, or nothing.

    `say` is told of each month. Raises Refused where there are leads or agreed documents already.
    """
    if Lead.objects.exists() or Revision.objects.exists():
        raise Refused("There are leads or agreed documents here already. The demo company needs an empty database.")
    scene = _set(seed, leads, until)
    with as_history(news_from=at(scene.year.desk_time.date(), "00:00")):
        _play(scene, say)
    return scene


def _set(seed: int, leads: int, until: datetime) -> Scene:
    """Before the first day: people, hours, campaigns, and everybody who will come in."""
    cast = Cast(until.astimezone(ZONE).date() - timedelta(weeks=53))
    year = Year(until, cast.office.hours())
    cast.plan_holidays(year)
    routes.set_rules(cast, year)
    run_campaigns(year)
    definitions.add_vehicles(at(year.first_day, "09:00"))
    others = len(today.visits_in(leads)) + leads // deals.LEADS_A_SELF_SOURCED_ONE
    return Scene(year, cast, World(seed, year, leads - others), Agenda(at(year.first_day, "00:00")), leads)


def _play(scene: Scene, say: Say) -> None:
    """Go through the year: what people do, and after each stretch of it a round of the machines."""
    rounds, year = Rounds(scene), scene.year
    bring_old_list(scene)
    for process in _chapters(scene):
        scene.agenda.begin(process)
    for number in range(year.days):
        day = year.day(number)
        for place, moment in enumerate(rounds.moments_of(day)):
            rounds.go_round(moment, morning=place == 0)
        if day.day == 1:
            say(f"{year.day(number - 1):%B %Y}: {rounds.told()}")
            _tidy_up()
    rounds.go_round(year.until, morning=False)
    _learn(scene)
    beginnings.reckon(at=year.until)
    alike.reckon(at=year.until)


def _chapters(scene: Scene) -> list[Process]:
    return [
        personas.agree(scene),
        _definitions(scene),
        alignment.say_who_does_what(scene),
        alignment.map_stages(scene),
        alignment.agree_on_credit(scene),
        deals.enter_rates(scene),
        alignment.set_focus(scene),
        promises.agree(scene),
        promises.set_goal(scene),
        name_accounts(scene),
        weekly.meet(scene),
        remarks.excuse(scene),
        library.ask(scene),
        library.brief(scene),
        disputes.judge_returns(scene),
        disputes.settle_one(scene),
        disputes.leave_one_open(scene),
        disputes.contest_a_delivery(scene),
        *(deals.find_own(scene, number) for number in range(scene.leads // deals.LEADS_A_SELF_SOURCED_ONE)),
    ]


def _definitions(scene: Scene) -> Process:
    year, cast = scene.year, scene.cast
    yield at(year.working_day(SCRIPT.definition_signed), "08:55")
    definitions.sign_first(year, cast)
    _score_everybody(scene)
    yield at(year.working_day(SCRIPT.second_definition_drafted), "16:45")
    second = definitions.draft_second(year, cast)
    yield at(year.working_day(SCRIPT.second_definition_signed), "08:50")
    definitions.sign_second(second, year, cast)
    _score_everybody(scene)
    yield at(year.working_day_before(year.last_day, SCRIPT.third_definition_proposed_before_the_end), "13:20")
    definitions.propose_third(year, cast)


def _score_everybody(scene: Scene) -> None:
    while rescoring.go_on(clock=lambda: scene.agenda.now):
        pass


def _learn(scene: Scene) -> None:
    """What the decisions of the year suggest to change in the definition."""
    Study.objects.start(Criteria.objects.ruling(), by=scene.cast.maya, at=scene.agenda.now)
    studying.go_on(clock=lambda: scene.agenda.now)


def _tidy_up() -> None:
    """Do what nobody else can while the transaction lasts: let the planner know how large the tables have become,
    and clear the marks that were taken, which are gone but stay in the way of the next ones.
    """
    tables = [model._meta.db_table for app in LARGE for model in apps.get_app_config(app).get_models()]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table whose references are still to be checked stays
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("TRUNCATE leads_duelead")
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")
