"""What a rep thinks of a lead, before and after having spoken with the person. Chance and traits, no database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from leads.models.handoffs import Rating
from smarketing.demo.chance import Chance
from smarketing.demo.world import Person


class Objection(NamedTuple):
    """A return: the code of its reason, and what the reason asks for."""

    reason: str
    evidence: dict[str, Any] | None = None
    note: str = ""
    rating: Rating | None = None


TOO_SMALL = Objection("wrong_company", {"criterion": {"what": "size", "how": "too small"}}, rating=Rating.POOR)
OTHER_TRADE = Objection("wrong_company", {"criterion": {"what": "industry", "how": "other"}}, rating=Rating.POOR)
WRONG_ROLE = Objection("wrong_role", {"criterion": {"what": "title", "how": "other"}}, rating=Rating.FAIR)
NO_PHONE = Objection("incomplete_data", {"fields": "Telephone number"})
DEAD_NUMBER = Objection("wrong_contact_data", {"fields": "The number is not in service"})

# How sure a rep is of each, having looked at the record only.
SEES_TOO_SMALL = {"tiny": 0.9, "small": 0.12, "middling": 0.0, "large": 0.0}
SEES_LOW_INTENT = {"passes": 0.4, "reads": 0.05, "evaluates": 0.01}
# How many turn out to be worth a deal once somebody has spoken with them, and how many of those get one.
QUALIFIES = {"passes": 0.16, "reads": 0.5, "evaluates": 0.74}
GETS_A_DEAL = {"passes": 0.3, "reads": 0.56, "evaluates": 0.7}
WINS = {"passes": 0.3, "reads": 0.8, "evaluates": 1.15}
WINS_FROM = {"Prize draw": 0.2, "Webinar": 1.6, "Referral": 1.3, "Search": 0.9, "Content partner": 0.8}

# Why it comes to nothing after a talk, how often, and in what words.
LETS_GO = {"timing": 0.34, "no_need": 0.2, "no_budget": 0.2, "no_authority": 0.1, "chose_competitor": 0.1,
           "low_intent": 0.06}  # fmt: skip
SAID = {
    "no_need": ("They plan twelve vans on a whiteboard and are content.", "They have all transport done by others."),
    "no_budget": ("Nothing before the next budget round.", "The money went into new trailers."),
    "no_authority": ("Head office in Duisburg decides.", "The owner decides and was not on the call."),
    "chose_competitor": ("Signed with another vendor last month.", "They need customs papers, which we do not do."),
}


def before_talking(person: Person, chance: Chance) -> Objection | None:
    """What the record shows; None when there is nothing against it."""
    if person.level == "aside" and chance.yes(0.75):
        return Objection("outsider", rating=Rating.POOR) if chance.yes(0.6) else WRONG_ROLE
    if chance.yes(SEES_TOO_SMALL[person.firm.size]):
        return TOO_SMALL
    if not person.firm.is_our_kind and chance.yes(0.3):
        return OTHER_TRADE
    if chance.yes(SEES_LOW_INTENT[person.interest]):
        return Objection("low_intent", rating=Rating.FAIR)
    if person.level == "works" and chance.yes(0.08):
        return WRONG_ROLE
    if chance.yes(0.015):
        return Objection("wrong_owner")
    return None


def clerical(person: Person, chance: Chance) -> Objection | None:
    """What marketing has to complete first."""
    if not person.phone and chance.yes(0.6):
        return NO_PHONE
    return DEAD_NUMBER if chance.yes(0.012) else None


def after_talking(person: Person, chance: Chance, now: datetime) -> Objection | None:
    """Why it ends after the first talk; None when they have a project."""
    if chance.yes(QUALIFIES[person.interest]):
        return None
    return _let_go(chance, now)


def after_qualifying(person: Person, chance: Chance, now: datetime) -> Objection | None:
    """Why no deal comes of it after all; None when one does."""
    if chance.yes(GETS_A_DEAL[person.interest]):
        return None
    return _let_go(chance, now)


def _let_go(chance: Chance, now: datetime) -> Objection:
    reason = chance.one_of(LETS_GO)
    if reason == "timing":
        later = (now + timedelta(days=chance.randrange(30, 150))).date().isoformat()
        return Objection(reason, {"date": later}, rating=Rating.FAIR)
    rating = Rating.POOR if reason in ("no_need", "low_intent") else Rating.FAIR
    return Objection(reason, note=chance.choice(SAID[reason]) if reason in SAID else "", rating=rating)


def worth_it(person: Person) -> Rating:
    """How good a lead it was that became a deal."""
    return Rating.FAIR if person.firm.size == "tiny" or person.interest == "passes" else Rating.GOOD


def chance_to_win(person: Person, habit_wins: float) -> float:
    return min(habit_wins * WINS[person.interest] * WINS_FROM.get(person.drive.source, 1.0), 0.9)
