from django.apps import AppConfig


class GoalsConfig(AppConfig):
    """What both sides want to reach, calculated backwards from revenue."""

    name = "goals"
