from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommonConfig(AppConfig):
    """The ground floor; when all apps are ready it looks for what they contribute."""

    name = "common"

    def ready(self) -> None:
        autodiscover_modules("metrics", "documents", "panels", "notices", "receivers")
