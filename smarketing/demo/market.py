"""What marketing runs and offers: campaigns with their costs, content with what a rep should say about it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from campaigns.models import BuyingStage, Campaign, Content
from smarketing.demo.story import Year

YEAR = (0, 400)


@dataclass(frozen=True)
class Drive:
    """One campaign and whom it brings.

    `share` of all leads, in the days `runs` of the year. `interest` says how many of its people only
    pass by, read, or evaluate; `sizes` how many of its firms are tiny (under 20 people), small (to
    199), middling (to 2,000) or large; `levels` how far their word goes.
    """

    name: str
    channel: str
    source: str
    first_act: str
    runs: tuple[int, int]
    share: float
    cost: int | None
    interest: tuple[float, float, float]
    sizes: tuple[float, float, float, float]
    levels: tuple[float, float, float, float]
    talking_points: str = ""
    content: str = ""
    private_mail: float = 0.03

    @property
    def is_campaign(self) -> bool:
        return bool(self.name)

    @property
    def is_old_list(self) -> bool:
        """Those who were known before the year began, and came with the list of the system before."""
        return self.source == OLD_LIST


PRIZE_DRAW = "Win a tablet"
WEBINARS = "Routing with fewer trucks"
OLD_LIST = "Old contact list"

DRIVES = (
    Drive(
        PRIZE_DRAW, "Event", "Prize draw", "event", (60, 205), 0.24, 21500,
        (0.78, 0.20, 0.02), (0.52, 0.33, 0.11, 0.04), (0.24, 0.38, 0.26, 0.12),
        "They entered the draw at the stand. Ask how many vehicles they plan for; below ten we are not for them.",
        private_mail=0.16,
    ),
    Drive(
        WEBINARS, "Webinar", "Webinar", "webinar_registered", YEAR, 0.12, 9600,
        (0.30, 0.40, 0.30), (0.08, 0.30, 0.49, 0.13), (0.34, 0.40, 0.24, 0.02),
        "They saw how Halden plans 60 trucks instead of 74. Ask which of their routes run empty on the way back.",
        "Routing with fewer trucks",
    ),
    Drive(
        "Cut empty miles", "LinkedIn", "LinkedIn", "ad_click", (24, 400), 0.16, 34200,
        (0.58, 0.32, 0.10), (0.20, 0.36, 0.34, 0.10), (0.34, 0.38, 0.24, 0.04),
        "Their peers cut empty runs by 18 %. Ask what one empty kilometre costs them.",
        "Cut empty miles",
    ),
    Drive(
        "Route planning, search", "Search", "Search", "page_view", YEAR, 0.15, 41300,
        (0.50, 0.34, 0.16), (0.27, 0.37, 0.28, 0.08), (0.26, 0.42, 0.28, 0.04),
        "They searched for route planning, so a project may be on. Ask what made them look now.",
        "What does a kilometre cost?",
    ),
    Drive(
        "Freight costs in the coming year", "Content partner", "Content partner", "download", (128, 320), 0.11, 15800,
        (0.62, 0.31, 0.07), (0.22, 0.38, 0.30, 0.10), (0.30, 0.36, 0.26, 0.08),
        "They read our report on freight costs. Ask which of the five costs grows fastest for them.",
        "Freight costs in the coming year",
    ),
    Drive(
        "Transport days", "Trade fair", "Trade fair", "event", (224, 232), 0.06, 27400,
        (0.54, 0.35, 0.11), (0.17, 0.37, 0.34, 0.12), (0.38, 0.38, 0.20, 0.04),
        "They stood at our screen in hall 4. Ask whether the demo answered the question they came with.",
        "Case: a second hub in Ghent",
    ),
    Drive(
        "Customers recommend us", "Referral", "Referral", "form", YEAR, 0.03, 2400,
        (0.22, 0.40, 0.38), (0.06, 0.34, 0.48, 0.12), (0.42, 0.40, 0.18, 0.00),
        "A customer named them. Say who, and ask what they have heard.",
        "Case: a second hub in Ghent",
    ),
    Drive(
        "Winter rates", "Newsletter", "Newsletter", "email_click", (318, 400), 0.04, 3900,
        (0.52, 0.35, 0.13), (0.18, 0.38, 0.34, 0.10), (0.30, 0.40, 0.27, 0.03),
        "They opened our note on winter rates. Ask who renegotiates their contracts, and when.",
        "Winter rates: what to renegotiate",
    ),
    Drive(
        "", "Website", "Website", "form", YEAR, 0.04, None,
        (0.52, 0.34, 0.14), (0.24, 0.36, 0.31, 0.09), (0.28, 0.40, 0.28, 0.04),
    ),
    Drive(
        "", "Website", OLD_LIST, "form", (-700, -3), 0.05, None,
        (0.75, 0.21, 0.04), (0.20, 0.38, 0.32, 0.10), (0.28, 0.40, 0.28, 0.04),
    ),
)  # fmt: skip

BUYING_GUIDE = "Buying guide: planning software"
CONTENTS = {
    "Routing with fewer trucks": (
        "webinar", WEBINARS, "Halden plans 60 trucks instead of 74. Ask which of their runs go back empty.",
    ),
    "Cut empty miles": (
        "guide", "Cut empty miles", "Their peers cut empty runs by 18 %. Ask about the way back from the second hub.",
    ),
    "What does a kilometre cost?": (
        "calculator", "Route planning, search",
        "They worked out their cost a kilometre. Ask for the number, and say what others of their size reach.",
    ),
    "Freight costs in the coming year": (
        "report", "Freight costs in the coming year", "Ask which of the five costs grows fastest for them.",
    ),
    "Case: a second hub in Ghent": (
        "case", "Customers recommend us",
        "A firm of their size opened a second hub without a second planner. Ask where they will grow.",
    ),
    BUYING_GUIDE: (
        "guide", "Route planning, search", "They compare vendors. Ask which three questions decide it.",
    ),
    "Winter rates: what to renegotiate": (
        "note", "Winter rates", "Ask who renegotiates their contracts, and when.",
    ),
}  # fmt: skip

# How far somebody is who reads it; what is not here is for those who compare.
BUYING = {
    "Cut empty miles": BuyingStage.AWARENESS,
    "Freight costs in the coming year": BuyingStage.AWARENESS,
    "Case: a second hub in Ghent": BuyingStage.DECISION,
    BUYING_GUIDE: BuyingStage.DECISION,
}

COMING = "Three hubs, one plan"


def run_campaigns(year: Year) -> None:
    """Enter the year's campaigns and content, and one campaign that is still to come."""
    campaigns = {drive.name: _campaign(drive, year) for drive in DRIVES if drive.is_campaign}
    start = year.last_day + timedelta(days=12)
    Campaign.objects.create(
        name=COMING, channel="Webinar", starts_on=start, ends_on=start + timedelta(days=4), cost=Decimal(5200)
    )
    for title, (kind, campaign, points) in CONTENTS.items():
        told = {"talking_points": points, "buying_stage": BUYING.get(title, BuyingStage.CONSIDERATION)}
        Content.objects.create(title=title, kind=kind, campaign=campaigns[campaign], **told)


def _campaign(drive: Drive, year: Year) -> Campaign:
    first, last = drive.runs
    return Campaign.objects.create(
        name=drive.name,
        channel=drive.channel,
        starts_on=year.day(first),
        ends_on=year.day(last) if last < year.days else None,
        cost=drive.cost,
        talking_points=drive.talking_points,
    )


def drive_from(source: str) -> Drive:
    """The campaign, or the way without one, by its source."""
    return next(drive for drive in DRIVES if drive.source == source)
