"""What this app tells people: promises to keep or missed, deadlines moved, what is asked, contested, to review."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import User
from common import clock as db_clock
from common.templatetags.words import plural
from leads.brief import brief, signed
from leads.models import Handoff
from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered
from notifications.models import Comment
from sla.escalation import BREACHED, GIVE_ON, REMINDER, REROUTED
from sla.models import ClauseRequest, Clock, Dispute, Retiming, Review
from sla.models.asked import CHANGE_ANSWERED, CHANGE_ASKED
from sla.models.clock import RUNNING
from sla.models.dispute import CONTESTED, MOVED, State
from sla.models.retiming import RETIMED
from sla.sampling import TO_REVIEW

SHOWN = 10
RELATED = ("handoff__lead", "handoff__owner", "owner", "commitment")


def _of_each(told: list[Ids], clocks: QuerySet[Clock]) -> list[list[Clock]]:
    """The clocks that each of several notices is about, of these, the first due first. One query."""
    meant = {pk for ids in told for pk in ids["clocks"]}
    found = list(clocks.filter(pk__in=meant).select_related(*RELATED).order_by("due_at", "pk"))
    return [[clock for clock in found if clock.pk in ids["clocks"]] for ids in told]


def _lines(clocks: list[Clock]) -> str:
    said = [f"{clock.handoff.lead}: {_what(clock)}" for clock in clocks[:SHOWN]]
    return "\n".join(said + ["…"] * (len(clocks) > SHOWN))


def _what(clock: Clock) -> str:
    return f"{clock.commitment.act.lower()}, due {localtime(clock.due_at):%A %H:%M}"


def _give_on(handoff: Handoff) -> tuple[str, str] | None:
    """The head's one click, as long as somebody has it."""
    there = handoff.is_open and handoff.owner_id and not handoff.repair_since
    return ("Give it to the next rep", reverse("reroute", args=[handoff.pk])) if there else None


# About to fall due


def _soon(ids: Ids) -> QuerySet[Clock]:
    """Those of the notice that are still waited for and not late yet."""
    return Clock.objects.filter(pk__in=ids["clocks"]).running().filter(due_at__gt=db_clock.now())


def _all_reminders(told: list[Ids]) -> list[Rendered]:
    """Several such notices: of each what still is to be done, or else all that was. One query."""
    clocks = Clock.objects.annotate(is_soon=RUNNING & Q(due_at__gt=db_clock.now()))
    return [_waiting([each for each in of_one if each.is_soon] or of_one) for of_one in _of_each(told, clocks)]


def _waiting(clocks: list[Clock]) -> Rendered:
    if len(clocks) == 1:
        lead = clocks[0].handoff.lead
        return brief(clocks[0].handoff, f"{lead} waits for you", first=f"{_what(clocks[0]).capitalize()}.")
    return Rendered(f"{plural(len(clocks), 'lead')} wait for you", _lines(clocks), reverse("queue"))


# Missed


def _still_late(ids: Ids) -> bool:
    return Clock.objects.filter(pk__in=ids["clocks"]).late().awaited().exists()


def _all_breached(told: list[Ids]) -> list[Rendered]:
    """Several such notices: of each what still is late and waits for the act. One query."""
    late = _of_each(told, Clock.objects.late().awaited())
    return [_overdue(clocks, of_head=ids.get("head", False)) for ids, clocks in zip(told, late, strict=True)]


def _overdue(clocks: list[Clock], *, of_head: bool) -> Rendered:
    if len(clocks) != 1:
        return Rendered(f"{len(clocks)} leads wait too long", _lines(clocks), reverse("breaches"))
    handoff = clocks[0].handoff
    said = brief(handoff, f"{handoff.lead} waits too long", first=f"{clocks[0].commitment.sentence} It is overdue.")
    return Rendered(said.subject, said.text, said.link, _give_on(handoff) if of_head else None)


# Still waiting long after


def _clock(ids: Ids) -> Clock:
    return Clock.objects.select_related(*RELATED).get(pk=ids["clock"])


def _give_it_on(ids: Ids) -> Rendered:
    clock = _clock(ids)
    handoff = clock.handoff
    since = f"{localtime(clock.due_at):%A %H:%M}"
    text = f"{clock.owner} has let it wait since {since}. It goes to the next rep when you say so."
    button = _give_on(handoff) if clock.presses_its_owner else None
    return Rendered(f"{handoff.lead} still waits for {clock.owner}", text, reverse("now", args=[handoff.pk]), button)


def _rerouted(ids: Ids) -> Rendered:
    clock = _clock(ids)
    lead, owner = clock.handoff.lead, clock.handoff.owner
    text = f"{clock.owner} let it wait. The miss stays {clock.owner.short_name}’s, and the customer’s clock runs on."
    return Rendered(f"{lead} went to {owner or 'somebody else'}", text, lead.get_absolute_url())


def _of_clocks(ids: Ids) -> list[int]:
    return list(Clock.objects.filter(pk__in=ids["clocks"]).values_list("handoff", flat=True).distinct())


def _own_link(ids: Ids, person: User, at: datetime) -> str:
    return "" if ids.get("head") else signed(_of_clocks(ids), person, at)


