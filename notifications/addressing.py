"""Which deliveries an occasion makes: one for each person and channel they want, one for each program that listens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from notifications.kinds import Ids, Kind
from notifications.models import Channel, Delivery, Endpoint, Preferences
from notifications.timing import bundle_for, opening_for


@dataclass(frozen=True)
class Occasion:
    """Something that people are told at a moment; `key` names it, and nobody hears of the same one twice."""

    told: Kind
    ids: Ids
    key: str
    at: datetime

    def deliveries(self, people: list[User]) -> Iterator[Delivery]:
        """All of them, not yet saved; read with as many questions for ten people as for one."""
        endpoints = list(Endpoint.objects.on()) if self.told.leaves else []
        slack = next((each for each in endpoints if not each.is_webhook), None)
        bundled = self.told.bundled and not self.told.hot(self.ids)
        preferences = Preferences.objects.of_all(people)
        for user in people:
            yield from self._to(user, preferences[user.pk], slack, bundled=bundled)
        for endpoint in endpoints:
            if endpoint.is_webhook and self.told.key in endpoint.told:
                yield self._delivery(
                    Channel.WEBHOOK, f"endpoint:{endpoint.pk}", endpoint=endpoint, available_at=self.at
                )

    def _to(self, user: User, chosen: Preferences, slack: Endpoint | None, *, bundled: bool) -> Iterator[Delivery]:
        """The inbox gathers by itself, so only what leaves the app is bundled."""
        opens = opens_for(self.told, user, chosen, self.at)
        bundle = bundle_for(user, self.at) if bundled else opens
        yield self._delivery(Channel.INAPP, f"{user.pk}:{Channel.INAPP}", user=user, available_at=opens)
        leaving = {"user": user, "bundled": bundled, "available_at": bundle}
        if chosen.wants(self.told, Channel.EMAIL):
            yield self._delivery(Channel.EMAIL, f"{user.pk}:{Channel.EMAIL}", **leaving)
        if slack and chosen.wants(self.told, Channel.SLACK):
            yield self._delivery(Channel.SLACK, f"{user.pk}:{Channel.SLACK}", endpoint=slack, **leaving)

    def _delivery(self, channel: Channel, whose: str, **more: object) -> Delivery:
        key, occasion = f"{self.key}:{whose}", {"kind": self.told.key, "content": self.ids, "created_at": self.at}
        return Delivery(channel=channel, key=key, **occasion, **more)


def opens_for(told: Kind, user: User, chosen: Preferences, at: datetime) -> datetime:
    """When a notice of the kind may reach a person: now, or when they work next."""
    return at if told.at_once or not chosen.within_hours else opening_for(user, at)
