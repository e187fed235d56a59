"""What stands in a person's inbox."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.access import check
from accounts.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, found by whose they are."""

    def visible_to(self, user: User) -> NoticeQuerySet:
        """One's own."""
        return self.filter(user=user)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def narrowed(self, *, kind: str, unread: bool) -> NoticeQuerySet:
        """Those of one kind ("" for all), or only what is not read."""
        found = self.filter(kind=kind) if kind else self
        return found.unread() if unread else found

    def before(self, pk: str) -> NoticeQuerySet:
        """The newest first; with `pk`, those older than that notice."""
        last = self.filter(pk=pk).first() if pk.isdigit() else None
        older = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk) if last else Q()
        return self.filter(older).order_by("-created_at", "-pk")

    def read_all(self, *, by: User, at: datetime) -> int:
        """Mark all of a person's notices as read; return how many were not."""
        check(by, "notice.read")
        return self.visible_to(by).unread().update(read_at=at)


class Notice(models.Model):
    """One thing a person was told. It holds ids; its words are made when it is shown, by its kind."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    ids = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_told_once"),
        ]
        indexes = [
            # Read by the inbox, the newest first.
            models.Index(fields=["user", "-created_at", "-id"], name="notice_inbox"),
            # Read by the count beside the bell, on every page.
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"

    def belongs_to(self, user: User) -> bool:
        return self.user_id == user.pk

    def read(self, *, by: User, at: datetime) -> None:
        """Mark as read; doing it again keeps the first moment."""
        check(by, "notice.read", self)
        Notice.objects.filter(pk=self.pk, read_at=None).update(read_at=at)
