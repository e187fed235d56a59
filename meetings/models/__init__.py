from meetings.models.action import Action
from meetings.models.agenda import AgendaItem, Decision
from meetings.models.meeting import Meeting, Overwritten
from meetings.models.series import Series

__all__ = ["Action", "AgendaItem", "Decision", "Meeting", "Overwritten", "Series"]
