"""What a first agreement says: the questions both sides ask each other, with answers that are good enough to start.

Words in braces stand for what is known elsewhere (`sla/references.py`): a draft shows them as they are now, and
proposing it freezes what they say.
"""

from typing import NamedTuple


class Section(NamedTuple):
    """One part of the agreement's text: its key, its heading, the question it answers, what a new draft says there."""

    key: str
    title: str
    asks: str
    text: str


SECTIONS = (
    Section(
        "marketing",
        "What marketing does",
        "What does marketing do alone, and what can sales count on?",
        "Marketing finds and informs people who fit, hands a lead over as soon as it meets {criteria}, and says what "
        "pulled it in and what to talk about. It completes what is sent back for repair {repairs}, and keeps a plan "
        "for every lead that is not ready yet.",
    ),
    Section(
        "sales",
        "What sales does",
        "What does sales do alone, and what can marketing count on?",
        "Sales decides on every hand-off, follows up {first attempt}, and writes down each attempt. What it does not "
        "take it returns with the reason, so that marketing can act on it. It keeps stage, next step and amount up to "
        "date.",
    ),
    Section(
        "together",
        "What we do together",
        "What do both sides decide together, and who does the rest?",
        "We agree on who our best customers are, on what makes a lead an MQL, and on the figures that tell how we do. "
        "We look at the same scorecard, and change the definition when the returns say so. Everything else has one "
        "side that answers for it: {who does what}.",
    ),
    Section(
        "definitions",
        "What our words mean",
        "Which signed definitions does this agreement rest on?",
        "A lead, an MQL, an accepted and a qualified lead mean what {criteria} and {stage map} say. Whom we want to "
        "win is described in {personas}. Where one of them changes, this agreement means the version in force when a "
        "lead is handed over.",
    ),
    Section(
        "passing",
        "When leads are passed",
        "At which moment does a lead go from marketing to sales, and which go first?",
        "A lead is handed over at the moment it meets {criteria}, and not before. A request for a demo or a price, or "
        "an answer to one of us, makes it hot and it goes first. Sales works fresh hand-offs before leads it found "
        "itself.",
    ),
    Section(
        "attempts",
        "How often we try",
        "How soon and how many times is a person tried before sales gives up, and how not to be a nuisance?",
        "We try a person {first attempt}, and then make {attempts}, at most one a day on each channel. Only then a "
        "lead counts as unable to reach. Who asks us to stop is left alone at once.",
    ),
    Section(
        "not_ready",
        "What happens to those who are not ready",
        "Where does a lead go that is good, but not now, and when does sales see it again?",
        "They go back to marketing with an owner, a plan and a day on which we look again, {plans}. They return to "
        "sales only for something they did after that, with the old reason beside the new one, and to another rep "
        "unless the first asks for them.",
    ),
    Section(
        "quota",
        "How many leads sales needs",
        "How many qualified leads does sales need for its quota, and where does that number come from?",
        "{leads for the quota}. The number follows from the goal both sides signed, through the rates it names; where "
        "a rate moves, the goal is signed anew and this number with it. More leads than sales can work are no better "
        "than too few: what is ready and waits is released at sales’ capacity.",
    ),
    Section(
        "talking",
        "How we talk",
        "Where do we write to each other, and how soon does somebody answer?",
        "About a lead we write on the lead, about a campaign on the campaign, about a definition beside the clause. "
        "Whoever is mentioned answers the same working day; what cannot wait is a phone call. What we cannot settle "
        "between us goes on the agenda of the weekly meeting.",
    ),
    Section(
        "meetings",
        "How often we meet",
        "Which meetings are there, who comes, and what has to be ready?",
        "Both teams meet every week for half an hour, with the scorecard, five real leads and the actions of the last "
        "time. The heads meet every month about promises, goals and disputes, and every quarter about this agreement. "
        "Each action has one owner, a day, and a number it should move.",
    ),
    Section(
        "consequences",
        "When a promise is missed",
        "What follows when one side misses, and who may excuse a case?",
        "We ask what caused it before we ask who: the definition, the volume, the routing, the capacity or "
        "ourselves. A case is excused only by the head of the other side, with the reason. A promise missed two "
        "months in a row gets an action with an owner, or another target.",
    ),
    Section(
        "rewards",
        "What we win together",
        "What do both teams get when both keep their word?",
        "When both scorecards hold for a quarter, both teams share the reward, whoever brought the deals. Nobody is "
        "rewarded for leads that come back or for attempts that were not made.",
    ),
    Section(
        "reviews",
        "When we look at this again",
        "When is it measured, reviewed and signed anew?",
        "The weekly meeting looks at the scorecard, the heads look at the agreement every month, and we sign it "
        "anew at least once a quarter.",
    ),
    Section(
        "signers",
        "Who signs",
        "Who signs for each side, and who while they are away?",
        "{signers}. A deputy signs only while the head is away. Whoever does not agree asks for a change beside the "
        "clause; nothing counts before both have signed the same text.",
    ),
    Section(
        "alignment",
        "How aligned we are",
        "Which one number tells how well both sides keep their word?",
        "The alignment index is {alignment index}. A side’s attainment is the mean of its promises, each against what "
        "is due by now and capped at 100, so that doing one too well hides no other.",
    ),
)

REWARDS = "rewards"  # the section that says what both teams share when both scorecards hold
FIRST_BASELINE_DAYS = 28
