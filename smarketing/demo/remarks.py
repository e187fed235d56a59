"""What people say beside a lead, and what a head excuses."""

from __future__ import annotations

from datetime import timedelta

from leads.models import Handoff
from notifications.threads import post
from sla.attainment import FIRST_ATTEMPT
from sla.models import Clock
from smarketing.demo.agenda import Process
from smarketing.demo.chance import Chance
from smarketing.demo.scene import Scene
from smarketing.demo.story import at

# Who says it about a lead that is being worked, and what.
SAID = (
    ("nora", "They opened a second hub in Ghent; ask who runs it. @{rep}"),
    ("rep", "Asks for a reference of their size. @Theo do we have one?"),
    ("maya", "He asked two good questions in the webinar, about returns. @{rep}"),
    ("rep", "@Maya the number rings at a law firm. Have we got another?"),
    ("jonas", "They downloaded the case of the second hub twice. @{rep}"),
    ("rep", "Their planner leaves in spring. @Nora I would like you on the second call."),
)
EXCUSED = "The telephone exchange was down all day; nobody could call."


def remark(scene: Scene, handoff: Handoff, chance: Chance) -> None:
    """Say something about a lead, on its page."""
    who, text = chance.choice(SAID)
    author = handoff.owner if who == "rep" else getattr(scene.cast, who)
    post(handoff.lead, text.format(rep=handoff.owner.short_name), by=author, at=scene.agenda.now)


def excuse(scene: Scene) -> Process:
    """Twice in the year marketing's head excuses what sales could not help."""
    for day in (140, 290):
        now = yield at(scene.year.working_day(day), "16:20")
        since = now - timedelta(days=12)
        calls = Clock.objects.customers().late().filter(commitment__metric__in=FIRST_ATTEMPT)
        for clock in calls.filter(due_at__gte=since, due_at__lt=now).order_by("due_at", "pk")[:3]:
            clock.waive(because=EXCUSED, by=scene.cast.theo, at=now)
