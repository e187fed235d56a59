from django.apps import AppConfig


class SLAConfig(AppConfig):
    """The agreement in numbers: commitments, clocks, breaches and the scorecard of both sides."""

    name = "sla"
