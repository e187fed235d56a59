"""Half of every page of scores is left free, so that a rescore writes beside the old row and touches no index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_definitions_are_frozen")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE leads_leadscore SET (fillfactor = 50)", "ALTER TABLE leads_leadscore RESET (fillfactor)"
        )
    ]
