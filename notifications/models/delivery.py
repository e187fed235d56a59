"""The outbox: what is still to be told, to whom and by which channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from accounts.access import check
from accounts.models import User
from common.errors import Refused
from common.wake import wake
from notifications.models.channel import OUTSIDE, Channel
from notifications.models.endpoint import Endpoint
from notifications.models.preferences import Preferences

# Longer than one delivery can take with all its time-outs; a killed worker's rows wait this long.
LEASE = timedelta(seconds=30)
DONE_ARE_KEPT = timedelta(days=14)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, found by what is to be done with them."""

    def visible_to(self, user: User) -> DeliveryQuerySet:
        """The admins' page of what could not be delivered; nobody else reads other people's mail."""
        return self if user.has_role("admin") else self.none()

    def open(self) -> DeliveryQuerySet:
        return self.filter(done_at=None, dead_at=None)

    def due(self, *, at: datetime) -> DeliveryQuerySet:
        return self.open().filter(available_at__lte=at, leader=None)

    def late(self, *, at: datetime) -> DeliveryQuerySet:
        """Those a worker should have taken: what is due, but for endpoints that are off or left in peace."""
        ready = Endpoint.objects.ready(at=at).values("pk")
        return self.due(at=at).filter(Q(endpoint=None) | Q(endpoint__in=ready))

    def dead(self) -> DeliveryQuerySet:
        return self.exclude(dead_at=None).filter(leader=None)

    def waiting_for(self, user: User, *, at: datetime) -> DeliveryQuerySet:
        """Notices for the inbox that wait for the person's working hours."""
        return self.open().filter(user=user, channel=Channel.INAPP, available_at__gt=at).order_by("available_at", "id")

    @transaction.atomic
    def claim(self, *, channel: str, at: datetime, limit: int, endpoint: Endpoint | None = None) -> list[Delivery]:
        """Take up to `limit` due deliveries for one lease; others who claim now are given others.

        The next attempt is booked before this one is made, so that a worker that dies here
        loses nothing. `attempts`, as returned, is the fence: see `Delivery.hold`.
        """
        due = self.due(at=at).filter(channel=channel, endpoint=endpoint).order_by("available_at", "id")
        due = due.select_for_update(skip_locked=True, of=("self",))
        whose = due.select_related("endpoint", "user__calendar", "user__team__calendar", "user__preferences")
        claimed = list(whose[:limit])
        followers = self._bundle(claimed, due)
        claimed = [each for each in claimed if each.pk not in followers]
        self.filter(pk__in=[each.pk for each in claimed]).update(
            available_at=at + LEASE, attempts=F("attempts") + 1, first_tried_at=Coalesce("first_tried_at", at)
        )
        for each in claimed:
            each.attempts += 1
            each.first_tried_at = each.first_tried_at or at
        return claimed

    def _bundle(self, claimed: list[Delivery], due: DeliveryQuerySet) -> set[int]:
        """Let what is bundled for one person travel with the first of it; the ids of those that follow.

        Who travels together is settled with the first claim and never again: a mail that is sent
        once more, under the same id, has to say the same.
        """
        leaders: dict[int, int] = {}
        for each in claimed:
            if each.bundled and not each.attempts:
                leaders.setdefault(each.user_id, each.pk)
        fresh = due.filter(bundled=True, attempts=0, user__in=leaders).exclude(pk__in=leaders.values())
        followers = dict(fresh.values_list("pk", "user_id")) if leaders else {}
        self.filter(pk__in=followers).update(leader=Case(*(When(user=u, then=pk) for u, pk in leaders.items())))
        return set(followers)

    @transaction.atomic
    def replay_all(self, *, by: User, at: datetime) -> int:
        """Try all that are dead again, except where the endpoint is off; return how many."""
        check(by, "delivery.replay")
        dead = self.exclude(dead_at=None).exclude(endpoint__off_at__isnull=False)
        replayed = dead.filter(leader=None).count()
        dead.update(dead_at=None, failures=0, available_at=at, first_tried_at=None)
        wake("notifications.tasks.deliver")
        return replayed

    def forget_done(self, *, at: datetime) -> int:
        """Delete what was delivered more than two weeks ago; return how many."""
        return self.filter(done_at__lt=at - DONE_ARE_KEPT).delete()[0]


