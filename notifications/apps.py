from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """What people are told and what they say to each other."""

    name = "notifications"
