"""How a person wants to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models

from accounts.access import check
from accounts.models import User
from notifications.kinds import Kind
from notifications.models.channel import Channel

# What stands in the inbox is the record of what somebody was told; the rest is theirs to choose.
CHOSEN = (Channel.EMAIL, Channel.SLACK)


class PreferencesQuerySet(models.QuerySet["Preferences"]):
    """Preferences, found by whose they are."""

    def of(self, person: User) -> Preferences:
        """A person's own; unsaved, and all as it comes, where nothing was ever chosen."""
        return self.filter(user=person).first() or Preferences(user=person)

    def of_all(self, people: Iterable[User]) -> dict[int, Preferences]:
        """Those of several people, by their ids, with one question."""
        chosen = {each.user_id: each for each in self.filter(user__in=[person.pk for person in people])}
        return {person.pk: chosen.get(person.pk) or Preferences(user=person) for person in people}


class Preferences(models.Model):
    """What a person has chosen. `answers` says yes or no by channel and kind; what is not in it comes as usual."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="preferences")
    within_hours = models.BooleanField(default=True)
    answers = models.JSONField(default=dict)

    objects = PreferencesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"

    def belongs_to(self, user: User) -> bool:
        return self.user_id == user.pk

    def wants(self, kind: Kind, channel: str) -> bool:
        """Whether notices of the kind come by the channel."""
        if channel not in CHOSEN or not kind.optional:
            return True
        return kind.leaves and self.answers.get(channel, {}).get(kind.key, channel == Channel.EMAIL)

    def choose(self, answers: Mapping[str, Mapping[str, bool]], *, within_hours: bool, by: User) -> None:
        """Say what comes by which channel, and whether only while one works; other channels stay as they are."""
        check(by, "notice.choose", self)
        self.answers = self.answers | {channel: dict(kinds) for channel, kinds in answers.items()}
        self.within_hours = within_hours
        self.save()
