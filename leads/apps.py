from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Leads from the first touch to the closed deal: lifecycle, scoring, hand-off, routing, intake."""

    name = "leads"
