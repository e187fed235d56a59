"""Coming in: signing in, one click in the demo company, a forgotten password, a first one."""

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.demo import demo_people, is_demo_door
from accounts.forms.sign_in import ForgottenPasswordForm, NewPasswordForm, SignInForm
from accounts.models import User
from common.htmx import back

PASSWORDS = "accounts.backends.PasswordBackend"


class SignIn(LoginView):
    """Sign in by e-mail address and password."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = demo_people() if is_demo_door(self.request) else []
        return super().get_context_data(demo_people=people, **kwargs)


@login_not_required
@require_POST
def demo(request: HttpRequest, pk: int) -> HttpResponse:
    """Step in as one of the demo company's people. Elsewhere than on this very machine there is no such page."""
    if not is_demo_door(request):
        raise Http404
    login(request, get_object_or_404(demo_people(), pk=pk), backend=PASSWORDS)
    return back(request, settings.LOGIN_REDIRECT_URL)


def locked(request: HttpRequest, original: HttpResponse | None = None, credentials: dict | None = None) -> HttpResponse:
    """What five wrong passwords lead to; axes calls it instead of the page. It says until when."""
    name = (request.POST.get(settings.AXES_USERNAME_FORM_FIELD) or "").strip().lower()
    tries = AccessAttempt.objects.filter(username=name, failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    last = tries.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    context = {"name": name, "until": last + settings.AXES_COOLOFF_TIME, "limit": settings.AXES_FAILURE_LIMIT}
    return render(request, "accounts/locked.html", context, status=429)


@login_not_required
@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Mail a link to set a new password. The answer is the same whether or not anybody has that address."""
    form = ForgottenPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.send()
        return render(request, "accounts/reset_sent.html", {"email": form.cleaned_data["email"]})
    return render(request, "accounts/forgot_password.html", {"form": form})


class SetPassword(PasswordResetConfirmView):
    """Where the links of invitations and of forgotten passwords lead; an old link says what to do."""

    form_class = NewPasswordForm
    template_name = "accounts/set_password.html"
    post_reset_login = True
    post_reset_login_backend = PASSWORDS
    success_url = settings.LOGIN_REDIRECT_URL

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponseRedirect:
        answer = super().form_valid(form)
        messages.success(self.request, "Your password is set.")
        return answer
