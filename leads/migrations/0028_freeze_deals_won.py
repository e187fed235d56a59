"""Deals won before rates existed: in the base currency they are worth what they came to; the others wait for a rate."""

from django.conf import settings
from django.db import migrations
from django.db.models import F

MODELS = ("first_touch", "last_touch", "linear", "u_shaped", "w_shaped", "full_path", "time_decay")


def freeze(apps, schema_editor):
    deals = apps.get_model("leads", "Opportunity").objects.filter(state="won")
    deals.filter(currency=settings.BASE_CURRENCY).update(rate=1, base_amount=F("amount"))
    waiting = deals.exclude(currency=settings.BASE_CURRENCY)
    apps.get_model("leads", "Contribution").objects.filter(deal__in=waiting).update(**dict.fromkeys(MODELS, 0))


class Migration(migrations.Migration):
    dependencies = [("leads", "0027_rates_and_frozen_amounts")]

    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
