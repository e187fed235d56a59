"""What this app tells people: the mails Django writes, mentions, and mail that could not be delivered."""

from django.urls import reverse

from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered
from notifications.mail import PLAIN
from notifications.models import Comment, Delivery, Endpoint
from notifications.outbox import DEAD, OFF


def _plain(content: Ids) -> Rendered:
    return Rendered(content["subject"], content["text"])


def _mention(ids: Ids) -> Rendered:
    comment = Comment.objects.select_related("author").get(pk=ids["comment"])
    thing = comment.thing
    subject = f"{comment.author} mentioned you on {thing}"
    return Rendered(subject, comment.text, f"{thing.get_absolute_url()}#comment-{comment.pk}")


def _comment_stands(ids: Ids) -> bool:
    comment = Comment.objects.filter(pk=ids["comment"]).first()
    return bool(comment and comment.thing)


def _dead(ids: Ids) -> Rendered:
    delivery = Delivery.objects.get(pk=ids["delivery"])
    return Rendered(
        f"A delivery to {delivery.recipient} has failed for good", delivery.last_error, reverse("dead_deliveries")
    )


def _still_dead(ids: Ids) -> bool:
    return Delivery.objects.dead().filter(pk=ids["delivery"]).exists()


def _off(ids: Ids) -> Rendered:
    endpoint = Endpoint.objects.get(pk=ids["endpoint"])
    said = "Nothing is sent to it until you switch it on again. What waited stands among the undelivered."
    return Rendered(f"{endpoint} was switched off", f"{endpoint.off_because} {said}", reverse("channels"))


def _still_off(ids: Ids) -> bool:
    return Endpoint.objects.filter(pk=ids["endpoint"], off_at__isnull=False).exists()


kinds.register(Kind(PLAIN, "Mail about your account", render=_plain, at_once=True, optional=False))
kinds.register(Kind("comment.mention", "Somebody mentions you", render=_mention, still_relevant=_comment_stands))
kinds.register(
    Kind(OFF, "A channel was switched off", render=_off, still_relevant=_still_off, at_once=True, optional=False)
)
kinds.register(
    Kind(DEAD, "Mail could not be delivered", render=_dead, still_relevant=_still_dead, at_once=True, leaves=False)
)
