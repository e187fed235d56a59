"""The working hours that clocks keep, as they were when those clocks began."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache

from django.db import models

from common.hours import Hours


class DeskQuerySet(models.QuerySet["Desk"]):
    """Kept working hours."""

    def keep(self, many: Iterable[Hours]) -> dict[Hours, Desk]:
        """The rows of these hours, made where there are none yet: equal hours are kept once."""
        wanted = {_digest(text): (text, hours) for hours in set(many) for text in [_written(hours)]}
        known = set(self.filter(sha256__in=wanted).values_list("sha256", flat=True))
        missing = (Desk(sha256=sha, hours=wanted[sha][0]) for sha in sorted(wanted) if sha not in known)
        self.bulk_create(missing, ignore_conflicts=True)
        return {wanted[desk.sha256][1]: desk for desk in self.filter(sha256__in=wanted)}


class Desk(models.Model):
    """Working hours as a clock keeps them: a calendar edited or an absence entered later does not move it by itself."""

    sha256 = models.CharField(max_length=64, unique=True)
    hours = models.TextField(help_text="Hours.as_json(), with its keys in order.")

    objects = DeskQuerySet.as_manager()

    def __str__(self) -> str:
        return self.value.zone

    @property
    def value(self) -> Hours:
        return _read(self.hours)


def _written(hours: Hours) -> str:
    return json.dumps(hours.as_json(), sort_keys=True)


@lru_cache(maxsize=256)
def _read(text: str) -> Hours:
    return Hours.from_json(json.loads(text))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
