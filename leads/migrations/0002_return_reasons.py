"""The return reasons an installation starts with; admins edit them from then on."""

from django.db import migrations

# code, label, cause, evidence, prompt, against quality, result, result after acceptance, days, permanent, fixer
REASONS = [
    ("wrong_company", "Not our kind of company", "definitional", "criterion",
     "Which trait, and in which direction? Size, too small.", True, "disqualified", "disqualified", 180, False, "both"),
    ("wrong_role", "Wrong person or role", "definitional", "criterion",
     "Which trait does not fit? Whom should we reach instead?", True, "recycled", "recycled", 90, False, "both"),
    ("low_intent", "Not really interested yet", "definitional", "none", "", True,
     "recycled", "recycled", 30, False, "marketing"),
    ("timing", "Not now", "circumstance", "date", "When should we come back?", False,
     "recycled", "recycled", 0, False, "marketing"),
    ("unable_to_reach", "Unable to reach", "circumstance", "attempts", "", False,
     "recycled", "recycled", 60, False, "sales"),
    ("no_need", "No need for it", "circumstance", "note", "What do they do instead?", False,
     "recycled", "recycled", 180, False, ""),
    ("no_budget", "No budget", "circumstance", "note", "What did they say about money?", False,
     "recycled", "recycled", 90, False, ""),
    ("no_authority", "Cannot decide, and does not lead on", "circumstance", "note", "Who decides there?", False,
     "recycled", "recycled", 30, False, "sales"),
    ("chose_competitor", "Chose a competitor, or we do not fit", "circumstance", "note",
     "Which competitor, or what do we lack?", False, "recycled", "recycled", 180, False, "product marketing"),
    ("incomplete_data", "Data is missing", "clerical", "fields", "What is missing?", True,
     "repair", "recycled", 0, False, "marketing"),
    ("wrong_contact_data", "Wrong number or address", "clerical", "fields", "What is wrong?", True,
     "repair", "recycled", 30, False, "marketing"),
    ("duplicate", "Double of another lead", "procedural", "lead", "Which is the other record?", False,
     "merge", "merge", 0, False, "operations"),
    ("wrong_owner", "Belongs to a colleague", "procedural", "none", "", False,
     "reroute", "reroute", 0, False, "operations"),
    ("existing_customer", "Is a customer, or has an open deal", "procedural", "note", "Which customer or deal?", False,
     "reroute", "reroute", 0, False, "operations"),
    ("outsider", "Student, vendor, job seeker or competitor", "definitional", "none", "", True,
     "disqualified", "disqualified", 0, True, "marketing"),
    ("spam", "Spam, a test or a fake", "clerical", "none", "", True,
     "disqualified", "disqualified", 0, True, "marketing"),
]  # fmt: skip
COLUMNS = (
    "code", "label", "cause", "evidence", "prompt", "counts_against_quality",
    "result", "result_after_acceptance", "cool_down_days", "permanent", "fixer",
)  # fmt: skip


def ship(apps, schema_editor):
    reason = apps.get_model("leads", "ReturnReason")
    for position, row in enumerate(REASONS):
        columns = dict(zip(COLUMNS, row, strict=True))
        reason.objects.get_or_create(code=columns.pop("code"), defaults=columns | {"position": position})


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
