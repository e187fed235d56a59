"""The ways out."""

from django.db import models


class Channel(models.TextChoices):
    """How a person is reached."""

    INAPP = "inapp", "In the app"
    EMAIL = "email", "E-mail"
