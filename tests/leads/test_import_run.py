"""Carrying an import out: what it writes and refuses, once, whoever presses and whichever worker runs it."""

import pytest

from common.errors import Refused
from common.sheets import csv_lines
from leads.importing.files import lines
from leads.importing.reading import shape_kept
from leads.importing.refusals import refused_rows
from leads.intake import receive
from leads.models import (
    Attribute,
    Company,
    Import,
    Lead,
    LeadVersion,
    RefusedRow,
    Transition,
)
from leads.models.importing import CHECKING, LEASE, PREVIEW, RUNNING, Superseded
from tests.leads.files import HEADER, JANE, JOE, checked, imported, stepped, table, uploaded


def test_nothing_is_written_before_import_is_pressed(db, maya, at):
    found = checked(uploaded(table(HEADER, JANE, JOE), by=maya, at=at), by=maya, at=at)
    assert (found.state, found.preview["new"], found.preview["known"], found.preview["refused"]) == (PREVIEW, 2, 0, 0)
    assert found.preview["stages"] == [["Lead", 1], ["SQL", 1]]
    assert found.preview["rows"][0] == {
        "line": 2,
        "verdict": "new",
        "name": "Jane Doe",
        "email": "jane@acme.example",
        "id": "00Q5",
        "company": "Acme",
        "title": "",
        "stage": "Lead",
        "since": "2026-01-05",
        "own": [["Seats", "12"], ["Partner", "yes"], ["Since", "2025-12-31"]],
    }
    assert (Lead.objects.count(), Company.objects.count(), Attribute.objects.count()) == (0, 0, 0)


def test_importing_the_same_file_again_changes_nothing(db, maya, at):
    imported(table(HEADER, JANE, JOE), by=maya, at=at)
    again = imported(table(HEADER, JANE, JOE), by=maya, at=at)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert (Lead.objects.count(), LeadVersion.objects.count(), Transition.objects.count()) == (2, 2, 5)


def test_a_person_twice_in_the_file_becomes_one_lead(db, maya, at):
    rows = [("Email", "City"), ("a@x.example", "Ulm"), ("A@X.example", "Bonn"), ("b@x.example", "Kiel")]
    found = imported(table(*rows), by=maya, at=at)
    assert (found.preview["new"], found.preview["repeats"], found.created, found.repeats) == (2, 1, 2, 1)
    assert Lead.objects.get(email="a@x.example").city == "Bonn"


def test_good_rows_are_in_and_the_others_are_in_a_file_with_their_reasons(db, maya, at):
    rows = [
        ("Id", "Email", "Note"),
        ("1", "jane@acme.example", "=1+1"),
        ("2", "nobody", "=HYPERLINK(1)"),
        ("3", "joe@acme.example", "x" * 2001),
    ]
    found = imported(table(*rows), by=maya, at=at)
    assert (found.created, found.refused, found.preview["refused"]) == (1, 2, 1)
    assert list(refused_rows(found))[:2] == [
        ["Id", "Email", "Note", "Line", "Why it was refused"],
        ["2", "nobody", "=HYPERLINK(1)", "3", "'nobody' is not an e-mail address."],
    ]
    assert found.refusals.get(line=4).reason == f"'{'x' * 60}' in note is not text."


def test_two_keys_of_two_people_refuse_the_row(db, maya, at):
    receive({"email": "jane@acme.example", "external_source": "zoho", "external_id": "1"}, at=at)
    receive({"email": "joe@acme.example"}, at=at)
    found = imported(table(("LEADID", "Email"), ("1", "joe@acme.example"), ("2", "new@x.example")), by=maya, at=at)
    reason = "joe@acme.example and the id 1 belong to two different leads. Merge them first."
    assert found.preview["problems"] == [[2, reason]]
    assert found.refusals.get().reason == reason


