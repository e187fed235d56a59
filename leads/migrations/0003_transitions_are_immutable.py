"""What happened cannot be rewritten: a merge, an import undone and an erasure have to say that they do."""

from django.db import migrations

GUARD = """
CREATE FUNCTION leads_transition_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('smarketing.rewriting_history', true), '') <> 'on' THEN
        RAISE EXCEPTION 'A transition is history and cannot be changed or deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER transition_is_immutable BEFORE UPDATE OR DELETE ON leads_transition
   FOR EACH ROW EXECUTE FUNCTION leads_transition_is_immutable();
"""
UNGUARD = """
DROP TRIGGER transition_is_immutable ON leads_transition;
DROP FUNCTION leads_transition_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_return_reasons")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
