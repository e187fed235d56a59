"""What leads show on pages around them, room by room."""

from leads.panels import agreed, campaigns, home, lead, people

__all__ = ["agreed", "campaigns", "home", "lead", "people"]
