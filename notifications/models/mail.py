"""Mail of an installation that has no mail server."""

from __future__ import annotations

from django.db import models

from accounts.models import User


class KeptMailQuerySet(models.QuerySet["KeptMail"]):
    """Mail that was kept instead of sent."""

    def visible_to(self, user: User) -> KeptMailQuerySet:
        """The admins', who pass on what is in it."""
        return self if user.has_role("admin") else self.none()


class KeptMail(models.Model):
    """A mail as it would have been sent, readable in the app where EMAIL_URL names no server."""

    message_id = models.CharField(max_length=200, unique=True)
    address = models.EmailField()
    subject = models.CharField(max_length=255)
    text = models.TextField()
    kept_at = models.DateTimeField()

    objects = KeptMailQuerySet.as_manager()

    class Meta:
        # Read by the page of kept mail, the newest first.
        indexes = [models.Index(fields=["-kept_at", "-id"], name="kept_mail_newest")]

    def __str__(self) -> str:
        return self.subject
