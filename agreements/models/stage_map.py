"""The stage map: for each stage of a lead whose it is, how it is entered and left, and how long it may last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.urls import reverse

from accounts.models import User
from agreements.models.versions import Version, VersionQuerySet
from agreements.stages import DEFAULTS, StageOnMap
from common.errors import Incomplete

DOCUMENT = "stage_map"


class StageMapQuerySet(VersionQuerySet):
    """Versions of the stage map."""

    def start(self, *, by: User, at: datetime) -> StageMap:
        """Open the first draft with the product's own proposal. Raises Refused while a draft is open."""
        return self.begin(DOCUMENT, by=by, at=at, stages=[each.kept() for each in DEFAULTS])


class StageMap(Version):
    """One version of the stage map; one-to-one with the revision that both sides sign."""

    stages = models.JSONField(default=list)

    objects = StageMapQuerySet.as_manager()

    EDIT, PROPOSE = "stages.edit", "stages.propose"
    CONTENT = ("stages",)

    def __str__(self) -> str:
        return f"Stage map, version {self.revision.number}"

    def get_absolute_url(self) -> str:
        return reverse("stages_version", args=[self.revision.number])

    @property
    def on_map(self) -> list[StageOnMap]:
        """The stages, in the order of a lead's way."""
        return [StageOnMap(**each) for each in self.stages]

    def sentences(self) -> list[str]:
        """One a stage."""
        return [each.sentence for each in self.on_map]

    def draw(self, stages: Iterable[StageOnMap], *, by: User) -> None:
        """Change a draft to these stages. Raises Refused unless it is one."""
        self.edit(by=by, stages=[each.kept() for each in stages])

    def check_complete(self) -> None:
        """Raise Incomplete where a stage does not say how it is entered, left, or what is done meanwhile."""
        for each in self.on_map:
            if not (each.entry.strip() and each.exit.strip() and each.what.strip()):
                raise Incomplete(f"Say how {each.label} is entered and left, and what is done meanwhile.")
