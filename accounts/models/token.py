"""API tokens, and the answers kept so that a repeated request is not a repeated effect."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.access import check
from accounts.models.user import User
from common.errors import Incomplete

PREFIX = "sma"
LONGEST_LIFE = timedelta(days=365)
USUAL_LIFE = timedelta(days=90)
ANSWERS_ARE_KEPT = timedelta(hours=24)


class Scope(models.TextChoices):
    """What a token lets a program do, within what its owner may do."""

    LEADS_READ = "leads:read", "Read leads, their score and history, hand-offs and opportunities"
    LEADS_WRITE = "leads:write", "Receive and edit leads, record touches and attempts"
    HANDOFFS_DECIDE = "handoffs:decide", "Accept, return and reassign hand-offs"
    OPPORTUNITIES_WRITE = "opportunities:write", "Open and close opportunities"
    AGREEMENTS_READ = "agreements:read", "Read personas, criteria and all else that both sides sign"
    AGREEMENTS_WRITE = "agreements:write", "Sign, decline and ask for changes; start backtests"
    METRICS_READ = "metrics:read", "Read figures and scorecards"
    WEBHOOKS_WRITE = "webhooks:write", "Read, set up, switch off and remove webhooks, and try again what failed"


def digest_of(secret: str) -> str:
    """The keyed digest under which a token is stored; the pepper stands outside the database."""
    return hmac.new(settings.TOKEN_PEPPER.encode(), secret.encode(), hashlib.sha256).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, found by what they are good for."""

    def visible_to(self, user: User) -> ApiTokenQuerySet:
        """A person's own tokens."""
        return self.filter(user=user)

    def live(self, *, at: datetime) -> ApiTokenQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=at, user__is_active=True)

    def issue(
        self,
        user: User,
        *,
        name: str = "",
        scopes: Iterable[str],
        lifetime: timedelta = USUAL_LIFE,
        by: User | None,
        at: datetime,
    ) -> tuple[ApiToken, str]:
        """Make a token and return it with its secret, which is not kept and cannot be shown again.

        Raises Incomplete for an unknown scope or a life of no time or of more than a year.
        """
        check(by, "token.create", user)
        scopes = sorted(set(scopes))
        if not scopes or not set(scopes) <= set(Scope.values):
            raise Incomplete(f"A token needs one or more of these scopes: {', '.join(Scope.values)}.", "scopes")
        if not timedelta() < lifetime <= LONGEST_LIFE:
            raise Incomplete(f"A token lives between one and {LONGEST_LIFE.days} days.", "days")
        lookup = secrets.token_hex(4)
        secret = f"{PREFIX}_{lookup}_{secrets.token_urlsafe(32)}"
        token = self.create(
            lookup=lookup,
            digest=digest_of(secret),
            user=user,
            name=name,
            scopes=scopes,
            created_at=at,
            expires_at=at + lifetime,
        )
        return token, secret

    def presented(self, secret: str, *, at: datetime) -> ApiToken | None:
        """The live token with this secret, or None; unknown and wrong secrets take the same time."""
        lookup = secret.split("_", 2)[1] if secret.count("_") >= 2 else ""
        token = self.live(at=at).select_related("user").filter(lookup=lookup).first()
        known = token.digest if token else digest_of("")
        return token if hmac.compare_digest(known, digest_of(secret)) and token else None


class ApiToken(models.Model):
    """A key for a program that acts as a person. Only a keyed digest is stored; the token is shown once."""

    lookup = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True)
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope.choices), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="api_token_expires_after_it_is_made"
            ),
            models.CheckConstraint(condition=Q(scopes__contained_by=Scope.values), name="api_token_scopes_are_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'token'} ({self.lookup}…)"

    def belongs_to(self, user: User) -> bool:
        return self.user_id == user.pk

    def revoke(self, *, by: User, at: datetime) -> None:
        """End the token now; doing it again changes nothing."""
        check(by, "token.revoke", self)
        ApiToken.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=at)

    def note_use(self, *, at: datetime) -> None:
        """Remember the use, once a minute at most: a busy program must not make its token's row hot."""
        stale = Q(last_used_at=None) | Q(last_used_at__lt=at - timedelta(minutes=1))
        if not self.last_used_at or self.last_used_at < at - timedelta(minutes=1):
            ApiToken.objects.filter(stale, pk=self.pk).update(last_used_at=at)


class IdempotentAnswerQuerySet(models.QuerySet["IdempotentAnswer"]):
    """Answers kept for a day."""

    def reserve(self, *, user: User, key: str, fingerprint: str, at: datetime) -> IdempotentAnswer:
        """Take the key for this request and lock its row; a twin of the request waits here for the first.

        Call it inside the transaction of the effect: if that fails, the reservation goes too.
        """
        self.filter(user=user, key=key, created_at__lt=at - ANSWERS_ARE_KEPT).delete()
        self.bulk_create(
            [IdempotentAnswer(user=user, key=key, fingerprint=fingerprint, created_at=at)], ignore_conflicts=True
        )
        return self.select_for_update().get(user=user, key=key)

    def forget_old(self, *, at: datetime) -> int:
        """Delete the answers that are no longer kept; return how many."""
        return self.filter(created_at__lt=at - ANSWERS_ARE_KEPT).delete()[0]


class IdempotentAnswer(models.Model):
    """The answer once given to a request with an Idempotency-Key, kept a day to be given again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    objects = IdempotentAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotent_answer_one_a_key"),
        ]
        # Read by the nightly clean-up.
        indexes = [models.Index(fields=["created_at"], name="idempotent_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status or 'under way'}"

    def keep(self, status: int, body: object) -> None:
        """Store what was answered, in the transaction that did it."""
        self.status, self.body = status, body
        self.save(update_fields=["status", "body"])
