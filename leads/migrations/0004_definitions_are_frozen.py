"""The rules of a definition change only while it is a draft."""

from django.db import migrations

GUARD = """
CREATE TRIGGER criteria_only_drafts_change BEFORE UPDATE OR DELETE ON leads_criteria
   FOR EACH ROW EXECUTE FUNCTION agreements_only_drafts_change();

CREATE FUNCTION leads_rule_only_drafts_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT agreements_is_draft((SELECT revision_id FROM leads_criteria
                                 WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.criteria_id ELSE OLD.criteria_id END)) THEN
        RAISE EXCEPTION 'This version is no draft any more and cannot be changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER rule_only_drafts_change BEFORE INSERT OR UPDATE OR DELETE ON leads_rule
   FOR EACH ROW EXECUTE FUNCTION leads_rule_only_drafts_change();
"""
UNGUARD = """
DROP TRIGGER rule_only_drafts_change ON leads_rule;
DROP FUNCTION leads_rule_only_drafts_change();
DROP TRIGGER criteria_only_drafts_change ON leads_criteria;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_transitions_are_immutable"),
        ("agreements", "0002_signed_texts_are_frozen"),
    ]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
