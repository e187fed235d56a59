"""How the product writes numbers, money, moments and lengths of time. Builtins of every template.

What does not depend on the present is a filter: `{{ share|percent }}`. What does is a tag,
because it reads the page's one `now`: `{% ago lead.created_at %}`.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import nh3
from django import template
from django.conf import settings
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from markdown_it import MarkdownIt

from common import clock as db_clock
from common.metrics import Unit

register = template.Library()

NONE = "–"
SPACE = "\N{NO-BREAK SPACE}"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF", "INR": "₹"}
SHAPES = {
    state: format_html('<span class="shape" aria-hidden="true">{}</span>', shape)
    for state, shape in (("risk", "▲"), ("missed", "●"), ("met", "✓"))
}
AT_RISK = timedelta(hours=1)


@register.filter
def percent(share: float | Decimal | None, digits: int = 0) -> str:
    """A share of 0 to 1 as "84 %"; nothing measured is a dash."""
    return NONE if share is None else f"{Decimal(str(share)) * 100:,.{digits}f}{SPACE}%"


@register.filter
def number(value: float | Decimal | None) -> str:
    """A count with its thousands, "125,000"; a fraction keeps at most two digits. What a row lacks is a dash."""
    if value is None or value == "":
        return NONE
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


@register.filter
def points(value: float | Decimal | None) -> str:
    """Points with their sign: "+20", "−20" with a real minus, "0"."""
    return number(value) if not value else ("+" if value > 0 else "") + number(value)


@register.filter
def money(amount: Decimal | float | None, currency: str = "") -> str:
    """An amount with its currency, "€ 25,000"; cents only where there are any."""
    if amount is None:
        return NONE
    whole = amount == int(amount)
    return _priced(f"{abs(amount):,.0f}" if whole else f"{abs(amount):,.2f}", amount, currency)


@register.filter
def money_short(amount: Decimal | float | None, currency: str = "") -> str:
    """An amount for a narrow place: "€ 318k", "€ 1.2M"."""
    if amount is None:
        return NONE
    for limit, unit, letter in ((999_500, 1_000_000, "M"), (1000, 1000, "k")):
        if abs(amount) >= limit:
            scaled = abs(amount) / unit
            text = f"{scaled:.1f}".removesuffix(".0") if scaled < 10 else f"{scaled:.0f}"
            return _priced(text + letter, amount, currency)
    return money(amount, currency)


def _priced(text: str, amount: Decimal | float, currency: str) -> str:
    symbol = SYMBOLS.get(currency or settings.BASE_CURRENCY, currency)
    return f"{'−' if amount < 0 else ''}{symbol}{SPACE}{text}"


@register.filter
def working(length: timedelta | None) -> str:
    """A length of working time: "15 min", "2 h 05", "8 h"."""
    if length is None:
        return NONE
    minutes = round(abs(length).total_seconds() / 60)
    sign = "−" if length < timedelta(0) and minutes else ""
    if minutes < 60:
        return f"{sign}{minutes}{SPACE}min"
    hours, rest = divmod(minutes, 60)
    return f"{sign}{hours}{SPACE}h{SPACE}{rest:02}" if rest else f"{sign}{hours}{SPACE}h"


@register.filter
def calendar_time(length: timedelta | None) -> str:
    """A length of time on the calendar, nights and weekends included: "5 h 20", from two days on "3.2 days"."""
    if length is None or abs(length) < timedelta(days=2):
        return working(length)
    return f"{number(round(length / timedelta(days=1), 1))}{SPACE}days"


@register.filter
def in_unit(value: Any, unit: str) -> str:
    """A figure's value as it is read, by its unit: "84 %", "12", "2 h 05", "+8 %", "€ 318", "€ 12 a day"."""
    match unit:
        case _ if value is None:
            return NONE
        case Unit.SHARE | Unit.RATIO:
            return percent(value)
        case Unit.CHANGE:
            return ("+" if value > 0 else "") + percent(value).replace("-", "−")
        case Unit.DURATION:
            return working(value)
        case Unit.DAYS:
            return calendar_time(value)
        case Unit.MONEY:
            return money(value)
        case Unit.MONEY_A_DAY:
            return f"{money(value)} a{SPACE}day"
    return number(value)


@register.filter
def plural(count: int, words: str) -> str:
    """A count with its word: `3|plural:"lead"` is "3 leads"; `"company,companies"` where adding an s will not do."""
    one, _, many = words.partition(",")
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


@register.filter
def initials(name: Any) -> str:
    """The first letters of the first and the last word of a name."""
    parts = str(name).split()
    return "".join(part[0] for part in (parts if len(parts) < 3 else [parts[0], parts[-1]])).upper()


