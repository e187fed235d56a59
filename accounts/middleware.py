"""What every request of a person goes through: the door, and the reader's own time."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.htmx import READING


class SignInRequired(LoginRequiredMiddleware):
    """Everyone signs in first, and then comes back to the page they asked for.

    Only a view marked `login_not_required` is open to strangers.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if request.htmx:
            return self._leave_the_page(request, view_func)
        asked_for = request.get_full_path() if request.method in READING else ""
        return redirect_to_login(asked_for, self.get_login_url(view_func), self.get_redirect_field_name(view_func))

    def _leave_the_page(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        """A part of a page was asked for: the whole page has to go, not the part turn into a sign-in form."""
        page = request.htmx.current_url_abs_path or "/"
        sign_in = redirect_to_login(page, self.get_login_url(view_func), self.get_redirect_field_name(view_func))
        return HttpResponse(status=401, headers={"HX-Redirect": sign_in.url})


class ReadersTimeZone:
    """Show moments in the zone of the person who reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(None):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            timezone.activate(request.user.tz)
