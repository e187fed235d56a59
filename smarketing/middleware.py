"""What holds for every request and every answer, errors included."""

from collections.abc import Callable
from itertools import chain

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from common.htmx import READING
from common.once import one_page


class SecurityHeaders:
    """Keep pages out of caches of others and out of other sites' windows."""

    HEADERS = {
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ReckonedOnce:
    """Let the menu, the banners and the page share what each of them asks for; reading changes nothing meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in READING:
            return self.get_response(request)
        with one_page():
            return self.get_response(request)


class StorableText:
    """Refuse text with a NUL in it, which no form of ours sends and PostgreSQL cannot keep: 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        sent = chain.from_iterable(values for _, values in chain(request.GET.lists(), request.POST.lists()))
        if any("\0" in value for value in sent):
            raise SuspiciousOperation("A value holds a NUL.")
