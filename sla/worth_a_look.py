"""The signs of a period as a page shows them: which stand out, and each rep's part of those that are a rep's doing.

A sign stands out when its share surely lies above what is usual (the lower end of Wilson's interval), and few cases
never do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from accounts.access import Side
from accounts.models import User
from common.periods import Period
from leads.verdict import Share
from sla.signs import SIGNS, Sign

FEWEST = 10  # cases; of fewer nothing stands out
OF_REPS = [sign for sign in SIGNS if sign.person]  # the signs that are somebody's doing

Told = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """A sign in a period."""

    sign: Sign
    share: Share

    @property
    def is_small(self) -> bool:
        return self.share.of < FEWEST

    @property
    def stands_out(self) -> bool:
        """Whether the share surely lies above what is usual."""
        return not self.is_small and self.share.interval[0] > self.sign.usual


def keys() -> list[str]:
    """All signs, by their keys."""
    return [sign.key for sign in SIGNS]


def told(period: Period) -> Told:
    """What is counted of what for each sign of a period, and for each rep, as plain JSON in the order of the signs."""
    shares = [sign.share(period) for sign in SIGNS]
    return {
        "shares": [[share.count, share.of] for share in shares],
        "by_rep": [list(_of_each_rep(sign, period)) for sign in OF_REPS],
    }


def _of_each_rep(sign: Sign, period: Period) -> Iterator[list[int]]:
    """The ids of the reps, each with the part that meets the sign and all their cases."""
    found = sign.part(period)
    cases = found.whole(period).order_by().exclude(**{sign.person: None}).values_list(sign.person)
    return map(list, cases.annotate(part=Count("pk", filter=found.part), cases=Count("pk")))


def seen(told: Told) -> list[tuple[Side, list[Seen]]]:
    """All signs of both sides."""
    found = [Seen(sign, Share(*counts)) for sign, counts in zip(SIGNS, told["shares"], strict=True)]
    return [(side, [each for each in found if each.sign.side == side]) for side in Side]


def by_rep(told: Told, user: User) -> list[tuple[User, list[tuple[Sign, Share]]]]:
    """Each rep's part of the signs of sales, in their order: for that rep, and the head of sales, alone."""
    everybody = user.signs_for(Side.SALES)
    parts: dict[int, dict[str, Share]] = {}
    for sign, reps in zip(OF_REPS, told["by_rep"], strict=True):
        for rep, *counts in reps:
            if everybody or rep == user.pk:
                parts.setdefault(rep, {})[sign.key] = Share(*counts)
    reps = User.objects.filter(pk__in=parts).only("name", "email").order_by("name", "pk")
    return [(rep, [(sign, parts[rep.pk].get(sign.key, Share(0, 0))) for sign in OF_REPS]) for rep in reps]
