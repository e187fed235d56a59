"""What this app tells people: something they are to do."""

from meetings.models import Action
from meetings.models.action import GIVEN
from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered


def _given(ids: Ids) -> Rendered:
    action = Action.objects.with_people().get(pk=ids["action"])
    said = f"{action.by} wrote it down for you in the meeting of {action.meeting}. It is due {action.due_on:%-d %B}."
    return Rendered(f"To do: {action}", said, action.get_absolute_url())


def _still_open(ids: Ids) -> bool:
    return Action.objects.open().filter(pk=ids["action"]).exists()


kinds.register(Kind(GIVEN, "An action for you", render=_given, still_relevant=_still_open, bundled=True))
