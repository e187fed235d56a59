"""Forms for coming in."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.cache import cache

from accounts.letters import send_reset
from accounts.models import User

RESETS_AN_HOUR = 3


class SignInForm(AuthenticationForm):
    """E-mail address and password."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "That e-mail address and password do not belong together, or the account has been closed."
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = forms.EmailField(
            label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
        )

    def clean_username(self) -> str:
        """In lower case, as accounts are: the lock counts one account, however it is written."""
        return self.cleaned_data["username"].strip().lower()


class NewPasswordForm(SetPasswordForm):
    """A password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = "At least 12 characters; a few plain words make a good one."
        self.fields["new_password2"].label = "The same again"
        self.fields["new_password2"].help_text = ""


class ChangePasswordForm(NewPasswordForm, PasswordChangeForm):
    """The old password, and a new one twice."""


class ForgottenPasswordForm(forms.Form):
    """The address to mail a link to."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))

    def send(self) -> None:
        """Mail the link to an active account, at most three times an hour."""
        email = self.cleaned_data["email"].strip().lower()
        user = User.objects.active().filter(email=email).first()
        times = f"password-reset:{email}"
        if user and cache.get_or_set(times, 0, timeout=3600) < RESETS_AN_HOUR:
            cache.incr(times)
            send_reset(user)
