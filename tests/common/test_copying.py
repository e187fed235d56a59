"""Rows written by COPY are what they were."""

import datetime as dt

import pytest
from django.db import connection

from common.copying import copy_in

TEXTS = [
    "",
    "plain",
    "two words",
    "a\ttab",
    "two\nlines",
    "a\rreturn",
    "C:\\new\\table",
    "\\.",
    "\\N",
    "no\N{NO-BREAK SPACE}break",
    "Zoë 株式会社",
    "bell\a",
]


@pytest.mark.django_db
def test_every_text_comes_back_as_it_was():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (text text) ON COMMIT DROP")
        copy_in("copied", ["text"], [[text] for text in TEXTS])
        cursor.execute("SELECT text FROM copied")
        assert [row[0] for row in cursor.fetchall()] == TEXTS


@pytest.mark.django_db
def test_nothing_known_and_every_other_kind_of_value_come_back_too():
    moment = dt.datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=dt.UTC)
    row = [None, True, False, 7, 1.5, moment, moment.date(), {}, {"a": "tab\tand \\ sign"}, [], ["x", None]]
    columns = "a text, b boolean, c boolean, d int, e float, f timestamptz, g date, h json, i json, j json, k json"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE copied ({columns}) ON COMMIT DROP")
        copy_in("copied", "abcdefghijk", [row])
        cursor.execute("SELECT * FROM copied")
        assert list(cursor.fetchone()) == row
