"""What people say to each other, beside the thing they talk about."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from accounts.models import User


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments, found by what they are about."""

    def on(self, thing: models.Model) -> CommentQuerySet:
        """The thread on a thing, the oldest first."""
        about = ContentType.objects.get_for_model(thing)
        return self.filter(content_type=about, object_id=thing.pk).select_related("author__team").order_by("at", "id")

    def on_all(self, things: Sequence[models.Model]) -> dict[int, list[Comment]]:
        """The threads on several things of one kind, by their ids."""
        threads: dict[int, list[Comment]] = {}
        if things:
            about = ContentType.objects.get_for_model(things[0])
            found = self.filter(content_type=about, object_id__in=[thing.pk for thing in things])
            for comment in found.select_related("author").order_by("at", "id"):
                threads.setdefault(comment.object_id, []).append(comment)
        return threads


class Comment(models.Model):
    """One remark in the thread on any object: Markdown, never edited, so that a thread stays true."""

    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    thing = GenericForeignKey("content_type", "object_id")
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    text = models.TextField()
    at = models.DateTimeField()

    objects = CommentQuerySet.as_manager()

    class Meta:
        # Read by the thread on an object's page.
        indexes = [models.Index(fields=["content_type", "object_id", "at"], name="comment_thread")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"
