"""Figures drawn on the server: `{% chart %}` for the big ones built in `common.charts`, and the small ones directly."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from common import charts

register = template.Library()


@register.simple_tag
def chart(figure: charts.Chart | None) -> SafeString | str:
    """A chart of `common.charts` with its name, its sentence for those who cannot see it, and its table."""
    return render_to_string(figure.template, {"chart": figure}) if figure else ""


BAR = (
    '<svg class="bar {}" {}><rect class="trough" y="3" width="100%" height="6" rx="3"/>'
    '<rect class="fill" y="3" width="{}" height="6" rx="3"/>{}</svg>'
)
TICK = '<svg x="{}" overflow="visible"><rect class="tick" x="-1" width="2" height="12"/></svg>'


@register.simple_tag
def bar(value: float | None, target: float, pace: float | None = None, side: str = "", label: str = "") -> SafeString:
    """How far a promise is: `value` of `target`, with a tick where the pace (or the agreed share) is.

    The scale ends at the target, or at the value or the pace where they are larger. No template: long lists have
    one in every row.
    """
    whole = float(max(target, value or 0, pace or 0)) or 1.0
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    tick = "" if pace is None else format_html(TICK, _percent(float(pace) / whole))
    return format_html(BAR, side, named, _percent(float(value or 0) / whole), tick)


@register.inclusion_tag("figures/_gauge.html")
def gauge(fit: float, engagement: float, threshold: float) -> dict[str, Any]:
    """A score on its two axes, with a tick at the points needed."""
    first, second, tick = charts.shares(float(fit), float(engagement), float(threshold))
    words = f"{fit:g} for fit and {engagement:g} for engagement, {threshold:g} needed"
    return {"first": _percent(first), "second": _percent(second), "tick": _percent(tick), "words": words}


@register.inclusion_tag("figures/_track.html")
def track(value: float, low: float | None = None, high: float | None = None, top: float = 1.0) -> dict[str, Any]:
    """An assumption on its scale from 0 to `top`, with the range where our own history lies in grey."""
    context = {"knob": _percent(float(value) / float(top))}
    if low is not None and high is not None:
        context |= {
            "low": _percent(float(low) / float(top)),
            "length": _percent((float(high) - float(low)) / float(top)),
        }
    return context


@register.inclusion_tag("figures/_spark.html")
def sparkline(values: Sequence[float], side: str = "", label: str = "") -> dict[str, Any]:
    """A line as small as a word; `label` says what it shows."""
    path = charts.spark([float(v) for v in values])
    return {"path": path, "dot": path.rpartition("L")[2].split(","), "side": side, "label": label}


@register.inclusion_tag("figures/_chain.html")
def chain(steps: Sequence[charts.Step]) -> dict[str, Any]:
    """The funnel from visits to revenue, each step as high as its order of magnitude."""
    heights = charts.chain_heights([step.count for step in steps])
    return {"steps": [(step, height, height - 3) for step, height in zip(steps, heights, strict=True)]}


def _percent(share: float) -> str:
    return f"{charts.clamp(share) * 100:.1f}%"
