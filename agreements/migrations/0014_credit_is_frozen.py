"""How credit is given changes only while it is a draft, by whichever door."""

from django.db import migrations

GUARD = """
CREATE TRIGGER credit_changes_as_a_draft BEFORE INSERT OR UPDATE OR DELETE ON agreements_credit
   FOR EACH ROW EXECUTE FUNCTION agreements_only_drafts_change();
"""
UNGUARD = "DROP TRIGGER credit_changes_as_a_draft ON agreements_credit;"


class Migration(migrations.Migration):
    dependencies = [("agreements", "0013_credit")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
