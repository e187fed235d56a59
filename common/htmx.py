"""Answers to pages that change in place: parts instead of pages, and a toast that says what happened.

The same view serves a reader with JavaScript and one without: it renders a part or a page
(`answer`), says what it did (`toast`), and lets refusals rise; the middleware below turns
both into the right answer.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from common.errors import Refused

READING = ("GET", "HEAD")
SORRY = {
    400: "That request could not be read. Nothing was changed.",
    403: "You may not do this. Nothing was changed.",
    404: "This is not here any more, or not yours to see. Nothing was changed.",
    429: "Too many tries in a short time. Nothing was changed; wait a minute.",
    500: "Something broke on our side. It is logged; what you typed is still on this page.",
}


def toast(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Tell the reader what was done, on this answer or the next page; `undo` is the URL to POST to take it back."""
    messages.success(request, text, extra_tags=undo)


def wants_part(request: HttpRequest) -> bool:
    """Whether the page is there already and only a part of it is asked for."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def answer(request: HttpRequest, page: str, context: dict[str, Any], *, part: str, status: int = 200) -> HttpResponse:
    """Render `part` for a page that changes in place, else the whole `page`, with the same context."""
    return render(request, part if wants_part(request) else page, context, status=status)


def back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    """Redirect to where the reader came from (the form's `next`, if it is ours), else to `fallback`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if ours else fallback)


def here(request: HttpRequest) -> str:
    """The path of the page the reader looks at, also when only a part of it was asked for; on a page that was opened to
    do one thing, where they came from.
    """
    current = getattr(request, "htmx", None) and request.htmx.current_url_abs_path
    return current or request.GET.get("next") or request.get_full_path()


class RefusalsAsAnswers:
    """Turn a refused verb into an answer: a toast on the page that is open, or a page with the way back.

    Toasts are swapped out of band, so they reach the reader whatever the request's target was
    and nothing else on the page is touched. The event `refused` lets a page fetch itself anew: after a verb, and
    where something is gone. A part that could not be read would be asked for, and fail, again and again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not wants_part(request) or response.streaming:
            return response
        if response.status_code in SORRY and "HX-Reswap" not in response.headers:
            return _refusal_toast(request, SORRY[response.status_code], response.status_code)
        return _with_toasts(request, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if wants_part(request):
            return _refusal_toast(request, str(exception), exception.status)
        context = {"refusal": exception, "way_back": _referring_path(request)}
        return render(request, "errors/refused.html", context, status=exception.status)


def _refusal_toast(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    response = render(request, "common/_refusal_toast.html", {"sentence": sentence}, status=status)
    response.headers["HX-Reswap"] = "none"
    if status == HTTPStatus.NOT_FOUND or request.method not in READING:
        response.headers["HX-Trigger"] = "refused"
    return response


def _with_toasts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Add what the view had to say to its part; on a redirect it waits for the next page."""
    html = response.headers.get("Content-Type", "").startswith("text/html")
    leaves = {"HX-Redirect", "HX-Refresh", "HX-Location"} & set(response.headers)
    if not html or leaves or response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        return response
    waiting = messages.get_messages(request)
    if len(waiting):
        response.content += render_to_string("common/_toasts.html", {"messages": waiting}, request).encode()
    return response


def _referring_path(request: HttpRequest) -> str:
    parts = urlsplit(request.headers.get("Referer", ""))
    return parts.path + (f"?{parts.query}" if parts.query else "") if parts.netloc == request.get_host() else "/"


def id_in(text: str) -> int:
    """The id in an address; what is none starts at the top."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