_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_TAGS = {"p", "br", "hr", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "a"} | {
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


@register.filter
def markdown(text: str | None) -> SafeString:
    """People's Markdown as safe HTML; its headings start at the third level, below the page's own."""
    tokens = _markdown.parse(text or "")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}))


def ago_text(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long: "just now", "12 min ago", "3 h ago", "yesterday", "4 days ago", "18 Nov"."""
    gap = abs(now - moment)
    days = abs((localtime(now).date() - localtime(moment).date()).days)
    if gap < timedelta(minutes=1):
        return "just now"
    if gap < timedelta(hours=1):
        text = f"{gap // timedelta(minutes=1)}{SPACE}min"
    elif days == 0 or gap < timedelta(hours=6):
        text = f"{gap // timedelta(hours=1)}{SPACE}h"
    elif 1 < days < 7:
        text = f"{days}{SPACE}days"
    else:
        return day_text(localtime(moment).date(), localtime(now).date())
    return f"{text} ago" if moment < now else f"in {text}"


def day_text(on: date, today: date, *, long: bool = False) -> str:
    """A day as people say it: "today", "yesterday", "18 Nov", "18 Nov 2025"; long, "Monday 23 November"."""
    if not long and abs((on - today).days) <= 1:
        return {0: "today", -1: "yesterday", 1: "tomorrow"}[(on - today).days]
    text = f"{on:%A} {on.day} {on:%B}" if long else f"{on.day} {on:%b}"
    return text if on.year == today.year else f"{text} {on.year}"


def left_text(left: timedelta) -> tuple[str, str]:
    """A deadline in words, and its state: ("42 min left", "risk"), ("8 min late", "missed"), ("3 h left", "")."""
    if left < timedelta(0):
        late = -left
        text = f"{late.days}{SPACE}days" if late >= timedelta(days=2) else working(max(late, timedelta(minutes=1)))
        return f"{text} late", "missed"
    return f"{working(left)} left", "risk" if left <= AT_RISK else ""


def _now(context: Context) -> datetime:
    """The page's one now; a template rendered without one asks the database."""
    now = context.get("now") or db_clock.now
    return now() if callable(now) else now


def _time(moment: datetime, text: str) -> SafeString:
    """A moment by its text, which is our own words and digits: nothing is to be escaped in what long lists repeat."""
    local = localtime(moment)
    exact = f"{local:%A %-d %B %Y, %H:%M}"
    return mark_safe(f'<time datetime="{local.isoformat()}" title="{exact}">{text}</time>')


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None) -> str:
    """How long ago, with the exact moment of the reader's zone on hover."""
    return NONE if moment is None else _time(moment, ago_text(moment, _now(context)))


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None) -> str:
    """A day and a time: "today 13:02", "18 Nov 13:02"."""
    if at is None:
        return NONE
    local = localtime(at)
    return _time(at, f"{day_text(local.date(), localtime(_now(context)).date())} {local:%H:%M}")


@register.simple_tag(takes_context=True)
def day(context: Context, on: date | datetime | None, long: bool = False) -> str:
    """A day: "today", "18 Nov"; with `long=True` "Monday 23 November"."""
    if on is None:
        return NONE
    today = localtime(_now(context)).date()
    if isinstance(on, datetime):
        return _time(on, day_text(localtime(on).date(), today, long=long))
    text = day_text(on, today, long=long)
    return format_html('<time datetime="{}" title="{}">{}</time>', on.isoformat(), f"{on:%A} {on.day} {on:%B %Y}", text)


@register.simple_tag
def chip(state: str, text: str) -> SafeString:
    """A word with its shape: risk ▲, missed ●, met ✓; any other state is plain."""
    return format_html('<span class="chip {}">{}{}</span>', state, SHAPES.get(state, ""), text)


@register.simple_tag(takes_context=True)
def left(context: Context, due_at: datetime | None, working_left: timedelta | None = None) -> str:
    """A deadline's chip, coloured from one hour on.

    `working_left` is the working time left, negative when late; without it wall-clock time
    counts and the page keeps the words fresh. More than a day away it names the day.
    """
    if due_at is None:
        return ""
    now = _now(context)
    remaining = due_at - now if working_left is None else working_left
    text, state = left_text(remaining)
    if due_at - now > timedelta(days=1):
        text = f"by {day_text(localtime(due_at).date(), localtime(now).date())}"
    elif working_left is None:
        return format_html('<span data-due="{}">{}</span>', due_at.isoformat(), chip(state, _time(due_at, text)))
    return chip(state, _time(due_at, text))
