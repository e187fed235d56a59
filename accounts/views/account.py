"""One's own account: name and zone, password, tokens, being away."""

from typing import Any

from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allowed, may
from accounts.forms.account import DeputyForm, ProfileForm, TokenForm
from accounts.forms.hours import AwayTodayForm
from accounts.forms.sign_in import ChangePasswordForm
from accounts.models import ApiToken, User
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast


@require_http_methods(["GET", "POST"])
@may("account.edit_own")
def account(request: HttpRequest) -> HttpResponse:
    """Name and time zone, and the ways to everything else of one's own."""
    person = request.user
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        person.edit_own(by=person, **form.cleaned_data)
        toast(request, "Saved.")
        return redirect("account")
    absences = person.absences.to_come(at=db_clock.now())
    context = {"form": form, "absences": absences, "today_form": AwayTodayForm(person)}
    if allowed(person, "deputy.name", person):
        context["deputy_form"] = DeputyForm(person)
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@require_POST
@may("deputy.name")
def name_deputy(request: HttpRequest) -> HttpResponse:
    """Say who signs while one is away."""
    form = DeputyForm(request.user, request.POST)
    if not form.is_valid():
        raise Incomplete("A deputy is another person who works for your side.", "deputy")
    request.user.name_deputy(form.cleaned_data["deputy"], by=request.user)
    toast(request, "Saved.")
    return redirect("account")


class ChangePassword(PasswordChangeView):
    """A new password; every other session ends with it."""

    http_method_names = ["get", "head", "post", "options"]
    form_class = ChangePasswordForm
    template_name = "accounts/change_password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: Any) -> HttpResponseRedirect:
        answer = super().form_valid(form)
        toast(self.request, "Your password is changed. Everywhere else you are signed out.")
        return answer


change_password = may("account.edit_own")(ChangePassword.as_view())


@require_safe
@may("token.create")
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own API tokens, and the form for another."""
    return render(request, "accounts/tokens.html", _tokens(request, TokenForm()))


@require_POST
@may("token.create")
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/tokens.html", _tokens(request, form), status=422)
    token, secret = ApiToken.objects.issue(
        request.user,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        lifetime=form.lifetime,
        by=request.user,
        at=db_clock.now(),
    )
    return render(request, "accounts/token_made.html", {"token": token, "secret": secret}, status=201)


@require_POST
@may("token.revoke")
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    token.revoke(by=request.user, at=db_clock.now())
    toast(request, f"{token} is revoked.")
    return redirect("tokens")


def _tokens(request: HttpRequest, form: TokenForm) -> dict[str, Any]:
    return {"tokens": ApiToken.objects.visible_to(request.user).order_by("-created_at"), "form": form}
