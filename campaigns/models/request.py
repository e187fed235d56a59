"""Content requests: somebody says what is missing, and marketing answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.access import MARKETING, check
from accounts.models import User
from agreements.models import Persona
from campaigns.models.content import ON_THE_WEB, BuyingStage, Content
from campaigns.models.event import RequestEvent
from campaigns.steps import (
    ACCEPT,
    ASK,
    ASK_BACK,
    ASKED,
    ASKED_BACK,
    DECLINE,
    DECLINED,
    DELIVER,
    OPEN,
    REPLY,
    STEPS,
    WITHDRAW,
    WITHDRAWN,
    RequestState,
    Step,
)
from common.batch import EventsSignal
from common.errors import Incomplete, Refused
from notifications.outbox import tell

ASKED_FOR, ANSWERED = "request.asked", "request.answered"
UNDO_LASTS = timedelta(minutes=15)
LONGEST = 2000  # characters

# Sent inside the transaction with `events`, the rows just written or taken back: what is promised about an answer
# is reckoned above.
requests_changed = EventsSignal()


class ContentRequestQuerySet(models.QuerySet["ContentRequest"]):
    """Requests, found by where they are and what they are about."""

    def visible_to(self, user: User) -> Self:
        """Both sides see what is missing."""
        return self

    def with_people(self) -> Self:
        """With all that a line of the list reads."""
        return self.select_related("asked_by", "taken_by", "persona", "content").prefetch_related("about")

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def with_marketing(self) -> Self:
        """Those that wait for a first answer."""
        return self.filter(state=ASKED)

    def overdue(self, *, at: datetime) -> Self:
        """Those to which marketing owed an answer before a moment, the longest ago first."""
        return self.with_marketing().filter(answered_at=None, due_at__lt=at).order_by("due_at", "pk")

    def back_with(self, user: User) -> Self:
        """Those on which marketing asked this person back."""
        return self.filter(state=ASKED_BACK, asked_by=user)

    def regarding(self, thing: models.Model) -> Self:
        """Those that were asked for one thing: a lead, a campaign."""
        return self.filter(about_type=ContentType.objects.get_for_model(thing), about_id=thing.pk)

    def move(self, of: models.Model, to: models.Model) -> None:
        """Two records turned out to be one thing: what was asked for one was asked for the other."""
        self.regarding(of).update(about_id=to.pk)

    def saying(self, words: str) -> Self:
        """Those in which the words stand."""
        return self.filter(Q(what__icontains=words) | Q(why__icontains=words) | Q(objection__icontains=words))

    @transaction.atomic
    def ask(
        self, what: str, *, by: User, at: datetime, about: models.Model | None = None, **more: Any
    ) -> ContentRequest:
        """Say what is missing, for whom (`persona`, `buying_stage`, `objection`, `about`) and `why`; marketing is told.

        Raises Incomplete without words.
        """
        check(by, ASK.needs)
        if not what.strip():
            raise Incomplete("Say what is missing.", "what")
        asked = self.create(what=what.strip(), about=about, asked_by=by, asked_at=at, changed_at=at, **more)
        asked._record(ASK, from_state="", before={}, by=by, at=at)
        return asked


class ContentRequest(models.Model):
    """One thing that is missing: asked for by one person, answered by marketing.

    `answered_at` is marketing's first answer: accepted, declined or delivered. `due_at` is when it was promised,
    written by the agreement above through `promise()`; while `stopped_at` is set marketing waits for who asked.
    """

    what = models.CharField(max_length=200)
    why = models.TextField(max_length=LONGEST, blank=True)
    persona = models.ForeignKey(Persona, models.SET_NULL, null=True, blank=True, related_name="requests")
    buying_stage = models.CharField(max_length=13, choices=BuyingStage.choices, blank=True)
    objection = models.CharField(max_length=200, blank=True)
    about_type = models.ForeignKey(ContentType, models.SET_NULL, null=True, related_name="+")
    about_id = models.BigIntegerField(null=True)
    about = GenericForeignKey("about_type", "about_id")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="requests")
    asked_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=RequestState.choices, default=ASKED)
    changed_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    declined_because = models.TextField(blank=True)
    content = models.ForeignKey(Content, models.SET_NULL, null=True, related_name="requests")
    url = models.URLField(max_length=500, blank=True)

    objects = ContentRequestQuerySet.as_manager()

    # What a step changes, as it was before it: undo writes it back.
    KEPT = ("state", "taken_by_id", "answered_at", "stopped_at", "declined_because", "content_id", "url")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_is_known"),
            models.CheckConstraint(condition=~Q(what=""), name="request_says_what"),
            models.CheckConstraint(
                condition=Q(buying_stage__in=["", *BuyingStage.values]), name="request_buying_stage_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ASKED_BACK, stopped_at__isnull=False)
                | (~Q(state=ASKED_BACK) & Q(stopped_at__isnull=True)),
                name="request_waits_while_asked_back",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ASKED, ASKED_BACK, WITHDRAWN]) | Q(answered_at__isnull=False),
                name="request_answer_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=DECLINED) | ~Q(declined_because=""), name="request_declined_with_a_reason"
            ),
        ]
        indexes = [
            # Read by the list of what waits, and the badges in the menu.
            models.Index(fields=["state", "due_at"], name="request_open_by_due", condition=Q(state__in=OPEN)),
            # Read by the figures of a period.
            models.Index(fields=["due_at"], name="request_by_due"),
            # Read by the page of the thing it was asked for.
            models.Index(fields=["about_type", "about_id"], name="request_by_thing"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("content_request", args=[self.pk])

    def belongs_to(self, user: User) -> bool:
        return self.asked_by_id == user.pk

    def can(self, verb: str) -> bool:
        """Whether a step could be taken from where it is, by whoever may."""
        return self.state in STEPS[verb].sources

    # Marketing answers

    def accept(self, *, by: User, at: datetime) -> None:
        """Take it on. Raises Refused where it has moved on."""
        self._take(ACCEPT, by=by, at=at, taken_by=by)

    def ask_back(self, question: str, *, by: User, at: datetime) -> None:
        """Ask what has to be known first; until who asked has replied, no answer is due. Raises Incomplete."""
        self._take(ASK_BACK, by=by, at=at, words=_said(question, "Ask something.", "question"), stopped_at=at)

    def decline(self, because: str, *, by: User, at: datetime) -> None:
        """Say that it will not be made, and why. Raises Incomplete without the reason."""
        said = _said(because, "Say why not, so that nobody asks for it again in vain.", "because")
        self._take(DECLINE, by=by, at=at, words=said, declined_because=said)

    def deliver(
        self, *, content: Content | None = None, url: str = "", words: str = "", by: User, at: datetime
    ) -> None:
        """Here it is: a piece of the library, an address, or words that help. Raises Incomplete with none of them."""
        words, url = words.strip()[:LONGEST], url.strip()
        if not (content or url or words):
            raise Incomplete("Choose a piece, give its address, or say what helps.", "content")
        _check_address(url)
        self._take(DELIVER, by=by, at=at, words=words, content=content, url=url, taken_by=self.taken_by or by)

    # Who asked goes on with it

    def reply(self, words: str, *, by: User, at: datetime) -> None:
        """Tell marketing what it asked. Raises Incomplete without words."""
        self._take(REPLY, by=by, at=at, words=_said(words, "Answer the question.", "words"))

    def withdraw(self, *, by: User, at: datetime) -> None:
        """It is no longer needed."""
        self._take(WITHDRAW, by=by, at=at)

    # The last step is taken back

    def undoable(self, *, by: User, at: datetime) -> RequestEvent | None:
        """The last thing that happened to it, if this person did it a moment ago."""
        last = self.events.standing().order_by("-pk").first()
        mine = last and last.verb != ASK.verb and last.by_id == by.pk and at - last.at <= UNDO_LASTS
        return last if mine else None

    @transaction.atomic
    def undo(self, *, by: User, at: datetime) -> None:
        """Put back what stood before one's own last step. Raises Refused where that was not oneself, or is long ago."""
        event = self.undoable(by=by, at=at)
        check(by, STEPS[event.verb].needs if event else ASK.needs, self)
        if not event or not RequestEvent.objects.standing().filter(pk=event.pk).update(undone_at=at):
            raise Refused("There is nothing to take back: it is too long ago, or something has happened since.")
        ContentRequest.objects.filter(pk=self.pk).update(**event.before, changed_at=at)
        self.refresh_from_db()
        requests_changed.send(ContentRequest, events=[event])

    def promise(self, due_at: datetime | None) -> None:
        """Write down when the answer is due by the agreement; None where nothing was promised."""
        ContentRequest.objects.filter(pk=self.pk).update(due_at=due_at)
        self.due_at = due_at

    # How a step is taken

    @transaction.atomic
    def _take(self, step: Step, *, by: User, at: datetime, words: str = "", **changes: Any) -> None:
        """Take a step, or raise Refused and change nothing: of two people the second is told what the first did."""
        check(by, step.needs, self)
        seen = ContentRequest.objects.filter(pk=self.pk, state=self.state, changed_at=self.changed_at)
        before, from_state = {name: getattr(self, name) for name in self.KEPT}, self.state
        answered = {"answered_at": self.answered_at or at} if step.answers else {}
        usual = {"stopped_at": None, "declined_because": "", "state": step.target, "changed_at": at}
        changes = usual | answered | changes
        if self.state not in step.sources or not seen.update(**changes):
            raise Refused(f"“{self}” has moved on since you opened it.")
        self.refresh_from_db()
        self._record(step, from_state=from_state, before=before, by=by, at=at, words=words)

    def _record(self, step: Step, *, by: User, at: datetime, **what: Any) -> None:
        event = self.events.create(verb=step.verb, to_state=step.target, by=by, at=at, **what)
        kind = ANSWERED if step.needs == "request.answer" else ASKED_FOR
        tell(self._concerned(step) - {by}, kind, {"event": event.pk}, key=f"request-event:{event.pk}", at=at)
        requests_changed.send(ContentRequest, events=[event])

    def _concerned(self, step: Step) -> set[User]:
        """Marketing's answer is for who asked; what they say is for whoever took it on, or for all of marketing."""
        if step.needs == "request.answer":
            return {self.asked_by}
        if self.taken_by:
            return {self.taken_by}
        return set() if step == WITHDRAW else set(User.objects.with_role(*MARKETING))


def _said(words: str, otherwise: str, field: str) -> str:
    words = words.strip()
    if not words or len(words) > LONGEST:
        raise Incomplete(otherwise if not words else f"Say it in at most {LONGEST:,} characters.", field)
    return words


def _check_address(url: str) -> None:
    try:
        if url:
            ON_THE_WEB(url)
    except ValidationError as error:
        raise Incomplete("An address begins with https://.", "url") from error