def test_only_what_waits_for_it_can_be_run_or_changed(db, maya, at):
    found = uploaded(table(HEADER, JANE), by=maya, at=at)
    with pytest.raises(Refused, match="This import is at “Waiting for you to say what the columns mean” now"):
        found.run(by=maya, at=at)
    done = imported(table(HEADER, JANE), by=maya, at=at)
    for verb in (done.run, done.go_back):
        with pytest.raises(Refused, match="This import is at “Imported” now"):
            verb(by=maya, at=at)
    with pytest.raises(Refused, match="has written leads"):
        done.discard(by=maya)


def test_pressed_twice_it_runs_once(db, maya, at):
    found = checked(uploaded(table(HEADER, JANE, JOE), by=maya, at=at), by=maya, at=at)
    same = Import.objects.get(pk=found.pk)
    found.run(by=maya, at=at)
    with pytest.raises(Refused):
        same.run(by=maya, at=at)
    assert stepped(found, at).created == 2
    assert Lead.objects.count() == 2


def test_a_worker_whose_place_was_taken_writes_nothing(db, maya, at):
    found = checked(uploaded(table(HEADER, JANE, JOE), by=maya, at=at), by=maya, at=at)
    found.run(by=maya, at=at)
    Import.objects.update(next_row=1)
    with pytest.raises(Superseded):
        found.advance(since=(RUNNING, 0), at=at, next_row=2)
    stepped(found, at)
    assert (found.state, found.next_row, Lead.objects.count()) == (RUNNING, 1, 0)


def test_an_import_belongs_to_the_worker_that_claimed_it_until_its_lease_is_over(db, maya, at):
    found = uploaded(table(HEADER, JANE), by=maya, at=at)
    Import.objects.update(state=CHECKING, leased_until=at)
    assert Import.objects.claim(at=at) == found
    assert Import.objects.claim(at=at) is None
    assert Import.objects.claim(at=at + LEASE) == found


def test_a_step_that_breaks_is_tried_again_and_then_says_so(db, maya, at):
    found = checked(uploaded(table(HEADER, JANE), by=maya, at=at), by=maya, at=at)
    found.run(by=maya, at=at)
    found.path.unlink()
    assert [stepped(found, at).state for _ in range(3)] == ["running", "running", "failed"]
    assert found.problem == "Something broke on our side, and it is logged. What was imported until then is kept."


def test_uploaded_files_are_forgotten_once_nothing_can_be_undone(db, maya, at):
    found = imported(table(HEADER, JANE), by=maya, at=at)
    assert Import.objects.forget_files(at=at) == 0
    path = found.path
    assert Import.objects.forget_files(at=at + 2 * 24 * 120 * LEASE) == 1
    assert not path.exists()


def test_importing_costs_the_same_few_queries_for_ten_rows_and_a_thousand(db, maya, at, django_assert_max_num_queries):
    for count in (10, 1000):
        rows = [(f"p{n}@firm{n}x{count}.example", f"Doe {n}") for n in range(count)]
        found = checked(uploaded(table(("Email", "Last name"), *rows), by=maya, at=at), by=maya, at=at)
        found.run(by=maya, at=at)
        with django_assert_max_num_queries(32):
            stepped(found, at)
        assert found.created == count


def test_what_is_exported_comes_back_as_it_was(db, maya, at, tmp_path):
    note = ["=1+1", "+31 20 123", "-5", "@jane", "'quoted'", "'=text", "plain"]
    rows = [("Email", "Note"), *((f"bad{n}", text) for n, text in enumerate(note))]
    found = imported(
        table(("Email", "Note"), ("ok@x.example", "x"), *rows[1:]), by=maya, at=at, columns={"Email": "email"}
    )
    text = "".join(csv_lines(refused_rows(found)))
    assert '"\'=1+1"' in text
    again = uploaded(text.encode(), by=maya, at=at)
    read = [line.cells[1] for line in lines(again.path, shape_kept(again))][1:]
    assert read == ["=1+1", "+31 20 123", "-5", "@jane", "'quoted'", "=text", "plain"]
    assert RefusedRow.objects.count() == 7
