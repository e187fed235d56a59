"""Personas: whom both sides want to win, written together and signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, Self

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, models, transaction
from django.db.models import F, Prefetch, Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts import access
from accounts.access import Side
from accounts.models import User
from agreements.models.revision import OPEN, RULING, Revision, State
from agreements.models.typed import TypedDocument
from common.conditions import LARGEST_NUMBER, Condition, Type, listed, phrase
from common.errors import Incomplete, Refused

PREFIX = "persona:"
LONGEST_LINE = 200  # characters
MOST_LINES = 30
MOST_PEOPLE = 2_147_483_647  # that fit their column


class Part(NamedTuple):
    """One step of the worksheet: whose question it is, and the fields that answer it."""

    key: str
    title: str
    side: str
    question: str
    fields: tuple[str, ...]


PARTS = (
    Part(
        "companies", "Which companies", Side.MARKETING,
        "Which companies do we look for? What is left empty narrows nothing.",
        ("industries", "people_from", "people_to", "revenue_from", "revenue_to", "countries"),
    ),
    Part(
        "people", "Who it is there", Side.SALES,
        "Who sits across the table when it goes well? What is left empty narrows nothing.",
        ("titles", "seniority", "functions"),
    ),
    Part(
        "wants", "What they want", Side.MARKETING,
        "What do they want to reach, what makes them look for help, and where do they look?",
        ("goals", "triggers", "channels"),
    ),
    Part(
        "doubts", "What keeps them", Side.SALES,
        "What hurts them, what speaks against us, and what do they ask on calls? In their words.",
        ("pains", "objections", "questions"),
    ),
    Part("story", "In one line", "", "Who is this, in one line that both sides would say?", ("story",)),
)  # fmt: skip
PART_OF = {part.key: part for part in PARTS}

# What is asked of a lead for each trait: the fact, the question, and how the sentence begins.
_WORDS = {
    "industries": ("industry", "is_any_of", "The company is in"),
    "countries": ("country", "is_any_of", "It is in"),
    "titles": ("title", "contains", "The title contains"),
    "seniority": ("seniority", "is_any_of", "The seniority is"),
    "functions": ("function", "is_any_of", "The function is"),
}
_SPANS = {
    "people": ("employees", "The company has {} people"),
    "revenue": ("revenue", "The company’s yearly revenue is {}"),
}
# The lists that say what a person thinks, one sentence an entry.
_LINES = {
    "goals": "They want",
    "triggers": "They begin to look when",
    "channels": "They are found by",
    "pains": "It hurts them",
    "objections": "They object",
    "questions": "They ask",
}


def _texts(**more: Any) -> ArrayField:
    return ArrayField(models.CharField(max_length=LONGEST_LINE), default=list, blank=True, size=MOST_LINES, **more)


class PersonaQuerySet(models.QuerySet["Persona"]):
    """Personas, found by where their versions stand."""

    def visible_to(self, user: User) -> Self:
        """Both sides read every persona."""
        return self

    def with_versions(self) -> Self:
        """Each with `found`, its versions, the newest first."""
        newest_first = PersonaVersion.objects.select_related("revision__proposed_by").order_by("-revision__number")
        return self.prefetch_related(Prefetch("versions", newest_first, to_attr="found"))

    @transaction.atomic
    def draw_up(self, name: str, *, by: User | None, at: datetime) -> PersonaVersion:
        """Begin a persona with an empty draft. Raises Incomplete without a name, Refused when it is taken."""
        access.check(by, "persona.edit")
        if not name.strip():
            raise Incomplete("Give the persona a name that both sides would use.", "name")
        try:
            with transaction.atomic():
                persona = self.create(name=" ".join(name.split()), created_by=by, created_at=at)
        except IntegrityError as error:
            raise Refused(f"There is a persona called “{name.strip()}” already.") from error
        return PersonaVersion.objects.create(persona=persona, revision=persona.open_draft(by=by, at=at))


class Persona(models.Model):
    """A kind of person that both sides want as a customer; what is said of it stands in its versions."""

    name = models.CharField(max_length=80)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = PersonaQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="persona_names_are_unique")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("persona", args=[self.pk])

    @property
    def document(self) -> str:
        """The key that its revisions go by."""
        return f"{PREFIX}{self.pk}"

    def open_draft(self, *, by: User | None, at: datetime) -> Revision:
        """The next revision. Raises Refused while a draft is open or a version waits for signatures."""
        if Revision.objects.of(self.document).filter(state__in=[State.DRAFT, *OPEN]).exists():
            raise Refused(f"A new version of “{self}” is on its way already; change or decide that one.")
        return Revision.objects.draft(self.document, by=by, at=at)

    @transaction.atomic
    def revise(self, *, by: User | None, at: datetime) -> PersonaVersion:
        """Open the next version as a draft: a copy of what counts now, else of the newest. Raises Refused."""
        access.check(by, "persona.edit")
        old = self.versions.newest_first().ruling().first() or self.versions.newest_first().first()
        revision = self.open_draft(by=by, at=at)
        same = {name: getattr(old, name) for name in (*PersonaVersion.CONTENT, "written")} if old else {}
        return PersonaVersion.objects.create(persona=self, revision=revision, **same)


class PersonaVersionQuerySet(models.QuerySet["PersonaVersion"]):
    """Versions of personas."""

    def visible_to(self, user: User) -> Self:
        return self

    def newest_first(self) -> Self:
        return self.select_related("persona", "revision__proposed_by").order_by("-revision__number")

    def ruling(self) -> Self:
        """Those in force now."""
        return self.select_related("persona", "revision").filter(revision__state__in=RULING)

    def ever_in_force(self) -> Self:
        """All that a definition may be pinned to."""
        return self.select_related("persona", "revision").filter(revision__in_force_at__isnull=False)


class PersonaVersion(TypedDocument):
    """One version of a persona; one-to-one with the revision that both sides sign.

    Money is in the base currency, a year. `written` says who wrote each part of the worksheet, and
    when: ids, so that a person can be erased.
    """

    persona = models.ForeignKey(Persona, models.PROTECT, related_name="versions")
    story = models.CharField("in one line", max_length=300, blank=True)
    industries = _texts()
    people_from = models.PositiveIntegerField("people, from", null=True, blank=True)
    people_to = models.PositiveIntegerField("people, to", null=True, blank=True)
    revenue_from = models.DecimalField("yearly revenue, from", max_digits=15, decimal_places=0, null=True, blank=True)
    revenue_to = models.DecimalField("yearly revenue, to", max_digits=15, decimal_places=0, null=True, blank=True)
    countries = _texts()
    titles = _texts()
    seniority = _texts()
    functions = _texts()
    goals = _texts()
    pains = _texts()
    objections = _texts()
    triggers = _texts()
    channels = _texts()
    questions = _texts()
    written = models.JSONField(default=dict, blank=True)

    objects = PersonaVersionQuerySet.as_manager()

    EDIT, PROPOSE = "persona.edit", "persona.propose"
    CONTENT: ClassVar[tuple[str, ...]] = tuple(field for part in PARTS for field in part.fields)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(people_from__isnull=True) | Q(people_to__isnull=True) | Q(people_from__lt=F("people_to")),
                name="persona_people_from_to",
            ),
            models.CheckConstraint(
                condition=Q(revenue_from__isnull=True)
                | Q(revenue_to__isnull=True)
                | Q(revenue_from__lt=F("revenue_to")),
                name="persona_revenue_from_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.persona}, version {self.revision.number}"

    def get_absolute_url(self) -> str:
        return reverse("persona_version", args=[self.persona_id, self.revision.number])

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Its traits as questions that are asked of a lead; all have to hold.

        The fields are facts of leads: industry, country, title, seniority, function, employees, revenue.
        """
        return tuple(condition for condition, _ in self._traits())

    @property
    def traits(self) -> list[str]:
        """Its traits in sentences: "The title contains Fleet or Transport."."""
        return [said for _, said in self._traits()]

    def _traits(self) -> Iterator[tuple[Condition, str]]:
        for name, (fact, operator, begins) in _WORDS.items():
            if given := getattr(self, name):
                yield Condition(fact, operator, tuple(given)), f"{begins} {listed(given)}."
        for name, (fact, says) in _SPANS.items():
            if asked := _span(fact, getattr(self, f"{name}_from"), getattr(self, f"{name}_to")):
                said = phrase(asked, Type.NUMBER)
                yield asked, says.format(f"{said.verb} {said.values}") + "."

    def sentences(self) -> list[str]:
        """The whole persona in sentences: what is signed, and what versions are compared by."""
        said = [self.story] if self.story else []
        said += self.traits
        return said + [f"{begins}: {line}" for name, begins in _LINES.items() for line in getattr(self, name)]

    @transaction.atomic
    def edit(self, part: str, *, by: User, at: datetime, **answers: Any) -> None:
        """Answer one part of the worksheet. Raises Incomplete for what cannot be, Refused unless it is a draft."""
        self.open_for_editing(by=by)
        for name in PART_OF[part].fields:
            setattr(self, name, answers[name])
        self._check()
        self.written = self.written | {part: {"user": by.pk, "at": at.isoformat()}}
        self.save()

    def _check(self) -> None:
        for name in (*_WORDS, *_LINES):
            given = getattr(self, name)
            if len(given) > MOST_LINES or any(len(line) > LONGEST_LINE for line in given):
                raise Incomplete(f"At most {MOST_LINES} entries, each of at most {LONGEST_LINE} characters.", name)
        for name, most in (("people", MOST_PEOPLE), ("revenue", LARGEST_NUMBER - 1)):
            least, upto = getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
            if any(value is not None and not 0 <= value <= most for value in (least, upto)):
                raise Incomplete("That number is not possible.", f"{name}_from")
            if least is not None and upto is not None and least >= upto:
                raise Incomplete("“From” has to be less than “to”.", f"{name}_to")

    def check_complete(self) -> None:
        """Raise Incomplete where it would fit everybody, or where one side has said nothing."""
        if not self.conditions:
            raise Incomplete("It would fit everybody. Say at least an industry, a size, a country or a title.")
        if not self.story.strip():
            raise Incomplete("Say in one line who it is.", "story")
        for part in (PART_OF["wants"], PART_OF["doubts"]):
            if not any(getattr(self, name) for name in part.fields):
                raise Incomplete(f"{Side(part.side).label} has yet to say something: {part.title.lower()}.")


def _span(fact: str, least: int | Decimal | None, upto: int | Decimal | None) -> Condition | None:
    """A question about a number from, to, or between."""
    if least is not None and upto is not None:
        return Condition(fact, "between", (str(least), str(upto)))
    if least is not None:
        return Condition(fact, "at_least", (str(least),))
    return None if upto is None else Condition(fact, "at_most", (str(upto),))
