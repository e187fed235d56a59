"""People."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Lower

from accounts.access import Role, Side, check
from accounts.letters import send_invitation
from common.errors import Incomplete, Refused

if TYPE_CHECKING:
    from accounts.models.calendar import Absence, WorkCalendar

MOST_A_DAY = 500  # hand-offs that one person could be given


def check_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone, such as Europe/Amsterdam."""
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is not a time zone; one looks like Europe/Amsterdam.")


class UserQuerySet(models.QuerySet["User"]):
    """People, found by what they do."""

    def visible_to(self, user: User) -> UserQuerySet:
        """Colleagues see each other."""
        return self

    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def with_role(self, *roles: Role) -> UserQuerySet:
        return self.active().filter(roles__overlap=list(roles))

    def heads_of(self, side: str) -> UserQuerySet:
        """The people who sign for a side."""
        head = Role.HEAD_OF_MARKETING if side == Side.MARKETING else Role.HEAD_OF_SALES
        return self.with_role(head)

    def absent(self, *, at: datetime) -> UserQuerySet:
        return self.filter(absences__from_at__lte=at, absences__until_at__gt=at).distinct()

    def with_absence(self, *, at: datetime) -> UserQuerySet:
        """Each with `away_until`, the end of the absence they are in now, or None."""
        now = Q(absences__from_at__lte=at, absences__until_at__gt=at)
        return self.annotate(away_until=Max("absences__until_at", filter=now))

    def present(self, *, at: datetime) -> UserQuerySet:
        """Active people who are not away at this moment; closing hours do not make a person absent."""
        return self.active().exclude(pk__in=self.absent(at=at).values("pk"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes people; an e-mail address is kept in lower case, so that one person has one account."""

    def create_user(
        self, email: str, *, name: str = "", roles: Iterable[str] = (), password: str | None = None, **extra: Any
    ) -> User:
        """Add a person. Without a password nobody can sign in to the account until one is set by link.

        Raises ValidationError when the address is taken or something given is not possible.
        """
        user = self.model(email=email.strip().lower(), name=name, roles=sorted(set(roles)), **extra)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    @transaction.atomic
    def invite(self, email: str, *, by: User, at: datetime, **details: Any) -> User:
        """Add a person without a password and mail them the link to set one.

        Raises ValidationError when the address is taken or something given is not possible.
        """
        check(by, "user.invite")
        user = self.create_user(email, **details)
        user.invite(by=by, at=at)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person of one of the sides, or an admin. Signs in by e-mail address."""

    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=120, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True)
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, blank=True, related_name="members")
    calendar = models.ForeignKey(
        "accounts.WorkCalendar",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name="own working hours",
        help_text="Only where they differ from the team's.",
    )
    zone = models.CharField("time zone", max_length=64, default="UTC", validators=[check_zone])
    daily_capacity = models.PositiveSmallIntegerField(
        default=8, help_text="Hand-offs a working day that this person can take on; 0 takes part in no routing."
    )
    deputy = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="stands_in_for",
        help_text="Of a head: who signs for that side while the head is away.",
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    invited_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(condition=Q(roles__contained_by=Role.values), name="user_roles_are_known"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("id")), name="user_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def short_name(self) -> str:
        """What colleagues call them: the first word of the name."""
        return str(self).split()[0].split("@")[0]

    @property
    def sides(self) -> list[str]:
        """The sides this person works for; two in a tiny team, none for an admin."""
        return sorted({side for role in self.roles if (side := Role(role).side)})

    @property
    def side(self) -> str:
        """The side to show beside the name: the team's, else the first of the roles'."""
        return self.team.side if self.team else next(iter(self.sides), "")

    @property
    def role_names(self) -> list[str]:
        """The roles in words, in the order of the table of roles."""
        return [str(role.label) for role in Role if role in self.roles]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def waits_for_password(self) -> bool:
        """Whether nobody has set a password for this account yet."""
        return not self.has_usable_password()

    def has_role(self, *roles: str) -> bool:
        return bool(set(self.roles) & set(roles))

    def belongs_to(self, user: User) -> bool:
        return self.pk == user.pk

    def signs_for(self, side: str) -> bool:
        """Whether this person is the head of that side. An admin never signs."""
        head = Role.HEAD_OF_MARKETING if side == Side.MARKETING else Role.HEAD_OF_SALES
        return self.is_active and head in self.roles

    def signature_for(self, side: str, *, at: datetime) -> User | None:
        """Whose signature for a side this person gives now: their own as its head, else that of a head
        who is away and named them as deputy; None where they sign nothing for it.
        """
        if self.signs_for(side) or not self.is_active:
            return self if self.is_active else None
        return User.objects.heads_of(side).filter(deputy=self).absent(at=at).order_by("pk").first()

    def name_deputy(self, deputy: User | None, *, by: User) -> None:
        """Say who signs for one's side while one is away; None for nobody. Raises Incomplete for who cannot."""
        check(by, "deputy.name", self)
        if deputy and (deputy == self or not deputy.is_active or not set(deputy.sides) & set(self.sides)):
            raise Incomplete("A deputy is another person who works for your side.", "deputy")
        self._change(deputy=deputy)

    # Joining and leaving

    @transaction.atomic
    def invite(self, *, by: User, at: datetime) -> None:
        """Mail the link to set a password, again if need be. Raises Refused once there is a password."""
        check(by, "user.invite")
        if not self.is_active or not self.waits_for_password:
            raise Refused(
                f"{self} can sign in already or has left; a forgotten password is reset from the sign-in page."
            )
        self._change(invited_at=at)
        send_invitation(self, by=by)

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> None:
        """Change name, roles, team, zone, capacity or hours.

        Raises ValidationError for a value that is not possible, Refused when no admin would be left.
        """
        check(by, "user.edit")
        if Role.ADMIN not in changes.get("roles", self.roles):
            self._leave_an_admin()
        self._change(**changes)

    def work_by(self, calendar: WorkCalendar, *, by: User) -> None:
        """Give this person working hours of their own; the team's are theirs by being on it."""
        check(by, "calendar.edit")
        of_team = self.team and self.team.calendar == calendar
        self._change(calendar=None if of_team else calendar)

    def edit_own(self, *, by: User, name: str, zone: str) -> None:
        """Change what everyone may change about themselves. Raises ValidationError."""
        check(by, "account.edit_own", self)
        self._change(name=name, zone=zone)

    def take_on(self, daily_capacity: int, *, by: User) -> None:
        """Say how many hand-offs a working day this person can take on. Raises Incomplete for what cannot be."""
        check(by, "routing.edit")
        if not 0 <= daily_capacity <= MOST_A_DAY:
            raise Incomplete(f"A day's capacity is a number from 0 to {MOST_A_DAY}.", "daily_capacity")
        self._change(daily_capacity=daily_capacity)

    @transaction.atomic
    def deactivate(self, *, by: User, at: datetime) -> None:
        """End the account: signed out everywhere with the next click, tokens revoked, history kept.

        Raises Refused for oneself and for the only admin.
        """
        check(by, "user.edit")
        if self == by:
            raise Refused("You cannot deactivate yourself; another admin can.")
        self._leave_an_admin()
        self._change(is_active=False)
        self.tokens.filter(revoked_at=None).update(revoked_at=at)

    def reactivate(self, *, by: User) -> None:
        """Let a person back in, with the password they had. Revoked tokens stay revoked."""
        check(by, "user.edit")
        self._change(is_active=True)

    def _change(self, **changes: Any) -> None:
        for field, value in changes.items():
            setattr(self, field, value)
        self.full_clean(exclude=["password"])
        self.save(update_fields=list(changes))

    def _leave_an_admin(self) -> None:
        """Locks the admins' rows, so that the last two cannot each step down at the same moment."""
        admins = list(
            User.objects.with_role(Role.ADMIN).order_by("pk").select_for_update().values_list("pk", flat=True)
        )
        if admins == [self.pk]:
            raise Refused(f"{self} is the only admin. Make somebody else an admin first.")

    # Being away

    @transaction.atomic
    def be_away(self, from_at: datetime, until_at: datetime, *, cover: User | None, by: User, at: datetime) -> Absence:
        """Enter an absence; `cover` takes the open hand-offs at its start.

        It starts now at the earliest: hours that have passed were worked or not, and clocks
        that ran in them are not moved afterwards. Raises Incomplete when it ends before it
        starts, overlaps another, or the cover cannot cover.
        """
        check(by, "absence.enter", self)
        User.objects.select_for_update().get(pk=self.pk)
        from_at = max(from_at, at)
        if not from_at < until_at:
            raise Incomplete("The absence has to end after it starts, and not in the past.", "until_at")
        if self.absences.filter(from_at__lt=until_at, until_at__gt=from_at).exists():
            raise Incomplete(f"{self.short_name} is already away during that time.", "from_at")
        if cover and (cover == self or not cover.is_active):
            raise Incomplete("Cover has to be a colleague who is active.", "cover")
        return self.absences.create(from_at=from_at, until_at=until_at, cover=cover, entered_at=at)

    def be_away_today(self, *, cover: User | None, by: User, at: datetime) -> Absence:
        """Enter an absence from now to the end of the person's own day."""
        tomorrow = at.astimezone(self.tz).date() + timedelta(days=1)
        return self.be_away(at, datetime.combine(tomorrow, time(), self.tz), cover=cover, by=by, at=at)
