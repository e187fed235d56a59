"""The last row of routing, which takes everybody else, and the trigger that keeps it; and by which way hand-offs came."""

from django.db import migrations

LAST_ROW = "INSERT INTO leads_routingrule (position, is_last, conditions) VALUES (0, true, '[]')"
GUARD = """
CREATE FUNCTION leads_routing_last_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_last AND (TG_OP = 'DELETE' OR NOT NEW.is_last) THEN
        RAISE EXCEPTION 'The last row of routing takes everybody else and stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER routing_last_row_stays BEFORE UPDATE OR DELETE ON leads_routingrule
   FOR EACH ROW EXECUTE FUNCTION leads_routing_last_row_stays();
"""
UNGUARD = """
DROP TRIGGER routing_last_row_stays ON leads_routingrule;
DROP FUNCTION leads_routing_last_row_stays();
UPDATE leads_handoff SET rule_id = NULL;
DELETE FROM leads_routingchange;
DELETE FROM leads_routingshare;
DELETE FROM leads_routingrule;
"""
# What the words say of those that were given before the way was kept.
WAYS = """
UPDATE leads_assignment SET how = CASE
       WHEN because = 'Owner of the company' THEN 'owner' WHEN because = 'Their turn' THEN 'turn'
       WHEN because = 'Took it on' THEN 'taken' WHEN because LIKE 'Covers for %' THEN 'cover'
       WHEN because LIKE '% handed on' THEN 'handed_on' ELSE 'given' END
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0015_routing_rules")]

    operations = [
        migrations.RunSQL(LAST_ROW, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(WAYS, migrations.RunSQL.noop),
    ]
