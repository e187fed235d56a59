"""Mails that accounts are made and recovered with. They go through the outbox, as all mail does."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    text = render_to_string(
        "email/invitation.txt",
        {"user": user, "by": by, "link": set_password_link(user), "days": settings.PASSWORD_RESET_TIMEOUT // 86_400},
    )
    send_mail("You are invited to Smarketing", text, None, [user.email])
