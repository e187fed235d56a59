from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """What marketing runs and offers, and what sales should say about it."""

    name = "campaigns"
