"""The thread on a thing, on any page that shows it: `{% thread campaign %}`."""

from typing import Any

from django import template
from django.db.models import Model
from django.template import Context

from notifications.threads import thread_on

register = template.Library()


@register.inclusion_tag("notifications/_talk.html", takes_context=True)
def thread(context: Context, thing: Model) -> dict[str, Any]:
    """A card with what people said about a thing, and the box to answer."""
    return context.flatten() | {"thread": thread_on(thing)}
