"""Companies: whom a lead works for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from accounts import access
from accounts.models import User
from common.errors import Incomplete
from leads import facts
from leads.lifecycle import CUSTOMER
from leads.models.score import DueLead

# What people may change; that it is a customer is told by its deals.
FACTS = frozenset({
    "name", "domain", "industry", "employees", "revenue", "country", "named_account", "owner", "attributes",
})  # fmt: skip


class CompanyQuerySet(models.QuerySet["Company"]):
    """Companies, found by domain."""

    def visible_to(self, user: User) -> CompanyQuerySet:
        return self

    def without_customers(self) -> CompanyQuerySet:
        """Where nobody is a customer any more."""
        return self.exclude(leads__stage=CUSTOMER)


class Company(models.Model):
    """An organisation, told apart by its e-mail domain. Its owner beats every pool."""

    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    employees = models.PositiveIntegerField("people", null=True, blank=True)
    revenue = models.DecimalField("yearly revenue", max_digits=15, decimal_places=0, null=True, blank=True)
    country = models.CharField(max_length=80, blank=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="companies")
    named_account = models.BooleanField(default=False)
    customer_since = models.DateTimeField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    objects = CompanyQuerySet.as_manager()

    KEPT = ("customer_since",)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=~Q(domain=""), name="company_one_a_domain"),
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="company_domain_is_lower_case"),
        ]
        indexes = [
            # Read by intake and import, which find a company by name where no domain is known.
            models.Index(Lower("name"), name="company_by_name"),
            # Read by the search box, which looks for how a name begins.
            models.Index(OpClass(Lower("name"), "text_pattern_ops"), name="company_by_beginning"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("company", args=[self.pk])

    @property
    def is_customer(self) -> bool:
        return self.customer_since is not None

    def belongs_to(self, user: User) -> bool:
        """Whether this is the rep's own account."""
        return self.owner_id == user.pk

    @transaction.atomic
    def edit(self, changes: dict[str, Any], *, by: User | None, at: datetime) -> None:
        """Change facts; attributes are added to those there are, and None takes one out.

        What is known of its people changes with it: their history is kept and their scores are
        due. A new owner gets the hand-offs to come; the open ones stay where they are. Raises
        Incomplete for what is no fact, ValidationError for a value that is not possible.
        """
        access.check(by, "company.edit", self)
        if "owner" in changes:
            access.check(by, "company.give", self)
        if unknown := set(changes) - FACTS:
            raise Incomplete(f"{min(unknown)!r} is no fact that can be changed.", min(unknown))
        self.refresh_from_db(from_queryset=Company.objects.select_for_update(no_key=True))
        for name, value in changes.items():
            setattr(self, name, self._fact(name, value))
        others = {field.name for field in self._meta.fields} - set(changes)
        self.clean_fields(exclude=others)
        self.validate_constraints(exclude=others)
        self.save(update_fields=list(changes))
        people = list(self.leads.values_list("pk", flat=True))
        facts.snapshot(people, at=at)
        DueLead.objects.mark(people)

    def _fact(self, name: str, value: Any) -> Any:
        if name == "domain":
            return value.strip().lower()
        if name == "attributes":
            return {key: known for key, known in {**self.attributes, **value}.items() if known is not None}
        return value
