"""What was proposed can no longer be written differently, by whichever door."""

from django.db import migrations

GUARD = """
CREATE FUNCTION agreements_is_draft(revision bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT state = 'draft' FROM agreements_revision WHERE id = revision
$$;

CREATE FUNCTION agreements_text_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.document, NEW.number, NEW.text, NEW.sha256) IS DISTINCT FROM (OLD.document, OLD.number, OLD.text, OLD.sha256)
       AND OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'The text of version % of % is frozen.', OLD.number, OLD.document
              USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER revision_text_is_frozen BEFORE UPDATE ON agreements_revision
   FOR EACH ROW EXECUTE FUNCTION agreements_text_is_frozen();

CREATE FUNCTION agreements_signature_is_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A signature cannot be changed or taken away.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER signature_is_given BEFORE UPDATE OR DELETE ON agreements_signature
   FOR EACH ROW EXECUTE FUNCTION agreements_signature_is_given();

-- For the rows of typed documents that point at their revision by a column revision_id: they change only
-- while it is a draft.
CREATE FUNCTION agreements_only_drafts_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT agreements_is_draft(CASE TG_OP WHEN 'INSERT' THEN NEW.revision_id ELSE OLD.revision_id END) THEN
        RAISE EXCEPTION 'This version is no draft any more and cannot be changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
"""
UNGUARD = """
DROP FUNCTION agreements_only_drafts_change();
DROP TRIGGER signature_is_given ON agreements_signature;
DROP FUNCTION agreements_signature_is_given();
DROP TRIGGER revision_text_is_frozen ON agreements_revision;
DROP FUNCTION agreements_text_is_frozen();
DROP FUNCTION agreements_is_draft(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
