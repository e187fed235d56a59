"""Things that people talk about and ask for: named in an address by their kind and number, opened by their own door."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from accounts.models import User


def visible_thing(content_type: int, pk: int, reader: User) -> Model | None:
    """The object, through its own scoped door; None for what has no door or no address of its own, or is not there."""
    kind = ContentType.objects.filter(pk=content_type).first()
    model = kind and kind.model_class()
    found = getattr(getattr(model, "objects", None), "visible_to", None)
    if found is None or not hasattr(model, "get_absolute_url"):
        return None
    return found(reader).filter(pk=pk).first()


def handle_of(thing: Model) -> str:
    """How an address names the thing: the number of its kind, a dash, and its own."""
    return f"{ContentType.objects.get_for_model(thing).pk}-{thing.pk}"
