"""The focus: what sales wants of marketing in one quarter, agreed by both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from agreements.models.revision import State
from agreements.models.versions import Version, VersionQuerySet
from common.errors import Incomplete
from common.periods import Kind, Period, parse

PREFIX = "focus:"
QUARTER = r"^[0-9]{4}-Q[1-4]$"


@dataclass(frozen=True)
class Segment:
    """Companies that are wanted: in any of the industries, any of the countries, of so many people; what is empty
    asks for nothing.
    """

    name: str
    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None

    @property
    def sentence(self) -> str:
        """Such as "Hauliers: road freight or logistics, in Germany, 200 to 2,000 people"."""
        said = [
            " or ".join(self.industries),
            f"in {' or '.join(self.countries)}" if self.countries else "",
            self._size(),
        ]
        return f"{self.name}: {', '.join(filter(None, said)) or 'any company'}"

    def _size(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{self.least:,} to {self.most:,} people"
        if self.least is not None:
            return f"{self.least:,} people or more"
        return f"{self.most:,} people or fewer" if self.most is not None else ""


class FocusQuerySet(VersionQuerySet):
    """Versions of the focus, a document a quarter."""

    def in_force(self) -> FocusQuerySet:
        """The versions that count, or counted in their quarter."""
        return self.with_revision().filter(revision__state=State.IN_FORCE)

    def for_quarter(self, quarter: str) -> Focus | None:
        """What the page of a quarter opens with."""
        return self.shown(PREFIX + quarter)

    def current(self) -> FocusQuerySet:
        """Of each quarter the newest version that was not given up, the latest quarter first."""
        gone = [State.WITHDRAWN, State.DECLINED, State.SUPERSEDED]
        return self.with_revision().exclude(revision__state__in=gone).order_by("-quarter", "-revision__number")

    def start(self, quarter: Period, *, by: User, at: datetime) -> Focus:
        """Open the first draft for a quarter. Raises Incomplete where it is over, Refused while a draft is open."""
        if quarter.kind != Kind.QUARTER or quarter.end <= at:
            raise Incomplete("A focus is for this quarter or one that is still to come.", "quarter")
        return self.begin(PREFIX + quarter.key, by=by, at=at, quarter=quarter.key)


class Focus(Version):
    """One version of what sales wants in a quarter; one-to-one with the revision that both sides sign."""

    quarter = models.CharField(max_length=7)
    conversion = models.TextField(blank=True, help_text="What people should be brought to do.")
    segments = models.JSONField(default=list, blank=True)
    companies = models.JSONField(default=list, blank=True)
    not_wanted = models.JSONField(default=list, blank=True)

    objects = FocusQuerySet.as_manager()

    EDIT, PROPOSE = "focus.edit", "focus.propose"
    CONTENT = ("quarter", "conversion", "segments", "companies", "not_wanted")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quarter__regex=QUARTER), name="focus_is_for_a_quarter")]

    def __str__(self) -> str:
        return f"Focus, {self.label}, version {self.revision.number}"

    def get_absolute_url(self) -> str:
        return reverse("focus_version", args=[self.pk])

    @property
    def label(self) -> str:
        """The quarter in words."""
        return self.span("UTC").label

    def span(self, zone: str) -> Period:
        """The quarter, from its first midnight in a zone."""
        return parse(self.quarter, zone)

    @property
    def wanted(self) -> list[Segment]:
        """The segments, each as a whole."""
        return [
            Segment(**{**each, "industries": tuple(each["industries"]), "countries": tuple(each["countries"])})
            for each in self.segments
        ]

    def sentences(self) -> list[str]:
        """What is wanted, of whom, and what is not."""
        said = [f"In {self.label} sales wants: {' '.join(self.conversion.split())}"]
        said += [f"{segment.sentence}." for segment in self.wanted]
        said += [f"Named company: {name.rstrip('.')}." for name in self.companies]
        return said + [f"Not wanted: {name.rstrip('.')}." for name in self.not_wanted]

    def check_complete(self) -> None:
        """Raise Incomplete where it does not say what is wanted, or of whom."""
        if not self.conversion.strip():
            raise Incomplete("Say first what people should be brought to do.", "conversion")
        if not self.segments and not self.companies:
            raise Incomplete("Name a segment or a company; a focus on everybody is none.")

    def edit(self, *, by: User, **changes: Any) -> None:
        """Change a draft: `segments` as a list of Segment, the rest as it is kept."""
        if "segments" in changes:
            changes["segments"] = [
                {"name": each.name, "industries": list(each.industries), "countries": list(each.countries),
                 "least": each.least, "most": each.most}
                for each in changes["segments"]
            ]  # fmt: skip
        super().edit(by=by, **changes)
