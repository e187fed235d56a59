"""What the sides see differently in the last weeks: three disputes, and the weekly lot that both judge unseen."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.access import Side
from leads.models import Episode, HandoffReturn
from notifications.threads import post
from sla import sampling
from sla.models import Dispute, Review
from smarketing.demo.agenda import Process
from smarketing.demo.scene import Scene
from smarketing.demo.story import at

WEEKS_OF_REVIEW = 6
WRONG = 0.2  # of what marketing looks at; sales sees one in twelve so
FOUND_WRONG = {
    Side.MARKETING: "They wrote to us themselves, two days before.",
    Side.SALES: "One more call would have told.",
}


def judge_returns(scene: Scene) -> Process:
    """Each Monday some returns of the week before are drawn; marketing looks at once, sales by Wednesday."""
    last_monday = scene.year.last_day - timedelta(days=scene.year.last_day.weekday())
    for weeks_ago in reversed(range(WEEKS_OF_REVIEW)):
        monday = last_monday - timedelta(weeks=weeks_ago)
        now = yield at(monday, "09:15")
        sampling.draw(at=now)
        drawn = list(Review.objects.filter(sample__drawn_at=now).select_related("returned__by").order_by("pk"))
        now = yield at(monday, "11:40")
        _judge(scene, drawn, Side.MARKETING, now)
        now = yield at(monday + timedelta(days=2), "16:10")
        _judge(scene, drawn if weeks_ago else drawn[1:], Side.SALES, now)


def _judge(scene: Scene, drawn: list[Review], side: Side, now: datetime) -> None:
    head, often = (scene.cast.theo, WRONG) if side == Side.MARKETING else (scene.cast.nora, WRONG / 2.4)
    for review in drawn:
        chance = scene.chance("review", side, review.returned.at)
        is_right = not chance.yes(often)
        review.say(side, is_right=is_right, note="" if is_right else FOUND_WRONG[side], by=head, at=now)


def settle_one(scene: Scene) -> Process:
    """Five weeks before the end marketing contests a return; the rep stands by it, and the heads settle it."""
    year, cast = scene.year, scene.cast
    now = yield at(year.working_day_before(year.last_day, 25), "13:50")
    if (returned := _latest("low_intent", now)) is None:
        return
    because = "They opened the price list twice in that week. That is interest."
    dispute = Dispute.objects.contest_return(returned, because=because, by=cast.maya, at=now)
    now = yield scene.working(returned.by, now, 6)
    dispute.deny(because="On the phone they said that they only collect offers.", by=returned.by, at=now)
    now = yield now + timedelta(days=5)
    because = "Who asks for prices gets a second call before we return them. This one no longer counts."
    dispute.settle(corrects=True, because=because, by=cast.nora, at=now)


def leave_one_open(scene: Scene) -> Process:
    """In the last days marketing contests another, and both stand by what they say: the next meeting talks about it."""
    year, cast = scene.year, scene.cast
    now = yield at(year.working_day_before(year.last_day, 3), "11:20")
    if (returned := _latest("wrong_company", now)) is None:
        return
    because = "Together with their sister company in the same house they are our kind of company."
    dispute = Dispute.objects.contest_return(returned, because=because, by=cast.maya, at=now)
    now = yield scene.working(returned.by, now, 5)
    dispute.deny(because="The contract would be with this one alone, and it is not.", by=returned.by, at=now)
    now = yield now + timedelta(minutes=35)
    post(dispute, "@Nora do we count sister companies? The definition does not say.", by=cast.theo, at=now)


def contest_a_delivery(scene: Scene) -> Process:
    """The day before the end a rep says that an MQL should not count as delivered; nobody has answered yet."""
    year, cast = scene.year, scene.cast
    now = yield at(year.working_day_before(year.last_day, 1), "15:40")
    theirs = Episode.objects.filter(lead__owner=cast.sam, handed_over_at__lt=now).order_by("-handed_over_at")
    if delivered := theirs.first():
        because = "I have known them for years and had called them myself. This was no lead of marketing’s."
        Dispute.objects.contest_delivery(delivered, because=because, by=cast.sam, at=now)


def _latest(reason: str, now: datetime) -> HandoffReturn | None:
    """The latest return for a reason that was not drawn for review; a very small company may have none."""
    drawn = Review.objects.values("returned")
    rows = HandoffReturn.objects.standing().filter(reason__code=reason, at__lt=now).exclude(pk__in=drawn)
    return rows.select_related("by", "handoff__lead", "reason").order_by("-at", "pk").first()
