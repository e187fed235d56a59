"""A stage map changes only while it is a draft, by whichever door."""

from django.db import migrations

GUARD = """
CREATE TRIGGER stage_map_changes_as_a_draft BEFORE INSERT OR UPDATE OR DELETE ON agreements_stagemap
   FOR EACH ROW EXECUTE FUNCTION agreements_only_drafts_change();
"""
UNGUARD = "DROP TRIGGER stage_map_changes_as_a_draft ON agreements_stagemap;"


class Migration(migrations.Migration):
    dependencies = [("agreements", "0007_stage_map")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
