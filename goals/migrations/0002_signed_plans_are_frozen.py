"""A plan changes only while it is a draft, by whichever door."""

from django.db import migrations

GUARD = """
CREATE TRIGGER plan_changes_as_a_draft BEFORE INSERT OR UPDATE OR DELETE ON goals_plan
   FOR EACH ROW EXECUTE FUNCTION agreements_only_drafts_change();
"""
UNGUARD = "DROP TRIGGER plan_changes_as_a_draft ON goals_plan;"


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
