"""A page's named places, filled by the apps above it; and where the reader is."""

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from common.htmx import here as path_of
from common.panels import panels_for

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: Context, place: str, object_id: int = 0) -> SafeString:
    """All panels of the place for this object and reader, in order. They see the page's context and their own."""
    request = context["request"]
    drawn = []
    for panel in panels_for(place, object_id, request.user):
        with context.push(**panel.context):
            drawn.append((get_template(panel.template).template.render(context),))
    return format_html_join("", "{}", drawn)


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """The path of the page the reader looks at, for a form's `next`."""
    return path_of(context["request"])
