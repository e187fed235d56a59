"""Random histories: whatever a company may do, in any order, through the verbs; what they refuse is part of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st

from campaigns.models import Brief, Campaign, Content, ContentRequest
from common.errors import Refused
from leads.draining import score_due
from leads.handover import hand_over
from leads.intake import receive
from leads.intake.sourcing import source_lead
from leads.merge import merge
from leads.models import Attempt, Episode, Handoff, HandoffReturn, Lead, Opportunity, ReturnReason, Transition
from leads.models.opportunity import DealType
from leads.promotion import qualify_by_hand
from leads.undo import undo
from meetings.models import Action, Meeting
from sla.models import Clock, Dispute
from tests.clocks import show

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCES = ["Webinar", "Fair", ""]
MINUTE = timedelta(minutes=1)
PASSES = [
    *[MINUTE, 3 * MINUTE, 20 * MINUTE] * 3, 50 * MINUTE, 3 * HOUR, 5 * HOUR, 17 * HOUR, 26 * HOUR, 4 * DAY, 17 * DAY,
    95 * DAY,
]  # fmt: skip
REASONS = [
    "low_intent", "spam", "no_need", "incomplete_data", "wrong_owner", "outsider", "unable_to_reach", "timing",
]  # fmt: skip
A_START = 5  # people who have been handed over when it begins
DOES = {
    "come": 5, "touch": 5, "qualify": 4, "accept": 5, "attempt": 5, "confirm": 3, "send_back": 5, "open_deal": 4,
    "close_deal": 5, "undo": 3, "restore": 2, "finish_repair": 1, "reassign": 2, "withdraw": 1, "opt_out": 1,
    "merge": 1, "source": 2, "expand": 1, "contest": 2, "end_dispute": 2, "waive": 2, "sweep": 2, "put_off": 1,
    "plan": 1, "ask": 1, "answer": 2, "brief": 1, "meet": 1, "act": 1, "wait": 4,
}  # fmt: skip


class Step(NamedTuple):
    """What somebody does, to which of those it could be done to, how, and how long after the step before."""

    does: str
    which: int
    how: int
    later: timedelta


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from([does for does, often in DOES.items() for _ in range(often)]),
        st.integers(0, 8),
        st.integers(0, 8),
        st.sampled_from(PASSES),
    ),
    min_size=60,
    max_size=120,
)


@dataclass
class History:
    """A company that lives: `people` by name, `at` the moment it has come to, `done` what was not refused."""

    people: SimpleNamespace
    at: datetime
    campaigns: list[Campaign] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def live(self, played: list[Step]) -> None:
        """Do all of it from the beginning, one step after the other, and stop the clock where it ends."""
        self._set_the_stage()
        self.go_on(played)

    def go_on(self, played: list[Step]) -> None:
        """Do more of it."""
        for step in played:
            self.at += step.later
            show(self.at)
            try:
                with transaction.atomic():
                    done = getattr(self, f"_{step.does}")(step.which, step.how)
            except (Refused, ValidationError):
                continue
            if done is not False:
                self.done.append(step.does)
        self.at += HOUR
        show(self.at)

    def _set_the_stage(self) -> None:
        by, on = self.people.theo, self.at.date()
        search = {"starts_on": on - 9 * DAY, "ends_on": None, "cost": Decimal("999.99")}
        self.campaigns = [
            Campaign.objects.draw_up(
                by=by, name="Spring", starts_on=on + 20 * DAY, ends_on=on + 60 * DAY, cost=Decimal("4100")
            ),
            Campaign.objects.draw_up(by=by, name="Search", **search),
            Campaign.objects.draw_up(by=by, name="Radio"),
        ]
        self.contents = [Content.objects.add(by=by, title=title) for title in ("Guide", "Calculator")]
        for which in range(A_START):
            self._come(which, which)
            self._qualify(0, 0)

    # Which of them

    def _one(self, rows: Any, which: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[which % len(found)] if found else None

    def _open(self, which: int, **which_ones: Any) -> Handoff | None:
        return self._one(Handoff.objects.open().filter(**which_ones), which)

    def _owner(self, handoff: Handoff) -> Any:
        return handoff.owner or self.people.nora

    # Marketing

    def _come(self, which: int, how: int) -> None:
        number = Lead.objects.count() + self.at.toordinal() * 100
        campaign = [None, *self.campaigns][which % 4]
        facts = {"email": f"p{number}.{which}@company{number % 7}.test", "last_name": f"P{number}"}
        facts |= {"phone": "+31 20 1234567", "employees": "120"} if how % 2 else {}
        facts |= {"source": SOURCES[how % 3], "campaign": campaign.name if campaign else ""}
        touches = [{"kind": "form", "occurred_at": self.at - HOUR}] if how % 2 else []
        if campaign and touches:
            touches[0]["campaign"] = campaign.name
        receive(facts, touches, by=self.people.maya, at=self.at)

    def _touch(self, which: int, how: int) -> object:
        lead = self._one(Lead.objects.all(), which)
        if lead is None:
            return False
        touch: dict[str, Any] = {
            "kind": ["page_view", "demo_request", "content_download"][how % 3], "occurred_at": self.at
        }  # fmt: skip
        if how % 3 == 2:
            touch["content"] = self.contents[how % 2].title
        if how > 4:
            touch["campaign"] = self.campaigns[how % 3].name
        receive({"email": lead.email}, [touch], by=None, at=self.at)
        return score_due(at=self.at)

    def _qualify(self, which: int, how: int) -> object:
        waiting = Lead.objects.filter(stage="mql", handoffs=None)
        if waiting and how % 2:
            return hand_over([each.pk for each in waiting], at=self.at)
        lead = self._one(Lead.objects.filter(stage__in=["lead", "recycled", "lost"]), which)
        return lead is not None and qualify_by_hand(lead, note="Met at the fair", by=self.people.maya, at=self.at)

    def _brief(self, which: int, how: int) -> object:
        said = {"what": "Webinar", "whom": "Planners", "why_now": "Season", "talking_points": "Ask"}
        return Brief.objects.give(self.campaigns[which % 3], **said, by=self.people.maya, at=self.at)

    def _plan(self, which: int, how: int) -> object:
        lead, maya = self._one(Lead.objects.filter(stage="recycled"), which), self.people.maya
        review_on = self.at.date() + 9 * DAY
        return lead is not None and lead.plan_nurture(
            owner=maya, plan="Newsletter", review_on=review_on, by=maya, at=self.at
        )

    def _finish_repair(self, which: int, how: int) -> object:
        handoff = self._open(which, repair_since__isnull=False)
        return handoff is not None and handoff.finish_repair(by=self.people.maya, at=self.at)

    def _answer(self, which: int, how: int) -> object:
        asked, maya = self._one(ContentRequest.objects.open(), which), self.people.maya
        if asked is None:
            return False
        if how % 4 == 0:
            return asked.ask_back("For whom?", by=maya, at=self.at)
        if how % 4 == 1:
            return asked.accept(by=maya, at=self.at)
        if how % 4 == 2:
            return asked.decline("Nobody reads it.", by=maya, at=self.at)
        return asked.withdraw(by=asked.asked_by, at=self.at)

    # Sales

    def _accept(self, which: int, how: int) -> object:
        handoff = self._open(which, state="pending")
        return handoff is not None and handoff.accept(by=self._owner(handoff), at=self.at)

    def _attempt(self, which: int, how: int) -> object:
        if how == 8:
            lead = self._one(Lead.objects.filter(origin="sales"), which)
            what, by = lead, lead and lead.owner
        else:
            what = self._open(which)
            by = what and self._owner(what)
        if what is None or by is None:
            return False
        return Attempt.objects.log(
            what,
            channel=["call", "email", "meeting"][how % 3],
            outcome=["no_answer", "sent", "spoke"][how % 3],
            by=by,
            at=self.at,
            made_at=self.at - [timedelta(0), HOUR][how == 4],
            synced=how % 5 == 0,
        )

    def _confirm(self, which: int, how: int) -> object:
        handoff = self._open(which, lead__stage="sal")
        return handoff is not None and handoff.confirm({}, by=self._owner(handoff), at=self.at)

    def _send_back(self, which: int, how: int) -> object:
        handoff = self._open(which)
        if handoff is None:
            return False
        reason = ReturnReason.objects.get(code=REASONS[how % len(REASONS)])
        evidence = {
            "fields": {"fields": ["phone"]}, "date": {"date": f"{self.at.date() + 30 * DAY}"},
        }.get(reason.evidence, {})  # fmt: skip
        told = {"evidence": evidence, "note": "So it is", "rating": [None, 1, 2, 3][which % 4]}
        return handoff.send_back(reason, **told, by=self._owner(handoff), at=self.at)

    def _reassign(self, which: int, how: int) -> object:
        handoff, to = self._open(which), [self.people.sam, self.people.rita][how % 2]
        return handoff is not None and handoff.reassign(to=to, because="Swap", by=self.people.nora, at=self.at)

    def _put_off(self, which: int, how: int) -> object:
        handoff = self._open(which, state="accepted")
        until = self.at + (3 + how) * DAY
        return handoff is not None and handoff.put_off(
            until=until, note="On holiday", by=self._owner(handoff), at=self.at
        )

    def _open_deal(self, which: int, how: int) -> object:
        handoff = self._open(which, state="accepted")
        if handoff is None:
            return False
        terms = {"amount": Decimal(1000 + 777 * how), "currency": ["EUR", "EUR", "USD"][which % 3]}
        closes_on = self.at.date() + 30 * DAY
        return handoff.open_deal(
            **terms, closes_on=closes_on, rating=[None, 1, 2][how % 3], by=self._owner(handoff), at=self.at
        )

    def _close_deal(self, which: int, how: int) -> object:
        deal = self._one(Opportunity.objects.open(), which)
        if deal is None:
            return False
        if how % 3:
            return deal.win(amount=deal.amount + how, by=self.people.nora, at=self.at)
        return deal.lose(because="Price", by=self.people.nora, at=self.at)

    def _source(self, which: int, how: int) -> object:
        number, by = Lead.objects.count(), [self.people.sam, self.people.rita][which % 2]
        facts = {"email": f"own{number}.{self.at.toordinal()}@found{number}.test"}
        deal = {"amount": Decimal(5000), "currency": "EUR", "closes_on": self.at.date() + 30 * DAY}
        stage = {"stage": "opportunity", "deal": deal} if how % 2 else {}
        return source_lead(facts, **stage, by=by, at=self.at)

    def _expand(self, which: int, how: int) -> object:
        lead = self._one(Lead.objects.filter(stage="customer"), which)
        terms = {"amount": Decimal(300), "currency": "EUR", "closes_on": self.at.date() + 30 * DAY}
        return lead is not None and Opportunity.objects.open_for(
            lead, **terms, type=DealType.EXPANSION, by=self.people.nora, at=self.at
        )

    def _ask(self, which: int, how: int) -> object:
        return ContentRequest.objects.ask(f"A calculator, {self.at}", by=self.people.sam, at=self.at)

    # Both

    def _undo(self, which: int, how: int) -> object:
        """Whatever was done lately, by whoever did it."""
        lately = Transition.objects.counted().filter(at__gt=self.at - HOUR, by__isnull=False)
        made = self._one(lately.select_related("lead", "by"), which)
        return made is not None and undo(made.lead, by=made.by, at=self.at)

    def _restore(self, which: int, how: int) -> object:
        lead = self._one(Lead.objects.filter(stage__in=["disqualified", "lost", "customer"]), which)
        if lead is None:
            return False
        last = lead.transitions.counted().filter(to_stage=lead.stage).order_by("pk").last()
        to = "lead" if how % 2 or not last else last.from_stage
        return lead.restore(to=to, note="A mistake", by=self.people.nora, at=self.at)

    def _withdraw(self, which: int, how: int) -> object:
        handoff = self._open(which)
        return handoff is not None and handoff.withdraw(because="Import undone", at=self.at)

    def _opt_out(self, which: int, how: int) -> object:
        lead = self._one(Lead.objects.all(), which)
        return lead is not None and lead.opt_out(by=self.people.maya, at=self.at)

    def _merge(self, which: int, how: int) -> object:
        leads = list(Lead.objects.filter(origin="marketing").order_by("pk"))
        if len(leads) < 2:
            return False
        keep, double = leads[which % len(leads)], leads[(which + 1 + how) % len(leads)]
        return merge(keep, double, by=self.people.maya, at=self.at)

    def _contest(self, which: int, how: int) -> object:
        if how % 2:
            wrong = self._one(HandoffReturn.objects.standing(), which)
            return wrong is not None and Dispute.objects.contest_return(
                wrong, because="It fits", by=self.people.theo, at=self.at
            )
        wrong = self._one(Episode.objects.filter(handed_over_at__isnull=False), which)
        return wrong is not None and Dispute.objects.contest_delivery(
            wrong, because="A student", by=self.people.nora, at=self.at
        )

    def _end_dispute(self, which: int, how: int) -> object:
        dispute = self._one(Dispute.objects.open(), which)
        if dispute is None:
            return False
        head = self.people.nora if dispute.side == "marketing" else self.people.theo
        if how % 3 == 2:
            return dispute.deny(because="It does not", by=head, at=self.at)
        return dispute.uphold(because="You are right", by=head, at=self.at)

    def _waive(self, which: int, how: int) -> object:
        clock = self._one(Clock.objects.filter(void_at=None, waived_at=None), which)
        if clock is None:
            return False
        head = self.people.theo if clock.commitment.side == "sales" else self.people.nora
        return clock.waive(because="The telephones were down", by=head, at=self.at)

    def _sweep(self, which: int, how: int) -> object:
        return Clock.objects.flag_breaches(at=self.at)

    def _meet(self, which: int, how: int) -> object:
        meeting = Meeting.objects.under_way().first()
        if meeting:
            return meeting.close(by=self.people.theo, at=self.at)
        coming = Meeting.objects.coming().first()
        return coming is not None and coming.open(by=self.people.theo, at=self.at)

    def _act(self, which: int, how: int) -> object:
        if how % 2:
            action = self._one(Action.objects.open(), which)
            return action is not None and action.close(by=action.owner, at=self.at)
        meeting = Meeting.objects.under_way().first()
        due_on = self.at.date() + which * DAY
        return meeting is not None and meeting.give(
            "Call them", owner=self.people.sam, due_on=due_on, by=self.people.theo, at=self.at
        )

    def _wait(self, which: int, how: int) -> None:
        """Time passes, and nothing else."""


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
