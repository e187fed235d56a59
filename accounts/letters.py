"""Mails that accounts are made and recovered with. They go through the outbox, as all mail does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

if TYPE_CHECKING:
    from accounts.models.user import User


def set_password_link(user: User) -> str:
    """The address where this person sets a password; good for PASSWORD_RESET_TIMEOUT and for one use."""
    path = reverse(
        "set_password",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    return settings.PUBLIC_URL.rstrip("/") + path


def send_invitation(user: User, *, by: User | None) -> None:
    """Mail the link with which a new person sets a password."""
    _send("You are invited to Smarketing", "email/invitation.txt", user, by=by)


def send_reset(user: User) -> None:
    """Mail the link with which somebody who forgot the password sets a new one."""
    _send("A new password for Smarketing", "email/password_reset.txt", user)


def _send(subject: str, template: str, user: User, **context: Any) -> None:
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    text = render_to_string(template, {"user": user, "link": set_password_link(user), "days": days, **context})
    send_mail(subject, text, None, [user.email])
