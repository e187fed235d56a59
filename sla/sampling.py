"""The weekly lot: which returns of a week both sides look at. Nobody picks, and nobody can foretell it.

The order is that of a keyed hash of the week and the return, so it comes out the same whoever draws, and without the
installation's secret it cannot be reckoned beforehand.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.access import Side
from accounts.models import User
from common.periods import Period, week_of
from leads.metrics.quality import returns
from notifications.outbox import tell
from sla.models import Agreement, Dispute, Review, Sample

MOST = 5
TO_REVIEW = "sla.review"


def chosen(week: str, returns: Iterable[int]) -> list[int]:
    """The ids that the lot of a week falls on, at most five of them, in its order."""
    return sorted(returns, key=lambda pk: salted_hmac("sla.sampling", f"{week}/{pk}", algorithm="sha256").digest())[
        :MOST
    ]


@transaction.atomic
def draw(*, at: datetime) -> int:
    """Draw from the week that ended last, if nobody has; return how many returns were drawn.

    The row of the week is written first: of two who draw at once the second finds it there, and draws nothing.
    """
    agreement = Agreement.objects.ruling()
    if agreement is None:
        return 0
    week = week_of(at, agreement.zone).previous()
    disputed = Dispute.objects.filter(returned__isnull=False).values("returned")  # looked at already
    candidates = list(returns(week).order_by().exclude(pk__in=disputed).values_list("pk", flat=True))
    told = {"drawn_at": at, "drawn_from": len(candidates)}
    sample, is_first = Sample.objects.get_or_create(week_on=week.start_on, defaults=told)
    return _draw(sample, week, candidates, at=at) if is_first else 0


def _draw(sample: Sample, week: Period, candidates: list[int], *, at: datetime) -> int:
    drawn = [Review(sample=sample, returned_id=pk) for pk in chosen(week.key, candidates)]
    Review.objects.bulk_create(drawn)
    if drawn:
        heads = [head for side in Side for head in User.objects.heads_of(side)]
        tell(set(heads), TO_REVIEW, {"sample": sample.pk}, key=f"{TO_REVIEW}:{sample.pk}", at=at)
    return len(drawn)
