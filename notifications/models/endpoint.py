"""Where notices go besides people's inboxes and mail: a Slack channel, or a program that listens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Count, F, Q

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from notifications.channels.guard import Forbidden, place_of
from notifications.kinds import kinds
from notifications.models.channel import OUTSIDE, Channel

# A receiver that changes its secret has a week for it: both are signed with.
OLD_SECRET_LASTS = timedelta(days=7)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Endpoints, found by what may be sent to them."""

    def visible_to(self, user: User) -> EndpointQuerySet:
        """The admins', who set them up."""
        return self if user.has_role("admin") else self.none()

    def webhooks(self) -> EndpointQuerySet:
        """The programs that listen, each with `waiting` and `dead`, how many deliveries wait and how many failed."""
        ended = Q(deliveries__dead_at__isnull=False)
        waits = Q(deliveries__isnull=False, deliveries__done_at=None, deliveries__dead_at=None)
        counts = {"waiting": Count("deliveries", filter=waits), "dead": Count("deliveries", filter=ended)}
        return self.filter(channel=Channel.WEBHOOK).annotate(**counts)

    def on(self) -> EndpointQuerySet:
        return self.filter(off_at=None)

    def ready(self, *, at: datetime) -> EndpointQuerySet:
        """Those that are on and not left in peace for a while after they did not answer."""
        return self.on().filter(Q(paused_until=None) | Q(paused_until__lte=at)).order_by("pk")

    @transaction.atomic
    def set_up(self, channel: str, *, name: str, url: str, told: list[str], by: User, at: datetime) -> Endpoint:
        """Add one. Raises Incomplete for an address we never post to, Refused for a second Slack."""
        check(by, "channel.edit")
        if channel == Channel.SLACK and self.filter(channel=channel).exists():
            raise Refused("Slack is set up already; remove it first.")
        kept, salt = _checked(url), secrets.token_hex(16)
        return self.create(channel=channel, name=name.strip(), url=kept, told=_known(told), salt=salt, by=by, at=at)


class Endpoint(models.Model):
    """One address outside, with what it is told of. Its `url` is a secret: it is written and never shown again.

    The key of its signatures is kept nowhere: it is reckoned from `salt` and a pepper that stands
    outside the database, so a copy of the database signs nothing.
    """

    channel = models.CharField(max_length=10, choices=[(each.value, each.label) for each in OUTSIDE])
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=2048)
    told = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    salt = models.CharField(max_length=32)
    old_salt = models.CharField(max_length=32, blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Tries in a row that found nobody.")
    paused_until = models.DateTimeField(null=True, blank=True)
    off_at = models.DateTimeField(null=True, blank=True)
    off_because = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=OUTSIDE), name="endpoint_channel_is_outside"),
            models.UniqueConstraint(fields=["channel"], condition=Q(channel=Channel.SLACK), name="endpoint_one_slack"),
            models.CheckConstraint(condition=Q(old_salt="") | Q(old_until__isnull=False), name="endpoint_old_key_ends"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_webhook(self) -> bool:
        return self.channel == Channel.WEBHOOK

    @property
    def host(self) -> str:
        """All of the address that may be shown."""
        return urlsplit(self.url).hostname or ""

    @property
    def key(self) -> bytes:
        """The key of its signatures, 32 bytes."""
        return _key(self.salt)

    def keys(self, *, at: datetime) -> list[bytes]:
        """What is signed with now: for a week after a change with the old key too."""
        still = self.old_salt and self.old_until > at
        return [self.key, *([_key(self.old_salt)] if still else [])]

    def tell_of(self, told: list[str], *, by: User) -> None:
        """Choose the kinds a webhook is told of. Raises Incomplete for an unknown one."""
        check(by, "channel.edit")
        Endpoint.objects.filter(pk=self.pk).update(told=_known(told))

    def change_secret(self, *, by: User, at: datetime) -> None:
        """Sign with a new key from now on, and with the old one too for a week."""
        check(by, "channel.edit")
        changes = {"salt": secrets.token_hex(16), "old_salt": F("salt"), "old_until": at + OLD_SECRET_LASTS}
        Endpoint.objects.filter(pk=self.pk).update(**changes)
        self.refresh_from_db()

    def switch_on(self, *, by: User) -> None:
        """Send to it again, as if it had never failed."""
        check(by, "channel.edit")
        Endpoint.objects.filter(pk=self.pk).update(off_at=None, off_because="", failures=0, paused_until=None)

    def switch_off(self, *, by: User | None, at: datetime, because: str = "") -> bool:
        """Send nothing more to it; whether it was on. `by` is None when it fell silent by itself."""
        check(by, "channel.edit")
        on = Endpoint.objects.on().filter(pk=self.pk)
        return bool(on.update(off_at=at, off_because=because[:500]))

    def remove(self, *, by: User) -> None:
        """Forget it, and what still waited for it."""
        check(by, "channel.edit")
        self.delete()

    def pause(self, until: datetime) -> None:
        """It did not answer: leave it in peace, so that it holds up nothing else."""
        Endpoint.objects.filter(pk=self.pk).update(failures=F("failures") + 1, paused_until=until)

    def recover(self) -> None:
        """It answered."""
        Endpoint.objects.filter(pk=self.pk, failures__gt=0).update(failures=0, paused_until=None)


def _key(salt: str) -> bytes:
    return hmac.new(settings.TOKEN_PEPPER.encode(), f"webhook:{salt}".encode(), hashlib.sha256).digest()


def _checked(url: str) -> str:
    try:
        place_of(url.strip())
    except Forbidden as error:
        raise Incomplete(str(error), "url") from error
    return url.strip()


def _known(told: list[str]) -> list[str]:
    if not set(told) <= {kind.key for kind in kinds() if kind.leaves and kind.optional}:
        raise Incomplete("Choose among the kinds of notices.", "told")
    return sorted(told)
