"""The life of a content request: where it can be, and every step that is allowed.

The table is the law; what is not in it is refused and changes nothing.
"""

from dataclasses import dataclass

from django.db.models import TextChoices


class RequestState(TextChoices):
    """Where a request is: with marketing, back with who asked, or over."""

    ASKED = "asked", "Asked"
    ASKED_BACK = "asked_back", "Asked back"
    ACCEPTED = "accepted", "Accepted"
    DELIVERED = "delivered", "Delivered"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


ASKED, ASKED_BACK, ACCEPTED, DELIVERED, DECLINED, WITHDRAWN = RequestState
OPEN = (ASKED, ASKED_BACK, ACCEPTED)


@dataclass(frozen=True)
class Step:
    """One thing that can happen to a request: where it may start and end, and who does it (the verb of access).

    One that `answers` is what marketing promised in time.
    """

    verb: str
    sources: tuple[str, ...]
    target: str
    needs: str
    answers: bool = False


ASK = Step("ask", (), ASKED, "request.ask")
ASK_BACK = Step("ask_back", (ASKED,), ASKED_BACK, "request.answer")
REPLY = Step("reply", (ASKED_BACK,), ASKED, "request.reply")
ACCEPT = Step("accept", (ASKED, ASKED_BACK, DECLINED), ACCEPTED, "request.answer", answers=True)
DELIVER = Step("deliver", (*OPEN, DECLINED, DELIVERED), DELIVERED, "request.answer", answers=True)
DECLINE = Step("decline", OPEN, DECLINED, "request.answer", answers=True)
WITHDRAW = Step("withdraw", OPEN, WITHDRAWN, "request.withdraw")
STEPS = {step.verb: step for step in (ASK, ASK_BACK, REPLY, ACCEPT, DELIVER, DECLINE, WITHDRAW)}