kinds.register(
    Kind(
        REMINDER,
        "A promise is about to fall due",
        render=kinds.alone(_all_reminders),
        still_relevant=lambda ids: _soon(ids).exists(),
        bundled=True,
        hot=lambda ids: ids["hot"],
        own_link=_own_link,
        together=_all_reminders,
    )
)
kinds.register(
    Kind(
        BREACHED,
        "A promise is missed",
        render=kinds.alone(_all_breached),
        still_relevant=_still_late,
        own_link=_own_link,
        together=_all_breached,
    )
)
kinds.register(
    Kind(
        GIVE_ON,
        "A lead still waits for a rep",
        render=_give_it_on,
        still_relevant=lambda ids: _clock(ids).presses_its_owner,
    )
)
kinds.register(Kind(REROUTED, "A lead went to the next rep", render=_rerouted))


# Moved, contested, and to review


def _still_due(ids: Ids) -> list[Retiming]:
    """Those of the notice whose act is still awaited."""
    found = Retiming.objects.filter(pk__in=ids["retimings"], clock__done_at=None, clock__void_at=None)
    return list(found.select_related("clock__handoff__lead", "clock__commitment", "by").order_by("due_at", "pk"))


def _retimed(ids: Ids) -> Rendered:
    moved = _still_due(ids)
    lines = [
        f"{each.clock.handoff.lead}, {each.clock.commitment.act.lower()}: due {_said(each.due_at)}, "
        f"was {_said(each.was_due_at)}"
        for each in moved[:10]
    ]
    subject = f"{moved[0].by} moved {plural(len(moved), 'deadline')} of yours" if moved else "Your deadlines were moved"
    return Rendered(subject, "\n".join(lines + ["…"] * (len(moved) > 10)), reverse("queue"))


def _said(moment: datetime) -> str:
    """In the zone of whoever reads it."""
    return f"{localtime(moment):%a %-d %b, %H:%M}"


def _change_asked(ids: Ids) -> Rendered:
    asked = _asked(ids)
    return Rendered(f"{asked.by} asks for a change of the agreement", str(asked), asked.get_absolute_url())


def _change_answered(ids: Ids) -> Rendered:
    asked, comment = _asked(ids), Comment.objects.select_related("author").get(pk=ids["comment"])
    return Rendered(f"{comment.author} on “{asked.about}”", comment.text, asked.get_absolute_url())


def _asked(ids: Ids) -> ClauseRequest:
    return ClauseRequest.objects.select_related("by", "agreement__revision").get(pk=ids["change"])


kinds.register(Kind(CHANGE_ASKED, "A change of the agreement is asked for", render=_change_asked))
kinds.register(
    Kind(CHANGE_ANSWERED, "An answer about a change of the agreement", render=_change_answered, bundled=True)
)


def _disputes(told: list[Ids]) -> list[Dispute]:
    """The dispute of each of several notices. One query."""
    found = Dispute.objects.with_names().in_bulk([ids["dispute"] for ids in told])
    return [found[ids["dispute"]] for ids in told]


def _all_contested(told: list[Ids]) -> list[Rendered]:
    return [_contested(dispute) for dispute in _disputes(told)]


def _contested(dispute: Dispute) -> Rendered:
    return Rendered(f"{dispute.by} contests the {_in_a_sentence(dispute)}", dispute.because, dispute.get_absolute_url())


def _all_moved(told: list[Ids]) -> list[Rendered]:
    return [_moved(dispute) for dispute in _disputes(told)]


def _moved(dispute: Dispute) -> Rendered:
    if dispute.state == State.DENIED:
        subject = f"{dispute.answered_by} stands by the {_in_a_sentence(dispute)}"
        return Rendered(subject, f"{dispute.answer} It goes to the next meeting.", dispute.get_absolute_url())
    subject = f"The dispute about the {_in_a_sentence(dispute)} is {dispute.get_state_display()}"
    return Rendered(subject, dispute.outcome, dispute.get_absolute_url())


def _in_a_sentence(dispute: Dispute) -> str:
    return f"{str(dispute)[0].lower()}{str(dispute)[1:]}"


def _to_review(ids: Ids) -> Rendered:
    count = Review.objects.standing().filter(sample=ids["sample"]).count()
    text = "Each side says whether they were right before it sees what the other found."
    return Rendered(f"Returns to review: {count} of last week, drawn by lot", text, reverse("review"))


def _awaits_answer(ids: Ids) -> bool:
    return Dispute.objects.open().filter(pk=ids["dispute"], state=State.ASKED).exists()


kinds.register(
    Kind(
        CONTESTED,
        "What you did is contested",
        render=kinds.alone(_all_contested),
        still_relevant=_awaits_answer,
        bundled=True,
        together=_all_contested,
    )
)
kinds.register(
    Kind(
        MOVED,
        "A dispute has moved on",
        render=kinds.alone(_all_moved),
        bundled=True,
        together=_all_moved,
    )
)
kinds.register(Kind(TO_REVIEW, "Returns to review", render=_to_review, bundled=True))
kinds.register(
    Kind(
        RETIMED,
        "Your deadlines were moved",
        render=_retimed,
        still_relevant=lambda ids: bool(_still_due(ids)),
        bundled=True,
    )
)
