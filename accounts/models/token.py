"""API tokens, and the answers kept so that a repeated request is not a repeated effect."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.user import User


class ApiToken(models.Model):
    """A key for a program that acts as a person. Only a keyed digest is stored; the token is shown once."""

    lookup = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name or 'token'} ({self.lookup}…)"

    def belongs_to(self, user: User) -> bool:
        return self.user_id == user.pk


class IdempotentAnswer(models.Model):
    """The answer once given to a request with an Idempotency-Key, kept a day to be given again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotent_answer_one_a_key"),
        ]
        # Read by the nightly clean-up.
        indexes = [models.Index(fields=["created_at"], name="idempotent_answer_by_age")]
