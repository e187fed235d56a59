"""Options to choose from, drawn at once: the time zones of the world are some five hundred, and a list may have one of
all reps in every row.
"""

from collections.abc import Iterable
from functools import lru_cache
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


@register.simple_tag
def people(found: Iterable[Any]) -> SafeString:
    """People to choose from."""
    return mark_safe("".join(_person(each.pk, str(each)) for each in found))


def _group(name: str | None, found: list[Option]) -> SafeString:
    drawn = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((each["value"], SELECTED if each["selected"] else "", each["label"]) for each in found),
    )
    return format_html('<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn


@lru_cache(maxsize=1000)
def _person(pk: int, words: str) -> SafeString:
    return format_html('<option value="{}">{}</option>', pk, words)
