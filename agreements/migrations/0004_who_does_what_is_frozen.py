"""Who does what changes only while it is a draft, and so do the answers it was settled from."""

from django.db import migrations

GUARD = """
CREATE TRIGGER responsibilities_change_as_a_draft BEFORE INSERT OR UPDATE OR DELETE ON agreements_responsibilities
   FOR EACH ROW EXECUTE FUNCTION agreements_only_drafts_change();

CREATE FUNCTION agreements_answer_only_drafts_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT agreements_is_draft((SELECT revision_id FROM agreements_responsibilities
                                 WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.document_id ELSE OLD.document_id END)) THEN
        RAISE EXCEPTION 'This version is no draft any more and cannot be changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER answer_changes_as_a_draft BEFORE INSERT OR UPDATE OR DELETE ON agreements_answer
   FOR EACH ROW EXECUTE FUNCTION agreements_answer_only_drafts_change();
"""
UNGUARD = """
DROP TRIGGER answer_changes_as_a_draft ON agreements_answer;
DROP FUNCTION agreements_answer_only_drafts_change();
DROP TRIGGER responsibilities_change_as_a_draft ON agreements_responsibilities;
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_who_does_what")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
