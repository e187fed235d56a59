"""The figures of the promises: how many were kept, and how long it took."""

from functools import partial

from django.db.models import F, Q

from accounts.access import Side
from common.measures import Kept, Share, Within
from common.metrics import Better, Metric, Theme, Unit, register
from leads.trails import VIA_HANDOFF
from sla import answers, attainment, briefs, completeness

DUE = "the share kept of those that fell due in the period: overdue and open counts as missed, excused is left out."

for key, side, name, about in (
    (
        "repair_attainment",
        Side.MARKETING,
        "Repairs in time",
        "What sales sent back to be completed, or as a double, settled within the time agreed",
    ),
    (
        "plan_attainment",
        Side.MARKETING,
        "Plans in time",
        "Who came back because they were not ready, with a plan within the working days agreed",
    ),
    (
        "decision_attainment",
        Side.SALES,
        "Accepted or returned in time",
        "Hand-offs accepted or returned within the time agreed",
    ),
    (
        "disposition_attainment",
        Side.SALES,
        "Disposition in time",
        "Hand-offs that became a deal, or came back with a reason, within the working days agreed",
    ),
    (
        "first_attempt_attainment",
        Side.SALES,
        "First attempts in time",
        "First attempt or return on hand-offs that are not hot",
    ),
    (
        "first_attempt_attainment_hot",
        Side.SALES,
        "First attempts on hot leads in time",
        "First attempt or return on hot hand-offs",
    ),
    (
        "attempts_attainment",
        Side.SALES,
        "Attempts made as agreed",
        "The agreed attempts on the agreed days, unless reached or returned",
    ),
):
    register(
        Metric(
            key=key,
            name=name,
            definition=f"{about}, by the customer’s clock: {DUE}" if side == Side.SALES else f"{about}: {DUE}",
            formula="met / (met + missed)",
            unit=Unit.SHARE,
            theme=Theme.PROMISES,
            rows=partial(attainment.fell_due, [key]),
            measure=Share(attainment.KEPT),
            side=side,
            trail=VIA_HANDOFF,
            shortcut=partial(attainment.counted, key),
        )
    )

for key, name, share in (("response_median", "Median response", 0.5), ("response_p90", "Response, 9 of 10", 0.9)):
    register(
        Metric(
            key=key,
            name=name,
            definition="The working time from hand-off to first attempt or return within which "
            f"{share:.0%} of the cases were answered, of those that fell due in the period. Those still waiting stand "
            "at the end.",
            formula=f"the least working time within which {share:.0%} were answered",
            unit=Unit.DURATION,
            theme=Theme.SPEED,
            rows=partial(attainment.fell_due, attainment.FIRST_ATTEMPT),
            measure=Within("took", share),
            better=Better.LOWER,
            side=Side.SALES,
            trail=VIA_HANDOFF,
        )
    )

register(
    Metric(
        key="response_coverage",
        name="Answered at all",
        definition="Hand-offs with a first attempt or return, however late, of those for which it fell due in the "
        "period.",
        formula="answered / fell due",
        unit=Unit.SHARE,
        theme=Theme.SPEED,
        rows=partial(attainment.fell_due, attainment.FIRST_ATTEMPT),
        measure=Share(Q(took__isnull=False)),
        side=Side.SALES,
        trail=VIA_HANDOFF,
    )
)
register(
    Metric(
        key="data_complete",
        name="Complete hand-offs",
        definition="Hand-offs that told every field the agreement names at the moment they were made, of all that "
        "were made in the period under an agreement that names some; without those withdrawn since.",
        formula="hand-offs that lacked nothing / hand-offs checked",
        unit=Unit.SHARE,
        theme=Theme.PROMISES,
        rows=completeness.checked,
        measure=Share(Q(missing=[])),
        side=Side.MARKETING,
        trail=VIA_HANDOFF,
    )
)
register(
    Metric(
        key="requests_answered",
        name="Content requests answered in time",
        definition="Content requests accepted, delivered or declined within the working days agreed, of those whose "
        "answer fell due in the period: overdue and unanswered counts as missed. What was withdrawn, or waits for a "
        "reply to what marketing asked back in time, is left out.",
        formula="answered in time / answers that fell due",
        unit=Unit.SHARE,
        theme=Theme.PROMISES,
        rows=answers.fell_due,
        measure=Share(Q(answered_at__lte=F("due_at"))),
        side=Side.MARKETING,
    )
)
register(
    Metric(
        key="briefs_in_time",
        name="Campaign briefs in time",
        definition="Campaigns of which sales had the brief as many working days before the first day as agreed, of "
        "those whose brief fell due in the period.",
        formula="briefed in time / briefs that fell due",
        unit=Unit.SHARE,
        theme=Theme.PROMISES,
        rows=briefs.fell_due,
        measure=Kept(lambda due: due.is_kept),
        side=Side.MARKETING,
    )
)
register(
    Metric(
        key="excused",
        name="Excused",
        definition="Cases that fell due in the period and that the head of the other side excused, with a reason. "
        "They count neither as kept nor as missed.",
        formula="number of cases excused",
        unit=Unit.COUNT,
        theme=Theme.PROMISES,
        rows=attainment.excused,
        better=Better.NEITHER,
        trail=VIA_HANDOFF,
    )
)
register(
    Metric(
        key="put_off",
        name="Asked for later",
        definition="Times in the period for which people asked to be left until a day: attempts and disposition go on "
        "from that day. They count as kept or missed by when they fall due then.",
        formula="number of times put off",
        unit=Unit.COUNT,
        theme=Theme.PROMISES,
        rows=attainment.put_off,
        better=Better.NEITHER,
        side=Side.SALES,
        trail=VIA_HANDOFF,
    )
)
