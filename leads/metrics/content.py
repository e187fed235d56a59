"""The figures of content: whether what marketing makes is used, and whether it leads somewhere."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.access import Side
from campaigns.models import Content
from common.measures import Share
from common.metrics import Metric, Theme, Unit, register
from common.periods import Period
from leads.metrics.conversion import yes_or_no
from leads.metrics.funnel import reached
from leads.models import Episode, Touch
from leads.trails import OF_EPISODE

USED_WITHIN = 90  # days before somebody became an MQL

USED = Q(is_used=True)


def mqls(period: Period) -> QuerySet[Episode]:
    """MQLs of the period, each with `is_used`: whether the person had used a piece of the library before that."""
    used = Touch.objects.responded().filter(
        lead=OuterRef("lead"),
        content__isnull=False,
        occurred_at__lte=OuterRef("mql_at"),
        occurred_at__gt=OuterRef("mql_at") - timedelta(days=USED_WITHIN),
    )
    return reached("mql", period).annotate(is_used=yes_or_no(Exists(used)))


def library(period: Period) -> QuerySet[Content]:
    """Every piece of the library as it is now, with `is_used`: whether somebody used it in the period."""
    used = Touch.objects.responded().filter(
        content=OuterRef("pk"), occurred_at__gte=period.start, occurred_at__lt=period.end
    )
    return Content.objects.annotate(is_used=yes_or_no(Exists(used))).order_by("title", "pk")


register(
    Metric(
        key="content_use",
        name="MQLs that used content",
        definition="Of the MQLs of the period, those who themselves used a piece of the library in the "
        f"{USED_WITHIN} days before they became one: a download, a page, a click that names the piece. "
        "What was only sent to them does not count.",
        formula=f"MQLs with a touch of content in the {USED_WITHIN} days before / MQLs of the period",
        unit=Unit.SHARE,
        theme=Theme.FOCUS,
        rows=mqls,
        measure=Share(USED),
        side=Side.MARKETING,
        trail=OF_EPISODE,
    )
)
register(
    Metric(
        key="content_touched",
        name="Content in use",
        definition="Of all pieces of the library as it is now, those that somebody used in the period. What was only "
        "sent does not count.",
        formula="pieces used in the period / pieces of the library",
        unit=Unit.SHARE,
        theme=Theme.FOCUS,
        rows=library,
        measure=Share(USED),
        side=Side.MARKETING,
    )
)
