"""A small company that has worked for some weeks, made through the verbs: one of everything there is a page for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType

from accounts.access import Role, Side
from accounts.models import ApiToken, Scope, Team, User, WorkCalendar
from agreements.models import Credit, Persona, Responsibilities, Segment
from campaigns.models import Campaign, Content, ContentRequest
from common.conditions import Condition
from goals.models import Plan
from leads import alike, backtest, beginnings, rescoring
from leads.draining import score_due
from leads.intake import record_touches, source_lead
from leads.learning.edits import Edit, Kind
from leads.links import link_to
from leads.models import (
    Aside,
    Attempt,
    ChangeRequest,
    Criteria,
    Episode,
    Handoff,
    HandoffReturn,
    Lead,
    Opportunity,
    RoutingRule,
    ShadowRun,
    Suggestion,
    SuggestionLead,
)
from meetings.models import Series
from notifications import threads
from notifications.models import Channel, Delivery, Endpoint, KeptMail
from notifications.outbox import drain
from sla.climbing import climb
from sla.models import Agreement, ClauseRequest, Clock, Dispute, Review, Sample
from tests import clocks
from tests.builders import (
    a_handoff,
    a_lead,
    a_person,
    a_touch,
    agreement_in_force,
    answered_alike,
    criteria_in_force,
    focus_in_force,
    persona_in_force,
    reason,
    stage_map_in_force,
)
from tests.leads.files import checked, imported, table, uploaded
from tests.leads.learnt_company import suggested

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)  # Wednesday, ten in the morning in Amsterdam
BEGUN = NOW - timedelta(days=37)  # Monday 2 February
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

HEADER = ("Email", "First name", "Last name", "Company", "Employees")
ROWS = [("ann@brix.test", "Ann", "Lee", "Brix", "250"), ("nobody", "No", "Body", "Brix", "250")]


@dataclass
class Company:
    """Its people, and what stands in an address after a word: `things["leads"]` are ids of leads."""

    people: dict[str, User]
    things: dict[str, list[Any]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        return self.people[name]


def a_living_company() -> Company:
    """Make it, as it is at `NOW`, which the clock shows from then on."""
    company = Company(_people())
    _sign(company)
    _route(company)
    _work(company)
    _import(company)
    company.things["requests"] = _ask_for_content(company)
    _plan_and_meet(company)
    _differ(company)
    _draft(company)
    clocks.show(NOW)
    drain()
    beginnings.reckon(at=NOW)
    alike.reckon(at=NOW)
    _keep_house(company)
    return company


def _people() -> dict[str, User]:
    calendar = WorkCalendar.objects.create(name="Office", zone="Europe/Amsterdam")
    teams = {side: Team.objects.create(name=side.label, side=side, calendar=calendar) for side in Side}
    return {
        "maya": a_person("Maya Peters", Role.MARKETER, team=teams[Side.MARKETING]),
        "theo": a_person("Theo Blom", Role.HEAD_OF_MARKETING, team=teams[Side.MARKETING]),
        "sam": a_person("Sam de Wit", Role.REP, team=teams[Side.SALES]),
        "rita": a_person("Rita Kok", Role.REP, team=teams[Side.SALES]),
        "nora": a_person("Nora Vos", Role.HEAD_OF_SALES, team=teams[Side.SALES]),
        "ada": a_person("Ada Smit", Role.ADMIN),
        "otto": a_person("Otto Bos"),
    }


def _sign(company: Company) -> None:
    """The definition, the agreement and a goal, in force since the company began."""
    heads = {"theo": company.theo, "nora": company.nora}
    criteria = criteria_in_force(**heads, at=BEGUN)
    agreement = agreement_in_force(**heads, at=BEGUN)
    plan = Plan.objects.draw_up("2026-Q1", Decimal(400_000), agreement.calendar, by=company.theo, at=BEGUN)
    plan.propose(by=company.theo, at=BEGUN)
    plan.sign(by=company.theo, at=BEGUN)
    plan.sign(by=company.nora, at=BEGUN)
    company.things |= {"criteria": [criteria.revision.number], "agreement": [agreement.revision.number]}
    company.things["plans"] = [plan.pk]
    company.things["targets"] = [target.pk for target in plan.targets.of_whole_periods()]
    persona = persona_in_force("Fleet manager", maya=company.maya, sam=company.sam, **heads, at=BEGUN)
    company.things |= {"personas": [persona.persona_id], "versions": [1]}


def _route(company: Company) -> None:
    """A rule for big companies above the last row."""
    big = {"conditions": [Condition("employees", "at_least", ("95",))], "weights": {company.sam.team_id: 1}}
    rule = RoutingRule.objects.add(**big, by=company.nora, at=BEGUN)
    company.things["shares"] = [company.sam.team_id]
    company.things |= {"routing": [rule.pk, RoutingRule.objects.last_row().pk], "trail": [rule.changes.get().pk]}


def _work(company: Company) -> None:
    """Leads at every stage, and what people did with them."""
    sam, rita = company.sam, company.rita
    spring = Campaign.objects.draw_up(
        by=company.maya, name="Spring webinar", cost=Decimal(3000), starts_on=BEGUN.date()
    )
    guide = Content.objects.add(by=company.maya, title="The buyer’s guide", campaign=spring)
    waiting = _asked_for_a_demo(company, at=NOW - HOUR, campaign="Spring webinar", content="The buyer’s guide")
    hand = [a_handoff(at=NOW - (12 - n) * DAY, owner=(sam, rita)[n % 2], employees=90 + n) for n in range(10)]
    accepted, lost, won, open_deal, recycled, gone, repair, double, late, unreached = hand
    for n, handoff in enumerate((accepted, lost, won, open_deal, gone)):
        handoff.accept(by=handoff.owner, at=handoff.made_at + HOUR + n * MINUTE)
    Attempt.objects.log(accepted, channel="call", outcome="spoke", by=sam, at=accepted.made_at + 2 * HOUR, note="Nice.")
    accepted.plan_next(step="Send the offer", when=NOW + DAY, by=sam, at=accepted.made_at + 3 * HOUR)
    deals = [_deal(each, company) for each in (lost, won, open_deal)]
    deals[0].lose(because="Chose another", by=lost.owner, at=NOW - 2 * DAY)
    deals[1].win(by=won.owner, at=NOW - DAY)
    _send_back(recycled, "timing", evidence={"date": "2026-06-01"})
    _send_back(gone, "no_need", note="They build it themselves.")
    _send_back(repair, "incomplete_data", evidence={"fields": ["phone"]})
    _send_back(double, "duplicate", evidence={"lead": accepted.lead_id})
    Attempt.objects.log(unreached, channel="call", outcome="no_answer", by=unreached.owner, at=NOW - 2 * HOUR)
    own = source_lead({"email": "own@found.test", "first_name": "Own"}, by=sam, at=NOW - DAY)
    fresh = a_lead(at=NOW - 2 * HOUR, first_name="Priya", last_name="Raman")
    refused = a_lead(at=NOW - DAY)
    refused.opt_out(by=company.maya, at=NOW - HOUR)
    contact = deals[2].add_contact(fresh, role="signs", by=open_deal.owner)
    handed = Handoff.objects.filter(lead=waiting).values_list("pk", flat=True)
    threads.post(accepted.lead, "@nora have a look", by=sam, at=NOW - HOUR)
    Clock.objects.flag_breaches(at=NOW)
    climb(at=NOW)
    Aside.objects.begin(rita, because="Missed 2 first attempts in a row", at=NOW)
    leads = [waiting, *(each.lead for each in hand), own, fresh, refused]
    company.things |= {
        "leads": [lead.pk for lead in leads],
        "handoffs": [*handed, accepted.pk, late.pk, repair.pk],
        "now": [link_to(late.pk, late.owner, at=NOW).split("/")[2]],
        "asides": [Aside.objects.standing().first().pk],
        "queue": [*handed, accepted.pk, open_deal.pk, late.pk, repair.pk],
        "deals": [deals[2].pk, deals[1].pk],
        "contacts": [contact.pk],
        "wins": [deals[1].pk],
        "companies": [fresh.company_id, won.lead.company_id],
        "opportunities": [deals[2].pk, deals[1].pk],
        "campaigns": [spring.pk],
        "content": [guide.pk],
        "returns": [HandoffReturn.objects.get(handoff=double).pk],
        "clocks": [Clock.objects.late().customers().first().pk],
        "comments": [f"{ContentType.objects.get_for_model(Lead).pk}/{fresh.pk}"],
    }


def _asked_for_a_demo(company: Company, *, at: datetime, **more: str) -> Lead:
    lead = a_lead(at=at - HOUR, first_name="Demo", last_name="Wanted", employees=300, title="Head of Sales")
    record_touches([a_touch("demo_request", at=at - MINUTE, **more) | {"lead": lead.pk}], at=at)
    clocks.show(at)
    score_due(at=at)
    return lead


def _ask_for_content(company: Company) -> list[int]:
    """Requests at each place on their way, the first still to be answered."""
    maya, sam, at = company.maya, company.sam, NOW - 2 * DAY
    guide, lead = Content.objects.get(), Lead.objects.earliest("pk")
    waits, back, taken, done, declined = (
        ContentRequest.objects.ask(what, about=lead, by=sam, at=at)
        for what in ("A page on tolls", "A story", "A calculator", "A guide", "A film")
    )
    back.ask_back("Which country?", by=maya, at=at + HOUR)
    taken.accept(by=maya, at=at + HOUR)
    done.deliver(content=guide, url="https://acme.test/guide", words="Page 4.", by=maya, at=at + HOUR)
    declined.decline("Too dear.", by=maya, at=at + HOUR)
    return [waits.pk, back.pk, taken.pk, done.pk, declined.pk]


def _deal(handoff: Handoff, company: Company) -> Opportunity:
    terms = {"amount": Decimal(24_000), "currency": "EUR", "closes_on": (NOW + 20 * DAY).date()}
    return handoff.open_deal(**terms, by=handoff.owner, at=handoff.made_at + 5 * HOUR)


def _send_back(handoff: Handoff, why: str, **shown: Any) -> None:
    handoff.refresh_from_db()
    handoff.send_back(reason(why), by=handoff.owner, at=handoff.made_at + 6 * HOUR, **shown)


def _import(company: Company) -> None:
    """Files at each place on their way."""
    maya = company.maya
    done = imported(table(HEADER, *ROWS), by=maya, at=NOW - HOUR)
    waits = uploaded(table(HEADER, *ROWS), by=maya, at=NOW - HOUR, name="More leads.csv")
    preview = checked(uploaded(table(HEADER, *ROWS), by=maya, at=NOW - HOUR), by=maya, at=NOW - HOUR)
    broken = uploaded(b"\x00", by=maya, at=NOW - HOUR, name="Broken.csv")
    company.things["imports"] = [waits.pk, done.pk, preview.pk, broken.pk]


def _plan_and_meet(company: Company) -> None:
    """A meeting that was held, one under way, and the next."""
    theo, nora = company.theo, company.nora
    series = Series.objects.set_up(
        weekday=0, time=time(10), zone="Europe/Amsterdam", minutes=30, by=nora, at=NOW - 12 * DAY
    )
    held = series.meetings.get()
    held.open(by=nora, at=NOW - 9 * DAY)
    held.write_minutes("We **agreed** on sizes.", version=held.minutes_version, by=theo, at=NOW - 9 * DAY)
    held.decide("Raise the bar", by=theo, at=NOW - 9 * DAY)
    action = held.give("Look at sizes", owner=company.maya, due_on=(NOW - 3 * DAY).date(), by=nora, at=NOW - 9 * DAY)
    under_way = held.close(by=nora, at=NOW - 9 * DAY + HOUR)
    under_way.open(by=nora, at=NOW - 2 * DAY)
    coming = under_way.close(by=nora, at=NOW - 2 * DAY + HOUR)
    item = coming.put_on_agenda("The spring campaign", by=theo, at=NOW - DAY)
    company.things |= {
        "meetings": [coming.pk, under_way.pk, held.pk],
        "actions": [action.pk],
        "agenda": [item.pk],
    }


def _differ(company: Company) -> None:
    """What the sides see differently: a dispute that waits, one for the meeting, one that is over; and a lot drawn."""
    maya, sam, theo = company.maya, company.sam, company.theo
    returns = list(HandoffReturn.objects.order_by("pk"))
    settled, denied, fresh = returns[0], returns[1], returns[2]
    over = Dispute.objects.contest_return(settled, because="They asked for it.", by=maya, at=NOW - DAY)
    over.withdraw(because="Sam showed me the mail.", by=maya, at=NOW - DAY)
    for_meeting = Dispute.objects.contest_return(denied, because="They are 90 people.", by=maya, at=NOW - DAY)
    for_meeting.deny(because="Not at their only site.", by=denied.by, at=NOW - HOUR)
    delivered = Episode.objects.filter(handed_over_at__isnull=False).order_by("pk")
    waits = Dispute.objects.contest_delivery(delivered.first(), because="It is our customer.", by=sam, at=NOW - HOUR)
    sample = Sample.objects.create(week_on=NOW.date() - 9 * DAY, drawn_at=NOW, drawn_from=2)
    drawn = [Review.objects.create(sample=sample, returned=each) for each in (fresh, settled)]
    drawn[1].say(Side.MARKETING, is_right=True, by=theo, at=NOW - HOUR)
    company.things |= {
        "disputes": [for_meeting.pk, waits.pk, over.pk],
        "returned": [fresh.pk],
        "delivered": [delivered.last().pk],
        "review": [drawn[0].pk],
        "by": ["source", "persona", "campaign"],
        "reps": [sam.pk],
    }


def _draft(company: Company) -> None:
    """The next versions: a definition in the editor, an agreement and a goal that wait for signatures."""
    theo, nora = company.theo, company.nora
    proposed = Criteria.objects.draft_from(Criteria.objects.ruling(), by=theo, at=NOW - 2 * DAY)
    proposed.propose(by=theo, at=NOW - 2 * DAY)
    asked = ChangeRequest.objects.ask(proposed, "Too few.", rule=proposed.rules.first(), by=nora, at=NOW - 2 * DAY)
    proposed.decline(by=nora, because="", at=NOW - DAY)
    draft = proposed.amend(by=theo, at=NOW - DAY)
    backtest.start(draft, by=theo, at=NOW)
    backtest.go_on(clock=lambda: NOW)
    ShadowRun.objects.start(draft, days=14, by=theo, at=NOW - HOUR)
    rescoring.go_on(clock=lambda: NOW - HOUR)
    company.things |= {"learning": [_learn(company).pk], "figures": ["met", "returns-avoided"]}
    first = Agreement.objects.draft_from(Agreement.objects.ruling(), by=theo, at=NOW - 2 * DAY)
    first.propose(by=theo, at=NOW - 2 * DAY)
    wish = ClauseRequest.objects.ask(first, "By phone.", clause="talking", by=nora, at=NOW - 2 * DAY)
    first.decline(by=nora, because="", at=NOW - DAY)
    agreement = Agreement.objects.draft_from(first, by=nora, at=NOW - DAY)
    plan = Plan.objects.draw_up("2026-Q2", Decimal(500_000), agreement.calendar, by=theo, at=NOW - DAY)
    plan.propose(by=theo, at=NOW - DAY)
    another = Plan.objects.draw_up("2026-Q3", Decimal(500_000), agreement.calendar, by=theo, at=NOW - DAY)
    things = company.things
    signed = focus_in_force(theo=theo, nora=nora, at=BEGUN, segments=[Segment("Hauliers", ("Road freight",), least=50)])
    things["focus"] = [signed.amend(by=nora, at=NOW - DAY).pk, signed.pk]
    stage_map = stage_map_in_force(theo=theo, nora=nora, at=BEGUN)
    credit = Credit.objects.start(by=theo, at=NOW - DAY)
    credit.propose(by=theo, at=NOW - DAY)
    things["credit"] = [credit.amend(by=theo, at=NOW - HOUR).revision.number, credit.revision.number]
    things["stages"] = [stage_map.amend(by=nora, at=NOW - DAY).revision.number, stage_map.revision.number]
    things["roles"] = _say_who_does_what(company)
    persona = Persona.objects.get(pk=things["personas"][0]).revise(by=company.maya, at=NOW - DAY)
    persona.edit("story", by=company.sam, at=NOW - HOUR, story="Plans a hundred trucks by hand.")
    things["versions"].insert(0, persona.revision.number)
    things["worksheet"] = ["companies", "people", "wants", "doubts", "story"]
    things["criteria"].insert(0, draft.revision.number)
    things["rules"] = [draft.rules.filter(section="scored").first().pk]
    things["asked"] = [wish.pk]
    things["promise"] = ["first_attempt_attainment", "disposition_attainment"]
    things["cases"] = ["first_attempt_attainment/missed", "attempts_attainment/kept"]
    things["shadow"] = ["new", "before"]
    things["backtest"] = ["mqls", "missed", "band_5"]
    things["changes"] = [asked.pk]
    things["new"] = ["must", "fit", "engagement"]
    things["agreement"].insert(0, agreement.revision.number)
    things["plans"] = [another.pk, plan.pk, *things["plans"]]
    things["agreements"] = [plan.revision_id]
    things["reports"] = [
        "alignment",
        "dropped_soon",
        "disputes",
        "review_agreement",
        "reward_missing",
        "mqls_delivered",
        "first_attempt_attainment",
        "conversion_lead_mql",
        "pipeline_velocity",
        "campaign_cost",
    ]
    things["metrics"] = ["alignment"]


def _learn(company: Company) -> Suggestion:
    """What a worker would have suggested, had there been enough decisions."""
    asks = {"section": "never", "field": "title", "operator": "contains", "values": ["Student"]}
    behind = SuggestionLead(lead_id=company.things["leads"][0], at=NOW - DAY, outcome="returned", won=False,
                            held_back=False, met=True, effect="out")  # fmt: skip
    never = Edit(Kind.NEVER, asks), "Never when its title contains Student."
    [found] = suggested(Criteria.objects.ruling(), never, at=NOW - HOUR, leads=[behind])
    return found


def _say_who_does_what(company: Company) -> list[int]:
    """The versions of who does what: one to settle, one signed, one that was given up before sales had answered."""
    theo, nora = company.theo, company.nora
    given_up = Responsibilities.objects.start(by=theo, at=NOW - 9 * DAY)
    given_up.answer(Side.MARKETING, {"first_call": "sales"}, by=theo, at=NOW - 9 * DAY)
    given_up.withdraw(by=theo, at=NOW - 8 * DAY)
    signed = Responsibilities.objects.start(by=theo, at=NOW - 7 * DAY)
    answered_alike(signed, maya=company.maya, sam=company.sam, at=NOW - 6 * DAY, clean_data="both")
    signed.settle("clean_data", "marketing", by=nora)
    signed.propose(by=nora, at=NOW - 6 * DAY)
    signed.sign(by=theo, at=NOW - 5 * DAY)
    signed.sign(by=nora, at=NOW - 5 * DAY)
    draft = signed.amend(by=theo, at=NOW - DAY)
    return [draft.revision.number, signed.revision.number, given_up.revision.number]


def _keep_house(company: Company) -> None:
    """What the settings show."""
    ada, sam, maya = company.ada, company.sam, company.maya
    calendar = WorkCalendar.objects.get()
    calendar.close((NOW + 30 * DAY).date(), "Works outing", by=ada)
    absence = sam.be_away(NOW + 7 * DAY, NOW + 9 * DAY, cover=company.rita, by=ada, at=NOW)
    token, _ = ApiToken.objects.issue(maya, scopes=Scope.values, by=maya, at=NOW)
    threads.post(Lead.objects.first(), "@ada can you help?", by=maya, at=NOW)
    crm = {"name": "CRM", "url": "https://127.0.0.1/hooks", "told": ["comment.mention"]}
    listens = Endpoint.objects.set_up(Channel.WEBHOOK, **crm, by=ada, at=NOW)
    slack = Endpoint.objects.set_up(Channel.SLACK, name="Slack", url="https://127.0.0.1/x", told=[], by=ada, at=NOW)
    dead = Delivery.objects.open().filter(channel="email").first()
    dead.fail("ConnectionRefusedError: nobody listens", again_at=None, at=NOW)
    company.things |= {
        "people": [sam.pk],
        "pools": [sam.team_id],
        "teams": [sam.team_id],
        "hours": [calendar.pk],
        "closed": [calendar.closures.get().pk],
        "absences": [absence.pk],
        "tokens": [token.pk],
        "deliveries": [dead.pk],
        "channels": [listens.pk, slack.pk],
        "webhooks": [listens.pk],
        "notifications": [company.nora.notices.first().pk],
        "mail": [KeptMail.objects.first().pk],
        "reasons": [reason("timing").pk, reason("spam").pk],
        "demo": [sam.pk],
        "password": ["Nw/no-such-token"],
    }
