"""Companies: whom a lead works for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from leads.lifecycle import CUSTOMER


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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_customer(self) -> bool:
        return self.customer_since is not None
