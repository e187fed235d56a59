"""How long the pages of every day take on the server in a large company, beside the statements they ask, asked bare."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import Role
from accounts.models import User
from common import clock as db_clock
from common.bench import Timing, bench, run, usual
from goals.models import Plan
from leads.models import Criteria, Handoff, Lead, Opportunity
from leads.models.opportunity import DealState
from meetings.models import Meeting
from smarketing import bench_company

REP, HEAD_OF_SALES, MARKETER, HEAD_OF_MARKETING = (
    Role.REP,
    Role.HEAD_OF_SALES,
    Role.MARKETER,
    Role.HEAD_OF_MARKETING,
)


AROUND = ("SET ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")


@bench("pages")
def pages(leads: int) -> Iterator[Timing]:
    """Each page that somebody opens daily, from request to answer, for who opens it; a company that is there stays."""
    if not Lead.objects.exists():
        bench_company.make(leads, until=db_clock.now())
    people = {role: User.objects.active().filter(roles=[role]).order_by("pk").first() for role in Role}
    for role, address in opened_daily(people[REP]):
        browser = Client(headers={"host": settings.ALLOWED_HOSTS[0].replace("*", "localhost")})
        browser.force_login(people[role])
        yield _timed(f"{address} {role.label.lower()}", asking(browser, address))


def opened_daily(rep: User) -> list[tuple[Role, str]]:
    """Who opens which address."""
    mine = Handoff.objects.filter(owner=rep, closed_at=None).order_by("due_at", "pk").first()
    lead = mine.lead if mine else Lead.objects.latest("pk")
    deals = Opportunity.objects.exclude(state=DealState.LOST).order_by("state", "-pk").distinct("state")
    company, plan = _busiest("company"), Plan.objects.get()
    campaign = _busiest("campaign")
    meetings = Meeting.objects.filter(closed_at__isnull=False).order_by("-starts_at")[:1]
    return [
        (REP, "/queue/"),
        (REP, f"/queue/{mine.pk if mine else 0}/"),
        (REP, f"{lead.get_absolute_url()}score/today/"),
        (REP, f"{lead.get_absolute_url()}worked/"),
        (REP, "/goals/quota/"),
        (MARKETER, "/"),
        (HEAD_OF_MARKETING, "/"),
        (HEAD_OF_SALES, "/"),
        (REP, "/leads/"),
        (MARKETER, "/leads/?stage=recycled"),
        (REP, f"/leads/?q={lead.email}"),
        (REP, f"/leads/?q={lead.last_name}"),
        (REP, lead.get_absolute_url()),
        (MARKETER, lead.get_absolute_url()),
        (REP, f"/companies/{company}/"),
        (HEAD_OF_SALES, "/sla/"),
        (HEAD_OF_SALES, "/sla/between-us/"),
        (HEAD_OF_SALES, "/sla/beside/"),
        (HEAD_OF_SALES, "/sla/by/source/"),
        (HEAD_OF_SALES, "/sla/by/campaign/"),
        (HEAD_OF_SALES, "/sla/signs/"),
        (HEAD_OF_SALES, "/sla/reps/"),
        (HEAD_OF_SALES, "/sla/breaches/"),
        (REP, f"/sla/reps/{rep.pk}/"),
        (HEAD_OF_MARKETING, "/sla/disputes/"),
        (HEAD_OF_MARKETING, "/sla/agreement/"),
        (HEAD_OF_MARKETING, "/reports/"),
        (HEAD_OF_MARKETING, "/reports/leads_created/"),
        (HEAD_OF_MARKETING, "/reports/mqls_delivered/"),
        (HEAD_OF_MARKETING, "/reports/mqls_delivered/rows/"),
        (HEAD_OF_SALES, "/reports/acceptance_rate/"),
        (HEAD_OF_SALES, "/reports/first_attempt_attainment/"),
        (HEAD_OF_MARKETING, "/reports/revenue_won_from_marketing/"),
        (HEAD_OF_MARKETING, "/reports/alignment/"),
        (HEAD_OF_MARKETING, "/goals/"),
        (HEAD_OF_MARKETING, f"/goals/plans/{plan.pk}/"),
        (HEAD_OF_SALES, f"/goals/plans/{plan.pk}/quotas/"),
        (HEAD_OF_SALES, "/goals/credit/"),
        (HEAD_OF_MARKETING, "/goals/credit/rewards/"),
        (HEAD_OF_MARKETING, "/credit/"),
        (REP, "/focus/"),
        (MARKETER, "/campaigns/"),
        (MARKETER, f"/campaigns/{campaign}/"),
        (MARKETER, "/campaigns/converts/"),
        (MARKETER, "/campaigns/converts/?by=campaign&period=ever&order=customer"),
        (MARKETER, "/leads/?began=offer.recent.0.&came=mql"),
        (MARKETER, "/content/"),
        *((REP, deal.get_absolute_url()) for deal in deals),
        (REP, "/wins/"),
        (MARKETER, "/personas/"),
        (MARKETER, "/criteria/"),
        (MARKETER, f"/criteria/{Criteria.objects.ruling().revision.number}/"),
        (MARKETER, "/criteria/returns/"),
        (MARKETER, "/criteria/learning/"),
        (HEAD_OF_SALES, "/routing/"),
        (HEAD_OF_SALES, f"/routing/pools/{rep.team_id}/"),
        (HEAD_OF_SALES, "/routing/shares/"),
        (HEAD_OF_MARKETING, "/stages/"),
        (HEAD_OF_MARKETING, "/stages/stale/"),
        (HEAD_OF_SALES, "/meetings/"),
        *((HEAD_OF_SALES, f"/meetings/{meeting.pk}/") for meeting in meetings),
        (HEAD_OF_SALES, "/actions/"),
        (REP, "/notifications/"),
    ]


def _busiest(what: str) -> int:
    """The id of the company or the campaign with most leads: who is quick for that is quick for all."""
    counted = Lead.objects.exclude(**{what: None}).values(what).annotate(leads=Count("pk"))
    return counted.latest("leads", f"-{what}")[what]


def asking(browser: Client, address: str) -> Callable[[], None]:
    """A request for a page, which has to succeed."""

    def ask() -> None:
        answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")

    return ask


def _timed(what: str, ask: Callable[[], None]) -> Timing:
    """A page beside the statements it asks, told to the database once more by hand."""
    ask()
    with CaptureQueriesContext(connection) as asked:
        ask()
    statements = [_bare(query["sql"]) for query in asked.captured_queries if not query["sql"].startswith(AROUND)]
    return usual(what, ask, lambda: [run(each) for each in statements], queries=len(statements))


def _bare(statement: str) -> str:
    """A statement that is read in pieces through a cursor is asked at once."""
    return statement.partition(" FOR ")[2] if statement.startswith("DECLARE ") else statement
