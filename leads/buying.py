"""How far a person is in buying, told by the content they touched lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import BuyingStage
from leads.models import Lead, Touch

LATELY = timedelta(days=60)
ORDER = list(BuyingStage)


@dataclass(frozen=True)
class Buying:
    """The furthest stage of what they touched, and the last touch that tells it."""

    stage: BuyingStage
    touch: Touch


def buying_stage(lead: Lead, *, at: datetime) -> Buying | None:
    """The furthest buying stage of the content the lead touched in the 60 days before `at`, or None."""
    touches = lead.touches.responded().filter(occurred_at__gt=at - LATELY, occurred_at__lte=at)
    touches = touches.exclude(content=None).exclude(content__buying_stage="").select_related("content")
    found = [Buying(BuyingStage(touch.content.buying_stage), touch) for touch in touches]
    return max(found, key=lambda each: (ORDER.index(each.stage), each.touch.occurred_at, each.touch.pk), default=None)
