"""How credit is given: how a won deal is shared among its touches, and the points of both sides' ledgers."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.urls import reverse

from accounts.models import User
from agreements.models.points import ASCEND, POINTS, Points
from agreements.models.versions import Version, VersionQuerySet

DOCUMENT = "credit"


class Sharing(models.TextChoices):
    """The models of attribution; how each shares stands in `leads.attribution`."""

    FIRST_TOUCH = "first_touch", "First touch"
    LAST_TOUCH = "last_touch", "Last touch"
    LINEAR = "linear", "Linear"
    U_SHAPED = "u_shaped", "First touch and lead"
    W_SHAPED = "w_shaped", "First touch, lead and deal"
    FULL_PATH = "full_path", "Full path"
    TIME_DECAY = "time_decay", "Time decay"

    @property
    def sentence(self) -> str:
        """Who gets what."""
        return SENTENCES[self]


SENTENCES = {
    Sharing.FIRST_TOUCH: "All to the first touch.",
    Sharing.LAST_TOUCH: "All to the last touch before the deal was won.",
    Sharing.LINEAR: "The same to every touch.",
    Sharing.U_SHAPED: "40 % to the first touch, 40 % to the one that made the lead, 20 % to all others.",
    Sharing.W_SHAPED: "30 % each to the first touch, the one that made the lead and the one that opened the deal; 10 % "
    "to all others.",
    Sharing.FULL_PATH: "22.5 % each to the first touch, the one that made the lead, the one that opened the deal and "
    "the last one before it was won; 10 % to all others.",
    Sharing.TIME_DECAY: "To a touch twice as much as to one seven days earlier.",
}


class Sourced(models.TextChoices):
    """When a deal counts as brought by marketing."""

    RECORDED = "recorded", "Marketing is recorded as the source of its primary contact."
    FIRST_TOUCH = "first_touch", "The first touch of anybody on the deal came by a campaign of marketing's."
    BEFORE_SALES = (
        "before_sales",
        "A touch by a campaign of marketing's came before sales' first attempt at anybody on it.",
    )


class CreditQuerySet(VersionQuerySet):
    """Versions of how credit is given."""

    def start(self, *, by: User, at: datetime) -> Credit:
        """Open the first draft with the product's own proposal. Raises Refused while a draft is open."""
        return self.begin(DOCUMENT, by=by, at=at)

    def agreed(self) -> Credit | None:
        """The version that both sides have signed, or the trial."""
        return self.of(DOCUMENT).ruling().first()

    def ever_in_force(self) -> list[Credit]:
        """The versions that both sides have signed and that counted at some time, the earliest first."""
        return list(self.of(DOCUMENT).filter(revision__in_force_at__isnull=False).order_by("revision__in_force_at"))


class Credit(Points, Version):
    """One version of how credit is given; one-to-one with the revision that both sides sign."""

    sharing = models.CharField("revenue is shared by", max_length=11, choices=Sharing, default=Sharing.U_SHAPED)
    sourced = models.CharField(
        "marketing brought a deal when", max_length=12, choices=Sourced, default=Sourced.RECORDED
    )

    objects = CreditQuerySet.as_manager()

    EDIT, PROPOSE = "credit.edit", "credit.propose"
    CONTENT = ("sharing", "sourced", *POINTS)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(sharing__in=Sharing.values), name="credit_sharing_is_known"),
            models.CheckConstraint(condition=models.Q(sourced__in=Sourced.values), name="credit_sourced_is_known"),
            ASCEND,
        ]

    def __str__(self) -> str:
        return f"How credit is given, version {self.revision.number}"

    def get_absolute_url(self) -> str:
        return reverse("credit_version", args=[self.revision.number])

    def sentences(self) -> list[str]:
        """How revenue is shared, what counts as marketing's, that other models are for comparison; then the points."""
        sharing = Sharing(self.sharing)
        return [
            f"The amount of a won deal is shared among the touches that led to it by this model: {sharing.label}. "
            f"{sharing.sentence}",
            f"Marketing brought a deal when this holds: {Sourced(self.sourced).label}",
            "Other models and readings are shown for comparison and decide nothing.",
            *self.points_sentences(),
        ]
