from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """The one mechanism for everything both sides sign."""

    name = "agreements"
