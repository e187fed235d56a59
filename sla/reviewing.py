"""The drawn returns as one reader may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from sla.models import Dispute, Opinion, Review


@dataclass(frozen=True)
class Row:
    """One drawn return: what of the opinions this reader may see, the sides they may still speak for, a dispute."""

    review: Review
    opinions: list[Opinion]
    to_say: list[str]
    dispute: Dispute | None

    @property
    def state(self) -> str:
        """How far it has come, in words that give away nothing of what one side said."""
        if not self.review.is_said_by_both:
            waits = [side for side in ("marketing", "sales") if self.review.said(side) is None]
            return f"waits for {' and '.join(waits)}"
        return "the sides differ" if self.review.differs else f"both found it {self.opinions[0]}"

    @property
    def may_be_contested(self) -> bool:
        """Where somebody found it wrong, and nobody has contested it yet."""
        wrong = any(not opinion.is_right for opinion in self.review.opinions.all())
        return self.review.is_said_by_both and wrong and self.dispute is None


def rows_for(reviews: Iterable[Review], user: User) -> list[Row]:
    """Each drawn return for this reader; a dispute about it, which would tell, only once both sides have spoken.

    One query besides those of the reviews.
    """
    reviews = list(reviews)
    about = Dispute.objects.standing().about(returns=[each.returned_id for each in reviews]).order_by("at")
    disputes = {each.returned_id: each for each in about.only("returned_id", "state")}
    shown = {each.pk: disputes.get(each.returned_id) for each in reviews if each.is_said_by_both}
    return [Row(each, each.shown_to(user), _to_say(each, user), shown.get(each.pk)) for each in reviews]


def _to_say(review: Review, user: User) -> list[str]:
    """The sides this reader can speak for that have not spoken; who made the return leaves it to somebody else."""
    if review.returned.by_id == user.pk:
        return []
    return [side for side in user.sides if review.said(side) is None]
