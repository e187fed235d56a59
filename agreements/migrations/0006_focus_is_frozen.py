"""A focus changes only while it is a draft, by whichever door."""

from django.db import migrations

GUARD = """
CREATE TRIGGER focus_changes_as_a_draft BEFORE INSERT OR UPDATE OR DELETE ON agreements_focus
   FOR EACH ROW EXECUTE FUNCTION agreements_only_drafts_change();
"""
UNGUARD = "DROP TRIGGER focus_changes_as_a_draft ON agreements_focus;"


class Migration(migrations.Migration):
    dependencies = [("agreements", "0005_focus")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
