"""The figures of the focus: what was handed over that sales asked for, and what sales turned to first."""

from accounts.access import Side
from common.measures import Share
from common.metrics import Metric, Theme, Unit, register
from leads import focus, fresh_first
from leads.trails import OF_LEAD, VIA_HANDOFF

register(
    Metric(
        key="handoffs_in_focus",
        name="Hand-offs in focus",
        definition="Hand-offs made in the period to companies that the sales focus of their quarter asks for: of one "
        "of its kinds or named, and not among what is not wanted. The company counts as it is known now.",
        formula="number of hand-offs in focus",
        unit=Unit.COUNT,
        theme=Theme.FOCUS,
        rows=focus.in_focus,
        side=Side.MARKETING,
        trail=OF_LEAD,
    )
)
register(
    Metric(
        key="focus_share",
        name="Share of hand-offs in focus",
        definition="Hand-offs in focus, of all that were made in the period; quarters without a signed focus are left "
        "out.",
        formula="hand-offs in focus / hand-offs made under a focus",
        unit=Unit.SHARE,
        theme=Theme.FOCUS,
        rows=focus.handoffs,
        measure=Share(focus.WANTED),
        side=Side.MARKETING,
        trail=OF_LEAD,
    )
)
register(
    Metric(
        key="fresh_first",
        name="Fresh hand-offs first",
        definition="Of the hand-offs that a rep was given undecided, those on which the rep acted (an attempt, a "
        "return or a deal) before making an attempt on somebody they found themselves. A case counts on the day one "
        "or the other was done; what went on to a colleague, or was withdrawn, before that is left out.",
        formula="turned to first / decided one way or the other",
        unit=Unit.SHARE,
        theme=Theme.SPEED,
        rows=fresh_first.cases,
        measure=Share(fresh_first.KEPT),
        side=Side.SALES,
        trail=VIA_HANDOFF,
    )
)
