"""Lists to choose from: the time zones of the world are some five hundred, which a template takes long to draw."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

SELECTED = mark_safe(" selected")
Option = dict[str, Any]


@register.simple_tag
def options(groups: Iterable[tuple[str | None, list[Option], int]]) -> SafeString:
    """The options of a widget, in the groups that it has."""
    return format_html_join("", "{}", ((_group(name, found),) for name, found, _ in groups))


def _group(name: str | None, found: list[Option]) -> SafeString:
    drawn = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((each["value"], SELECTED if each["selected"] else "", each["label"]) for each in found),
    )
    return format_html('<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn
