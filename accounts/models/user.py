"""People."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.access import Role, Side


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

    def present(self, *, at: datetime) -> UserQuerySet:
        """Active people who are not away at this moment; closing hours do not make a person absent."""
        return self.active().exclude(pk__in=self.absent(at=at).values("pk"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes people; an e-mail address is kept in lower case, so that one person has one account."""

    def create_user(
        self, email: str, *, name: str = "", roles: Iterable[str] = (), password: str | None = None, **extra
    ) -> User:
        """Add a person. Without a password nobody can sign in to the account until one is set by link."""
        user = self.model(email=email.strip().lower(), name=name, roles=sorted(set(roles)), **extra)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
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
        help_text="Own working hours, where they differ from the team's.",
    )
    zone = models.CharField("time zone", max_length=64, default="UTC", validators=[check_zone])
    daily_capacity = models.PositiveSmallIntegerField(
        default=8, help_text="Hand-offs a working day that this person can take on; 0 takes part in no routing."
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(condition=Q(roles__contained_by=Role.values), name="user_roles_are_known"),
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
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def has_role(self, *roles: str) -> bool:
        return bool(set(self.roles) & set(roles))

    def belongs_to(self, user: User) -> bool:
        return self.pk == user.pk

    def signs_for(self, side: str) -> bool:
        """Whether this person is the head of that side. An admin never signs."""
        head = Role.HEAD_OF_MARKETING if side == Side.MARKETING else Role.HEAD_OF_SALES
        return self.is_active and head in self.roles
