"""The steps in which two teams come to agree, and which of them are done: read from what is in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.urls import reverse

from accounts.access import Role
from accounts.models import User
from agreements.models import Revision, State
from leads.models import Lead
from meetings.models import Series


@dataclass(frozen=True)
class Step:
    """One step of the first weeks: why it matters, where it is done, and whether it is."""

    title: str
    why: str
    url: str
    done: bool


def first_steps() -> list[Step]:
    """The steps in the order in which teams take them. Four queries."""
    roles = set(chain.from_iterable(User.objects.active().values_list("roles", flat=True).distinct()))
    in_force = Revision.objects.filter(state=State.IN_FORCE).values_list("document", flat=True).distinct()
    return [
        Step(
            "Both sides are here",
            "A head of marketing and a head of sales sign; reps receive.",
            reverse("people"),
            roles >= {Role.HEAD_OF_MARKETING, Role.HEAD_OF_SALES, Role.REP},
        ),
        Step(
            "Leads are in",
            "A year of your own history makes every figure and every forecast yours.",
            reverse("imports"),
            Lead.objects.exists(),
        ),
        Step(
            "Who does what, signed by both",
            "Each side says it unseen; then you see what is done twice, and what by nobody.",
            reverse("roles"),
            _any_of(in_force, "roles"),
        ),
        Step(
            "Whom we sell to, signed by both",
            "So that both sides mean the same person, and a rule of the definition can ask for it.",
            reverse("personas"),
            _any_of(in_force, "persona:"),
        ),
        Step(
            "What an MQL is, signed by both",
            "The definition that marketing delivers to and sales accepts by.",
            reverse("criteria"),
            _any_of(in_force, "criteria"),
        ),
        Step(
            "What each side promises, signed by both",
            "How many MQLs, how quickly they are called, how many attempts.",
            reverse("agreement"),
            _any_of(in_force, "agreement"),
        ),
        Step(
            "The goal, calculated backwards from revenue",
            "So that both sides know what the number of MQLs is for.",
            reverse("goals"),
            _any_of(in_force, "plan"),
        ),
        Step(
            "The weekly meeting is set",
            "Half an hour on one page: what held us back, and who does what about it.",
            reverse("meetings"),
            Series.objects.exists(),
        ),
    ]


def _any_of(documents: Iterable[str], family: str) -> bool:
    return any(document.startswith(family) for document in documents)
