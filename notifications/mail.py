"""Mail: Django's door into the outbox, and the way out of it to a mail server or, without one, into the app."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from common import clock as db_clock
from common.wake import wake
from notifications.kinds import Rendered
from notifications.models.channel import Channel
from notifications.models.delivery import Delivery
from notifications.models.mail import KeptMail
from notifications.words import address_of, said_by

PLAIN = "mail"


class OutboxBackend(BaseEmailBackend):
    """What Django's `send_mail` writes to: one delivery a recipient, in the caller's transaction.

    It carries plain text; raises ValueError for a mail with attachments or another form beside the text.
    """

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        at = db_clock.now()
        deliveries = [each for message in email_messages for each in _deliveries(message, at)]
        Delivery.objects.bulk_create(deliveries)
        wake("notifications.tasks.deliver")
        return len(deliveries)


def _deliveries(message: EmailMessage, at: datetime) -> list[Delivery]:
    if message.attachments or getattr(message, "alternatives", None):
        raise ValueError("The outbox carries plain text; this mail has more.")
    occasion = uuid.uuid4()
    return [
        Delivery(
            kind=PLAIN,
            channel=Channel.EMAIL,
            address=address,
            key=f"{PLAIN}:{occasion}:{number}",
            content={"subject": message.subject, "text": message.body},
            available_at=at,
            created_at=at,
        )
        for number, address in enumerate(message.recipients())
    ]


class PostIsDown(Exception):
    """The mail server cannot be reached or will not talk to us; the mail itself may be in order."""


class Post:
    """The way out: one connection for a whole drain, opened with the first mail."""

    def __init__(self) -> None:
        self.smtp: SmtpBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._hang_up()

    def carry(self, delivery: Delivery, at: datetime) -> None:
        """Send one mail, or keep it, and mark it as delivered.

        Raises PostIsDown when there is no server to give it to, SMTPException when the server refuses the mail.
        """
        message = compose(delivery)
        if is_kept():
            _keep(message, at)
        else:
            self._send(message)
        delivery.finish(at=at)

    def _send(self, message: EmailMessage) -> None:
        try:
            if self.smtp is None:
                smtp = SmtpBackend(**settings.EMAIL_SERVER)
                smtp.open()
                self.smtp = smtp
            self.smtp.send_messages([message])
        except (SMTPResponseException, SMTPRecipientsRefused) as refusal:
            if self.smtp is None:  # it refused us, not the mail
                raise PostIsDown(str(refusal)) from refusal
            raise
        except OSError as error:
            self._hang_up()
            raise PostIsDown(str(error)) from error

    def _hang_up(self) -> None:
        if self.smtp:
            self.smtp.close()
            self.smtp = None


def is_kept() -> bool:
    """Whether mail stays in the app: where no server is named, and always in the demo company."""
    return settings.DEMO or not settings.EMAIL_SERVER


def compose(delivery: Delivery) -> EmailMessage:
    """The mail of a delivery, with a Message-ID that stays the same however often it is sent."""
    person = delivery.user
    with timezone.override(person.tz if person else None):
        said = said_by(delivery)
        subject = said[0].subject if len(said) == 1 else f"{said[0].subject}, and {len(said) - 1} more"
        text = said[0].text if delivery.kind == PLAIN else _letter(person, said)
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=text,
        to=[delivery.address or person.email],
        headers={"Message-ID": f"<{delivery.public_id}@{host}>"},
    )


def _letter(person: User, said: list[Rendered]) -> str:
    notices = [(each, address_of(each)) for each in said]
    choose = settings.PUBLIC_URL.rstrip("/") + reverse("preferences")
    return render_to_string("email/notices.txt", {"person": person, "notices": notices, "choose": choose})


def _keep(message: EmailMessage, at: datetime) -> None:
    kept = KeptMail(
        message_id=message.extra_headers["Message-ID"],
        address=message.to[0],
        subject=message.subject[:255],
        text=message.body,
        kept_at=at,
    )
    with transaction.atomic():
        KeptMail.objects.bulk_create([kept], ignore_conflicts=True)
