"""Minor changes of the MQL criteria, where the signed agreement lets them take effect without objection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.access import check
from accounts.models import User, WorkCalendar
from agreements.models import MinorChange
from common.errors import Refused
from common.hours import Hours, zone_named
from common.templatetags.words import percent
from common.worktime import NoWorkingTime, closing_time
from leads import minor
from leads.models import Criteria
from leads.verdict import Finding
from sla.models import Agreement

DAYS = 2
A_DAY, A_YEAR = timedelta(days=1), 366


@dataclass(frozen=True)
class Offer:
    """Whether a draft may take effect without objection, why or why not, and from when on it would."""

    agreement: Agreement
    findings: list[Finding]
    until: datetime

    @property
    def stands(self) -> bool:
        return all(finding.passed for finding in self.findings)


def offer(criteria: Criteria, *, at: datetime) -> Offer | None:
    """What may be done with a draft without signatures; None where the agreement or the lack of one forbids it."""
    agreement, ruling = Agreement.objects.ruling(), Criteria.objects.with_rules().ruling()
    if agreement is None or not agreement.minor_changes or ruling is None or ruling.revision.is_trial:
        return None
    return Offer(agreement, [_weights(criteria, ruling), _volume(criteria, ruling)], until(agreement, at=at))


@transaction.atomic
def propose(criteria: Criteria, *, by: User, at: datetime) -> MinorChange:
    """Propose a draft as a minor change: it takes effect unless a head objects, and the heads are told.

    Raises Refused, with what stands against it, where it is none or the agreement allows none.
    """
    check(by, "criteria.propose")
    criteria.open_for_editing(by=by)
    draft = Criteria.objects.with_rules().get(pk=criteria.pk)
    found = offer(draft, at=at)
    if found is None:
        raise Refused("The agreement in force allows no change without both signatures.")
    if not found.stands:
        raise Refused(" ".join(finding.says for finding in found.findings if not finding.passed))
    draft.propose(by=by, at=at)
    return MinorChange.objects.open(
        draft.revision, allowed_by=found.agreement.revision, until=found.until, by=by, at=at
    )


def until(agreement: Agreement, *, at: datetime) -> datetime:
    """When the time to object is over: the last desk's close on the second day after this one on which all work.

    Raises NoWorkingTime if no such day comes within a year.
    """
    calendars = WorkCalendar.objects.filter(teams__isnull=False).distinct()
    every = [calendar.hours() for calendar in calendars] or [agreement.hours]
    day = _working_day(at.astimezone(zone_named(agreement.zone)).date(), every)
    return max(closing_time(day, hours) for hours in every)


def _working_day(on: date, every: list[Hours]) -> date:
    ahead = (on + n * A_DAY for n in range(1, A_YEAR))
    both = [day for day in ahead if all(hours.is_working_day(day) for hours in every)]
    if len(both) < DAYS:
        raise NoWorkingTime("There is no day within a year on which both sides work.")
    return both[DAYS - 1]


def _weights(criteria: Criteria, ruling: Criteria) -> Finding:
    beyond = minor.beyond_weights(ruling, criteria)
    if not beyond:
        return Finding(True, "It changes weights alone.")
    named = f"“{beyond[0]}”" + (f" and {len(beyond) - 1} more" if len(beyond) > 1 else "")
    return Finding(False, f"It changes more than weights: {named}.")


def _volume(criteria: Criteria, ruling: Criteria) -> Finding:
    found = minor.volume(criteria, ruling)
    if found is None:
        return Finding(False, "This very text has not been replayed on the past year yet, beside the one in force.")
    if found.change is None:
        return Finding(False, "The version in force made no MQLs over the past year, so nothing can be compared.")
    says = f"It would have made {found.would:,} MQLs over the past year, the version in force {found.were:,}"
    return Finding(found.is_near, f"{says}: {_signed(found)}.")


def _signed(found: minor.Volume) -> str:
    sign = "+" if found.change > 0 else "−" if found.change < 0 else "±"
    within = "within" if found.is_near else "more than"
    return f"{sign}{percent(abs(found.change), 1)}, {within} {percent(minor.WITHIN)}"