class Delivery(models.Model):
    """One thing to tell one recipient by one channel, written in the transaction of what it tells of.

    `content` holds ids only, and the words are made when it is delivered; only a mail that
    Django itself wrote (a password reset) is kept as text, until it is sent. What is `bundled`
    travels with its `leader`, from the moment that one was first claimed, and ends as it ends.
    """

    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="deliveries")
    address = models.EmailField(blank=True)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, null=True, blank=True, related_name="deliveries")
    key = models.CharField(max_length=200, unique=True)
    content = models.JSONField(default=dict)
    bundled = models.BooleanField(default=False)
    leader = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="followers")
    attempts = models.PositiveIntegerField(default=0, help_text="Times claimed; the fence.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Times it went wrong; the schedule's place.")
    available_at = models.DateTimeField()
    first_tried_at = models.DateTimeField(null=True, blank=True, help_text="From when its signed links are good.")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="delivery_channel_is_known"),
            models.CheckConstraint(
                condition=Q(user__isnull=False)
                | (Q(channel=Channel.EMAIL) & ~Q(address=""))
                | Q(channel=Channel.WEBHOOK),
                name="delivery_has_a_recipient",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=OUTSIDE, endpoint__isnull=False)
                | (~Q(channel__in=OUTSIDE) & Q(endpoint__isnull=True)),
                name="delivery_outside_has_an_endpoint",
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(dead_at=None), name="delivery_ends_one_way"),
        ]
        indexes = [
            # Read by the drain, every few seconds: what is due, the longest waiting first.
            models.Index(
                fields=["channel", "available_at", "id"],
                condition=Q(done_at=None, dead_at=None),
                name="delivery_open_by_due",
            ),
            # Read by the inbox: what waits for this person's working hours.
            models.Index(fields=["user"], condition=Q(done_at=None, dead_at=None), name="delivery_open_by_user"),
            # Read by the admins' page of dead deliveries.
            models.Index(fields=["-dead_at"], condition=Q(dead_at__isnull=False), name="delivery_dead"),
            # Read by the nightly clean-up.
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="delivery_done_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel} to {self.address or self.user_id or self.endpoint_id}"

    @property
    def recipient(self) -> str:
        return self.address or str(self.user or self.endpoint)

    @property
    def public_id(self) -> str:
        """The same with every attempt, so that whoever gets it twice can tell; no other delivery ever has it."""
        return f"delivery.{self.pk}.{self.created_at:%Y%m%d%H%M%S%f}"

    @property
    def preferences(self) -> Preferences:
        """How its person wants to be told; as it comes, where they chose nothing."""
        return getattr(self.user, "preferences", None) or Preferences(user=self.user)

    def bundle(self) -> list[Delivery]:
        """It, and what travels with it."""
        return [self, *(self.followers.order_by("pk") if self.bundled else ())]

    def hold(self, *, at: datetime) -> bool:
        """Renew the lease just before the effect; False when somebody else has claimed it since."""
        return self._while_mine(available_at=at + LEASE)

    def finish(self, *, at: datetime, remark: str = "") -> bool:
        """Mark as delivered, or as no longer worth delivering; a mail's text is not kept any longer.

        False when somebody else has claimed it since: then the effect is not ours either.
        """
        forgotten = {"content": {}} if "text" in self.content else {}
        return self._while_mine(done_at=at, last_error=remark[:500], **forgotten)

    def postpone(self, until: datetime) -> bool:
        """Deliver it later; this is no failure."""
        return self._while_mine(available_at=until)

    def fail(self, error: str, *, again_at: datetime | None, at: datetime) -> bool:
        """Record a failure and book the next attempt; with no next attempt, it is dead and waits for an admin."""
        ended = {"available_at": again_at} if again_at else {"dead_at": at}
        return self._while_mine(failures=F("failures") + 1, last_error=error[:500], **ended)

    @transaction.atomic
    def _while_mine(self, **changes: object) -> bool:
        mine = Delivery.objects.open().filter(pk=self.pk, attempts=self.attempts)
        held = bool(mine.update(**changes))
        if held and self.bundled:
            self.followers.update(**changes)
        return held

    @transaction.atomic
    def replay(self, *, by: User, at: datetime) -> None:
        """Try a dead delivery again, from the start of the schedule. Raises Refused when it is not dead."""
        check(by, "delivery.replay")
        if self.endpoint and self.endpoint.off_at:
            raise Refused(f"{self.endpoint} is switched off; switch it on first.")
        afresh = {"dead_at": None, "failures": 0, "available_at": at, "first_tried_at": None}
        if not Delivery.objects.dead().filter(pk=self.pk).update(**afresh):
            raise Refused("This delivery is being tried again already.")
        self.followers.update(**afresh)
        wake("notifications.tasks.deliver")
