"""A persona changes only while it is a draft, by whichever door."""

from django.db import migrations

GUARD = """
CREATE TRIGGER persona_changes_as_a_draft BEFORE INSERT OR UPDATE OR DELETE ON agreements_personaversion
   FOR EACH ROW EXECUTE FUNCTION agreements_only_drafts_change();
"""
UNGUARD = "DROP TRIGGER persona_changes_as_a_draft ON agreements_personaversion;"


class Migration(migrations.Migration):
    dependencies = [("agreements", "0010_personas")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
