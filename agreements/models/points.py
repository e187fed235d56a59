"""The points that both sides agree on: what each stage is worth to marketing, and what sales is given points for."""

from __future__ import annotations

from itertools import pairwise

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

STAGES = ("points_lead", "points_mql", "points_sal", "points_sql", "points_opportunity", "points_customer")
GRADES = {"A": "mql_a", "B": "mql_b", "C": "mql_c", "D": "mql_d"}
OF_SALES = ("points_answered", "points_worked", "points_won")
POINTS = (*STAGES, *GRADES.values(), *OF_SALES)
MOST = 10_000
NONE_AGREED = Q(**dict.fromkeys(STAGES, 0))


def _points(label: str, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=default, validators=[MaxValueValidator(MOST)])


def _of_grade(grade: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        f"an MQL of grade {grade}", null=True, blank=True, validators=[MaxValueValidator(MOST)]
    )


class Points(models.Model):
    """The columns of points on a version of how credit is given.

    Each stage gives its points when it is reached, on top of those before it. A grade without points of
    its own counts as any MQL. Noughts all through the stages mean that no points are agreed.
    """

    points_lead = _points("a new lead", 1)
    points_mql = _points("an MQL handed over", 10)
    points_sal = _points("accepted by sales", 20)
    points_sql = _points("an SQL", 40)
    points_opportunity = _points("a deal", 80)
    points_customer = _points("a customer", 160)

    mql_a = _of_grade("A")
    mql_b = _of_grade("B")
    mql_c = _of_grade("C")
    mql_d = _of_grade("D")

    points_answered = _points("a hand-off answered in time", 5)
    points_worked = _points("a hand-off worked to its disposition", 10)
    points_won = _points("a customer from marketing’s leads", 160)

    class Meta:
        abstract = True

    @property
    def gives_points(self) -> bool:
        return any(getattr(self, name) for name in STAGES)

    def of_grade(self, grade: str) -> int:
        """What an MQL of a grade gives; "" is one without a grade."""
        own = getattr(self, GRADES[grade]) if grade in GRADES else None
        return self.points_mql if own is None else own

    def clean(self) -> None:
        """Raise ValidationError unless every stage gives more than the one before it, or none gives any."""
        super().clean()
        for before, after in pairwise(STAGES) if self.gives_points else ():
            if (getattr(self, after) or 0) <= (getattr(self, before) or 0):
                label = self._meta.get_field(before).verbose_name
                raise ValidationError({after: f"What is further on the way gives more points than {label}."})

    def points_sentences(self) -> list[str]:
        """What both sides sign about points; nothing where none are agreed."""
        if not self.gives_points:
            return []
        return [*self._of_marketing(), *self._of_grades(), TAKEN_BACK, self._of_sales()]

    def _of_marketing(self) -> list[str]:
        return [
            f"Marketing is given points as its leads come on, each on top of those before: {self.points_lead} for a "
            f"new lead, {self.points_mql} for an MQL when it is handed over, {self.points_sal} when sales accepts it, "
            f"{self.points_sql} for an SQL, {self.points_opportunity} for a deal, {self.points_customer} for a "
            "customer."
        ]

    def _of_grades(self) -> list[str]:
        own = {grade: value for grade, name in GRADES.items() if (value := getattr(self, name)) is not None}
        if not own:
            return []
        said = ", ".join(f"{value} of grade {grade}" for grade, value in own.items())
        rest = "" if len(own) == len(GRADES) else f"; of other grades {self.points_mql}"
        return [f"MQLs count by their value: {said}{rest}; one without a grade {self.points_mql}."]

    def _of_sales(self) -> str:
        return (
            f"Sales is given points too: {self.points_answered} for a hand-off answered in time, {self.points_worked} "
            f"for an accepted one worked to its disposition, {self.points_won} for a customer won from marketing’s "
            "hand-offs."
        )


TAKEN_BACK = (
    "A return that counts against marketing’s quality takes back what was given since the hand-off. A re-route, a "
    "repair, a merge and “unable to reach” take nothing back."
)

ASCEND = models.CheckConstraint(
    condition=NONE_AGREED | Q(*(Q(**{f"{after}__gt": F(before)}) for before, after in pairwise(STAGES))),
    name="credit_points_ascend",
)
