"""Points on the document of how credit is given. Versions of before say nothing of points, so they give none."""

from django.core.validators import MaxValueValidator
from django.db import migrations, models

LABELS = {
    "points_lead": ("a new lead", 1),
    "points_mql": ("an MQL handed over", 10),
    "points_sal": ("accepted by sales", 20),
    "points_sql": ("an SQL", 40),
    "points_opportunity": ("a deal", 80),
    "points_customer": ("a customer", 160),
    "points_answered": ("a hand-off answered in time", 5),
    "points_worked": ("a hand-off worked to its disposition", 10),
    "points_won": ("a customer from marketing’s leads", 160),
}
GRADES = "ABCD"


def _points(label: str, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=default, validators=[MaxValueValidator(10000)])


def _of_grade(grade: str) -> models.PositiveSmallIntegerField:
    label = f"an MQL of grade {grade}"
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=[MaxValueValidator(10000)])


class Migration(migrations.Migration):
    dependencies = [("agreements", "0014_credit_is_frozen")]

    operations = [
        *(migrations.AddField("credit", name, _points(label, 0)) for name, (label, _) in LABELS.items()),
        *(migrations.AlterField("credit", name, _points(*told)) for name, told in LABELS.items()),
        *(migrations.AddField("credit", f"mql_{grade.lower()}", _of_grade(grade)) for grade in GRADES),
        migrations.AddConstraint(
            model_name='credit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('points_customer', 0), ('points_lead', 0), ('points_mql', 0), ('points_opportunity', 0), ('points_sal', 0), ('points_sql', 0)), models.Q(models.Q(('points_mql__gt', models.F('points_lead'))), models.Q(('points_sal__gt', models.F('points_mql'))), models.Q(('points_sql__gt', models.F('points_sal'))), models.Q(('points_opportunity__gt', models.F('points_sql'))), models.Q(('points_customer__gt', models.F('points_opportunity')))), _connector='OR'), name='credit_points_ascend'),
        ),
    ]
