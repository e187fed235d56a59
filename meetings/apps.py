from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Where both sides look at the same page, decide, and remember what they decided."""

    name = "meetings"
