"""What this app tells people: promises missed, deadlines moved, what is contested, and returns to review."""

from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localtime

from common.conditions import plural
from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered
from sla.escalation import BREACHED
from sla.models import Clock, Dispute, Retiming, Review
from sla.models.dispute import CONTESTED, MOVED, State
from sla.models.retiming import RETIMED
from sla.sampling import TO_REVIEW


def _late(ids: Ids) -> list[Clock]:
    """Those of the notice that are still late and still wait for the act."""
    late = Clock.objects.filter(pk__in=ids["clocks"]).late().awaited()
    return list(late.select_related("handoff__lead", "commitment"))


def _breached(ids: Ids) -> Rendered:
    clocks = _late(ids)
    names = [f"{clock.handoff.lead}: {clock.commitment.act.lower()}" for clock in clocks]
    if len(clocks) == 1:
        lead = clocks[0].handoff.lead
        return Rendered(
            f"{lead} waits too long", f"{clocks[0].commitment.sentence} It is overdue.", reverse("lead", args=[lead.pk])
        )
    subject = f"{len(clocks)} leads wait too long"
    return Rendered(subject, "\n".join(names[:10] + ["…"] * (len(names) > 10)), reverse("breaches"))


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


kinds.register(Kind(BREACHED, "A promise is missed", render=_breached, still_relevant=lambda ids: bool(_late(ids))))


def _dispute(ids: Ids) -> Dispute:
    return Dispute.objects.with_subject().get(pk=ids["dispute"])


def _contested(ids: Ids) -> Rendered:
    dispute = _dispute(ids)
    return Rendered(f"{dispute.by} contests the {_in_a_sentence(dispute)}", dispute.because, dispute.get_absolute_url())


def _moved(ids: Ids) -> Rendered:
    dispute = _dispute(ids)
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
    Kind(CONTESTED, "What you did is contested", render=_contested, still_relevant=_awaits_answer, bundled=True)
)
kinds.register(Kind(MOVED, "A dispute has moved on", render=_moved, bundled=True))
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
