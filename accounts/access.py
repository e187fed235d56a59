"""Who may do what: one table of verbs and roles, and the three questions asked of it.

Everyone who is signed in reads the same leads and the same numbers (by-rep breakdowns apart);
what a person may change depends on the role, and for some verbs on whether the thing is theirs.
A verb that is not in the table is allowed to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse

from common.errors import NotAllowed


class Side(models.TextChoices):
    """The two sides of every agreement."""

    MARKETING = "marketing"
    SALES = "sales"


class Role(models.TextChoices):
    """What a person is here for. One person may hold several roles."""

    MARKETER = "marketer", "Marketer"
    REP = "rep", "Sales rep"
    HEAD_OF_MARKETING = "head_of_marketing", "Head of marketing"
    HEAD_OF_SALES = "head_of_sales", "Head of sales"
    ADMIN = "admin", "Admin"

    @property
    def side(self) -> str:
        """The side this role works for; an admin works for neither."""
        return _SIDE_OF_ROLE.get(self, "")


MARKETER, REP, HEAD_OF_MARKETING, HEAD_OF_SALES, ADMIN = Role
_SIDE_OF_ROLE = {
    MARKETER: Side.MARKETING,
    HEAD_OF_MARKETING: Side.MARKETING,
    REP: Side.SALES,
    HEAD_OF_SALES: Side.SALES,
}

EVERYONE = frozenset(Role)
MARKETING = frozenset({MARKETER, HEAD_OF_MARKETING})
SALES = frozenset({REP, HEAD_OF_SALES})
HEADS = frozenset({HEAD_OF_MARKETING, HEAD_OF_SALES})


@dataclass(frozen=True)
class Grant:
    """The roles that may do a verb to any object, and those that may do it to their own only.

    What is one's own is told by the object: `thing.belongs_to(user)`.
    """

    any: frozenset[Role] = frozenset()
    own: frozenset[Role] = frozenset()

    def allows(self, user: Any, thing: Any = None) -> bool:
        """Whether the user's roles, and for one's own things the thing, allow it."""
        roles = set(user.roles)
        if roles & self.any:
            return True
        if not roles & self.own:
            return False
        return thing is None or thing.belongs_to(user)


def to(*roles: Role | frozenset[Role], own: frozenset[Role] | Role = frozenset()) -> Grant:
    """A grant in the words of the table."""
    flat = frozenset().union(*(r if isinstance(r, frozenset) else {r} for r in roles))
    return Grant(flat, own if isinstance(own, frozenset) else frozenset({own}))


GRANTS: dict[str, Grant] = {
    "read": to(EVERYONE),
    # people
    "account.edit_own": to(own=EVERYONE),
    "user.invite": to(ADMIN),
    "user.edit": to(ADMIN),
    "team.edit": to(ADMIN),
    "calendar.edit": to(ADMIN, HEADS),
    "deputy.name": to(own=HEADS),
    "absence.enter": to(ADMIN, HEADS, own=SALES | MARKETING),
    "token.create": to(own=EVERYONE),
    "token.revoke": to(ADMIN, own=EVERYONE),
    # leads and what they did
    "lead.receive": to(MARKETING, ADMIN),
    "lead.edit": to(MARKETING, HEAD_OF_SALES, own=REP),
    "lead.source": to(SALES),
    "lead.qualify_by_hand": to(MARKETING),
    "lead.opt_out": to(MARKETING, HEAD_OF_SALES, own=REP),
    "lead.merge": to(MARKETING),
    "lead.restore": to(HEADS),
    "lead.nurture": to(MARKETING),
    "lead.work": to(HEAD_OF_SALES, own=REP),
    "company.edit": to(MARKETING, HEAD_OF_SALES, own=REP),
    "company.give": to(HEAD_OF_SALES),
    "touch.record": to(MARKETING, ADMIN),
    "attempt.log": to(HEAD_OF_SALES, own=REP),
    "import.run": to(MARKETING, ADMIN),
    "import.undo": to(HEAD_OF_MARKETING, ADMIN, own=MARKETER),
    # the hand-off
    "handoff.accept": to(HEAD_OF_SALES, own=REP),
    "handoff.take": to(SALES),
    "handoff.return": to(HEAD_OF_SALES, own=REP),
    "handoff.qualify": to(HEAD_OF_SALES, own=REP),
    "handoff.dispose": to(HEAD_OF_SALES, own=REP),
    "handoff.put_off": to(HEAD_OF_SALES, own=REP),
    "handoff.plan": to(HEAD_OF_SALES, own=REP),
    "handoff.reassign": to(HEAD_OF_SALES),
    "handoff.repair": to(MARKETING),
    "handoff.release": to(MARKETING, HEAD_OF_SALES),
    "move.undo": to(SALES, MARKETING),
    "opportunity.open": to(HEAD_OF_SALES, own=REP),
    "opportunity.close": to(HEAD_OF_SALES, own=REP),
    "deal.thank": to(EVERYONE),
    "routing.edit": to(HEAD_OF_SALES, ADMIN),
    "aside.end": to(HEAD_OF_SALES, own=REP),
    "reason.edit": to(ADMIN),
    "rate.edit": to(ADMIN, HEADS),
    # what both sides sign
    "persona.edit": to(MARKETING, SALES),
    "persona.propose": to(MARKETING, HEAD_OF_SALES),
    "criteria.edit": to(MARKETING, HEAD_OF_SALES),
    "criteria.propose": to(MARKETING, HEAD_OF_SALES),
    "criteria.try": to(HEADS),
    "criteria.backtest": to(MARKETING, HEAD_OF_SALES),
    "criteria.shadow": to(MARKETING, HEAD_OF_SALES),
    "agreement.edit": to(HEADS),
    "agreement.propose": to(HEADS),
    "plan.edit": to(HEADS),
    "plan.propose": to(HEADS),
    "roles.answer": to(MARKETING, SALES),
    "roles.edit": to(HEADS),
    "roles.propose": to(HEADS),
    "focus.edit": to(HEADS),
    "focus.propose": to(HEADS),
    "credit.edit": to(HEADS),
    "credit.propose": to(HEADS),
    "stages.edit": to(HEADS),
    "stages.propose": to(HEADS),
    "revision.sign": to(MARKETING, SALES),  # the heads, and whom they named while they are away: the verb looks
    "revision.decline": to(MARKETING, SALES),
    "revision.object": to(MARKETING, SALES),
    "revision.discuss": to(EVERYONE),
    # campaigns
    "campaign.edit": to(MARKETING),
    "campaign.brief": to(MARKETING),
    "traffic.tell": to(MARKETING, ADMIN),
    "request.ask": to(EVERYONE),
    "request.answer": to(MARKETING),
    "request.reply": to(own=EVERYONE),
    "request.withdraw": to(own=EVERYONE),
    # the promises
    "clock.waive": to(HEADS),
    "clock.retime": to(HEADS),
    "scorecard.by_rep": to(HEAD_OF_SALES, own=REP),
    "dispute.contest": to(MARKETING, SALES),
    "dispute.answer": to(HEADS, own=MARKETING | SALES),
    "dispute.withdraw": to(HEADS, own=MARKETING | SALES),
    "dispute.settle": to(HEADS),
    "review.give": to(MARKETING, SALES),
    # meetings
    "meeting.plan": to(HEADS),
    "meeting.open": to(HEADS),
    "meeting.minute": to(MARKETING, SALES),
    "action.add": to(MARKETING, SALES),
    "action.close": to(HEADS, own=SALES | MARKETING),
    # notices and what people say
    "notice.read": to(own=EVERYONE),
    "notice.choose": to(own=EVERYONE),
    "comment.post": to(EVERYONE),
    "delivery.replay": to(ADMIN),
    "mail.read_kept": to(ADMIN),
    "channel.edit": to(ADMIN),
}


def allowed(user: Any, verb: str, thing: Any = None) -> bool:
    """Whether `user` may do `verb`, to `thing` if one is given. Raises KeyError for a verb not in the table."""
    return user.is_active and GRANTS[verb].allows(user, thing)


def check(user: Any, verb: str, thing: Any = None) -> None:
    """Raise NotAllowed unless `user` may do `verb` to `thing`. None stands for the product itself, which may."""
    if user is not None and not allowed(user, verb, thing):
        raise NotAllowed(f"Your role does not allow this ({verb.replace('.', ': ').replace('_', ' ')}).")


class Verbs:
    """A reader's verbs, for templates: `{% if "user.invite" in may %}` shows a button to those who may press it."""

    def __init__(self, user: Any) -> None:
        self.user = user

    def __contains__(self, verb: str) -> bool:
        return self.user is not None and allowed(self.user, verb)


def in_templates(request: HttpRequest) -> dict[str, Verbs]:
    """Context for every template: `may`, what the reader's roles allow."""
    return {"may": Verbs(getattr(request, "user", None))}


def may(verb: str) -> Callable:
    """Guard a view: only people whose roles could do `verb` come in, and the view names its verb.

    Whether they may do it to this very object is for the verb on the object to say.
    """
    GRANTS[verb]

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check(request.user, verb)
            return view(request, *args, **kwargs)

        guarded.access = verb
        return guarded

    return guard
