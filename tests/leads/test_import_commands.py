"""`import_leads` and `import_touches`: the same import without a browser."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from leads.intake import receive
from leads.models import Import, Lead, Touch
from tests.leads.files import table

ROWS = [("Key", "Mail", "Phase", "Since"), ("1", "a@x.example", "Hot", "03/04/2025"), ("2", "nobody", "Cold", "")]


@pytest.fixture
def leads_csv(tmp_path: Path) -> Path:
    (tmp_path / "leads.csv").write_bytes(table(*ROWS))
    return tmp_path / "leads.csv"


def told(command: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(command, *map(str, args), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_a_file_is_imported_as_it_was_mapped(db, maya, leads_csv, tmp_path):
    said = told(
        "import_leads",
        leads_csv,
        "--map",
        "Key=external_id,Phase=stage,Since=created_at",
        "--stage",
        "Hot=mql,Cold=recycled",
        "--zone=UTC",
        "--month-first",
        "--system=crm",
        "--by=maya@acme.test",
        f"--refused={tmp_path / 'refused.csv'}",
    )
    assert "leads.csv: 2 rows, UTF-8, separated by commas" in said
    assert "  Phase  Status, told as a stage" in said
    assert "  Hot: MQL (1)" in said
    assert "New 1 · known 0 · twice in the file 0 · refused 1" in said
    assert "  line 3: 'nobody' is not an e-mail address." in said
    assert "Imported: 1 new, 0 updated, 0 with nothing new, 0 repeated, 1 refused." in said
    lead = Lead.objects.get()
    assert (lead.stage, lead.created_at, lead.external_source) == ("mql", datetime(2025, 3, 4, tzinfo=UTC), "crm")
    assert lead.transitions.first().by == maya
    assert "'nobody' is not an e-mail address." in (tmp_path / "refused.csv").read_text(encoding="utf-8-sig")


def test_a_dry_run_says_it_all_and_writes_nothing(db, leads_csv):
    said = told("import_leads", leads_csv, "--dry-run")
    assert "New 1 · known 0" in said
    assert said.endswith("Nothing was imported.\n")
    assert (Lead.objects.count(), Import.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map", "Nose=email"], "There is no column 'Nose'; there are Key, Mail, Phase, Since."),
        (["--map", "Mail=nose"], "A column cannot mean 'nose'; it can mean email,"),
        (["--map", "Mail"], "'Mail' should look like Column=field."),
        (["--map", "Mail=ignore"], "No column holds an e-mail address or an id"),
        (["--map", "Phase=stage", "--stage", "Warm=mql"], "No row has the status 'Warm'; there are Hot, Cold."),
        (["--zone", "Mars"], "'Mars' is not a time zone; one looks like Europe/Amsterdam."),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(db, leads_csv, options, sentence):
    with pytest.raises(CommandError) as refusal:
        told("import_leads", leads_csv, *options)
    assert str(refusal.value).startswith(sentence)
    assert (Lead.objects.count(), Import.objects.count()) == (0, 0)


def test_a_missing_or_broken_file_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        told("import_leads", tmp_path / "nowhere.csv")
    (tmp_path / "broken.csv").write_bytes(b"Email\n")
    with pytest.raises(CommandError, match="a line of column names and nothing below it"):
        told("import_leads", tmp_path / "broken.csv")
    assert Import.objects.count() == 0


TOUCHES = [
    ("Email", "Activity Type", "Date", "Campaign", "Id"),
    ("jane@acme.example", "Clicked", "2026-02-01 10:00", "Spring", "t1"),
    ("JANE@acme.example", "Webinar attended", "2026-02-02 10:00", "Spring", "t2"),
    ("nobody@acme.example", "form", "2026-02-02", "", "t3"),
    ("jane@acme.example", "planned", "2026-02-02", "", "t4"),
    ("jane@acme.example", "form", "31-02-2026", "", "t5"),
]


def test_touches_are_recorded_once_and_strangers_are_refused(db, at, clock_shows, tmp_path):
    clock_shows(at)
    jane = receive({"email": "jane@acme.example"}, at=at)
    (tmp_path / "touches.csv").write_bytes(table(*TOUCHES))
    said = told("import_touches", tmp_path / "touches.csv", "--system=mailer")
    assert said.splitlines() == [
        "5 rows: clicked in an e-mail (1), filled in a form (1), attended a webinar (1).",
        "  line 5: “planned” has not happened yet.",
        "  line 6: “31-02-2026” is not a date that exists.",
        "  line 4: We know nobody as nobody@acme.example; import the lead first.",
        "Recorded: 2 touches, 3 rows refused.",
    ]
    assert list(jane.touches.order_by("occurred_at").values_list("kind", "campaign__name")) == [
        ("email_click", "Spring"),
        ("webinar_attended", "Spring"),
    ]
    assert "Recorded: 0 touches, 2 known already, 3 rows refused." in told(
        "import_touches", tmp_path / "touches.csv", "--system=mailer"
    )
    assert Touch.objects.count() == 2


def test_touches_by_name_only_where_that_is_asked_for_and_the_name_is_unique(db, at, clock_shows, tmp_path):
    clock_shows(at)
    for n, name in enumerate(("Doe", "Roe", "Roe")):
        receive({"email": f"{n}@x.example", "last_name": name}, at=at)
    rows = [
        ("First name", "Last name", "When"),
        ("Doe", "Doe", "2026-02-01"),
        ("", "Roe", "2026-02-01"),
        ("", "Poe", "2026-02-01"),
    ]
    (tmp_path / "touches.csv").write_bytes(table(*rows))
    with pytest.raises(CommandError, match="No column says whose touches these are"):
        told("import_touches", tmp_path / "touches.csv", "--kind=form")
    said = told("import_touches", tmp_path / "touches.csv", "--kind=form", "--by-name")
    assert "  line 3: More than one lead is called Roe." in said
    assert "  line 4: We know nobody called Poe." in said
    assert Touch.objects.get().lead.email == "0@x.example"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("Email", "Kind"), ("a@x.example", "form")], "No column says when the touches happened."),
        ([("Email", "Date"), ("a@x.example", "2026-01-01")], "No column says what kind of touches these are."),
    ],
)
def test_touches_without_a_kind_or_a_time_are_refused_as_a_whole(db, tmp_path, rows, sentence):
    (tmp_path / "touches.csv").write_bytes(table(*rows))
    with pytest.raises(CommandError, match=sentence):
        told("import_touches", tmp_path / "touches.csv")
