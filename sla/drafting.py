"""What a first agreement says: the questions both sides ask each other, with answers that are good enough to start."""

from typing import NamedTuple


class Section(NamedTuple):
    """One part of the agreement's text: its key, its heading, and what a new draft says there."""

    key: str
    title: str
    text: str


SECTIONS = (
    Section(
        "together",
        "What we do together",
        "We agree on who our best customers are, on what makes a lead an MQL, and on the figures that tell how we"
        " do. We look at the same scorecard, meet every week, and change the definition when the returns say so.",
    ),
    Section(
        "marketing",
        "What marketing does",
        "Marketing finds and informs people who fit, hands a lead over as soon as it meets the signed criteria, "
        "and says what pulled it in and what to talk about. It completes what is sent back for repair within 8 "
        "working hours, and keeps a plan for every lead that is not ready yet.",
    ),
    Section(
        "sales",
        "What sales does",
        "Sales decides on every hand-off, follows up at once, and writes down each attempt. What it does not take"
        " it returns with the reason, so that marketing can act on it. It keeps stage, next step and amount up to"
        " date.",
    ),
    Section(
        "passing",
        "When leads are passed",
        "A lead is handed over when it meets the MQL criteria in force. A request for a demo or a price, or an "
        "answer to one of us, makes it hot and it goes first.",
    ),
    Section(
        "not_ready",
        "What happens to those who are not ready",
        "They go back to marketing with an owner, a plan and a day on which we look again, and return to sales "
        "only for something they did after that.",
    ),
    Section(
        "talking",
        "How we talk",
        "About a lead we write on the lead. Whoever mentions a colleague gets an answer the same working day. "
        "What we cannot settle between us goes on the agenda of the weekly meeting.",
    ),
    Section(
        "consequences",
        "When a promise is missed",
        "We ask what caused it before we ask who: the definition, the volume, the routing, the capacity or "
        "ourselves. A case is excused only by the head of the other side, with the reason. When both scorecards "
        "hold for a quarter, both teams share the reward.",
    ),
    Section(
        "reviews",
        "When we look at this again",
        "The weekly meeting looks at the scorecard, the heads look at the agreement every month, and we sign it "
        "anew at least once a quarter.",
    ),
)

REWARDS = "consequences"  # the section that says what both teams share when both scorecards hold
FIRST_BASELINE_DAYS = 28
