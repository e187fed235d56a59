"""What both sides agree on besides the definition: who does what, the stage map, and the focus of the quarter."""

from __future__ import annotations

from datetime import datetime

from accounts.access import Side
from agreements.activities import KEYS
from agreements.models import Credit, Focus, Responsibilities, Segment, Sharing, StageMap, Version
from campaigns.models import Campaign
from common.periods import quarter_of
from leads.models import Company
from smarketing.demo.agenda import Process
from smarketing.demo.market import COMING, WEBINARS
from smarketing.demo.scene import Scene
from smarketing.demo.story import SCRIPT, ZONE, at

MARKETINGS = (
    "choose_segments", "invite_to_events", "follow_up_fair", "answer_enquiries", "keep_personas",
    "write_talking_points", "write_sales_material", "complete_data", "nurture_recycled", "customer_stories",
)  # fmt: skip
TOGETHER = ("define_mql", "name_accounts", "report_returns")
AGREED = {key: "marketing" if key in MARKETINGS else "both" if key in TOGETHER else "sales" for key in KEYS}
# Each thought it was the other's, and both had written to the same people; what they made of it.
MARKETING_SAID = AGREED | {"follow_up_webinar": "sales", "clean_data": "both"}
SALES_SAID = AGREED | {"follow_up_webinar": "marketing", "clean_data": "marketing"}
SETTLED = {"follow_up_webinar": "marketing", "clean_data": "both"}

PLANNERS = Segment(
    "Hauliers who plan by hand", ("Road freight", "Logistics"), ("Netherlands", "Belgium", "Germany"), 200, 2000
)
SHOPS = Segment("Shops with trucks of their own", ("Wholesale", "Food", "Retail"), (), 200)
NOT_WANTED = ["Firms under 20 people", "Students and people who look for work"]


def say_who_does_what(scene: Scene) -> Process:
    """In the first days each side says it unseen; of two activities they think differently."""
    year, cast = scene.year, scene.cast
    now = yield at(year.working_day(SCRIPT.roles_asked), "09:30")
    asked = Responsibilities.objects.start(by=cast.theo, at=now)
    now = yield now.replace(hour=11)
    asked.answer(Side.MARKETING, MARKETING_SAID, by=cast.maya, at=now)
    now = yield now.replace(hour=15)
    asked.answer(Side.SALES, SALES_SAID, by=cast.nora, at=now)
    now = yield at(year.working_day(SCRIPT.roles_asked + 1), "10:15")
    for activity, who in SETTLED.items():
        asked.settle(activity, who, by=cast.theo)
    yield from _sign(scene, asked, now)


def map_stages(scene: Scene) -> Process:
    """After the definition they sign whose each stage is, and for how long."""
    now = yield at(scene.year.working_day(SCRIPT.stages_mapped), "09:50")
    yield from _sign(scene, StageMap.objects.start(by=scene.cast.nora, at=now), now)


def agree_on_credit(scene: Scene) -> Process:
    """With the first deals won they sign who gets credit for them."""
    now = yield at(scene.year.working_day(SCRIPT.credit_agreed), "09:35")
    draft = Credit.objects.start(by=scene.cast.theo, at=now)
    draft.edit(by=scene.cast.theo, sharing=Sharing.W_SHAPED)
    yield from _sign(scene, draft, now)


def set_focus(scene: Scene) -> Process:
    """A week before the present quarter sales says what it wants in it; two campaigns serve it."""
    year, cast = scene.year, scene.cast
    quarter = quarter_of(year.until, ZONE.key)
    now = yield at(year.working_day_before(quarter.start_on, SCRIPT.plan_signed_before_quarter), "09:20")
    draft = Focus.objects.start(quarter, by=cast.nora, at=now)
    named = Company.objects.filter(named_account=True).order_by("name").values_list("name", flat=True)[:4]
    draft.edit(
        by=cast.nora,
        conversion="A meeting about planning a second hub.",
        segments=[PLANNERS, SHOPS],
        companies=list(named),
        not_wanted=NOT_WANTED,
    )
    yield from _sign(scene, draft, now)
    for campaign in Campaign.objects.filter(name__in=[COMING, WEBINARS]):
        campaign.edit(by=cast.maya, serves=[draft])


def _sign(scene: Scene, draft: Version, now: datetime) -> Process:
    draft.propose(by=scene.cast.nora, at=now)
    now = yield now.replace(hour=13)
    draft.sign(by=scene.cast.theo, at=now)
    now = yield now.replace(hour=16)
    draft.sign(by=scene.cast.nora, at=now)
