from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, their teams and sides, their working hours, and who may do what."""

    name = "accounts"
