"""The ways out."""

from django.db import models


class Channel(models.TextChoices):
    """How a notice goes its way: to a person by the first three, to a program by the last."""

    INAPP = "inapp", "In the app"
    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"
    WEBHOOK = "webhook", "Webhook"


# Those that lead to an endpoint.
OUTSIDE = (Channel.SLACK, Channel.WEBHOOK)
