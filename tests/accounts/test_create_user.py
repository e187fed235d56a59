import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Team, User


def create_user(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_user", *arguments, stdout=out)
    return out.getvalue()


def test_the_first_admin_gets_a_link_to_set_a_password(db) -> None:
    said = create_user("Ada@Acme.test", "--role", "admin", "--role", "head_of_sales", "--name", "Ada Smit")

    ada = User.objects.get()
    assert (ada.email, ada.roles, ada.name) == ("ada@acme.test", ["admin", "head_of_sales"], "Ada Smit")
    assert "ada@acme.test is here, as head of sales and admin." in said
    link = re.search(r"https?://[^/\s]+(/password/\S+)", said)[1]
    assert Client().get(link).status_code == 302


def test_a_team_gives_its_zone(sales_team: Team) -> None:
    create_user("kim@acme.test", "--role", "rep", "--team", "Sales")

    kim = User.objects.get()
    assert (kim.team, kim.zone) == (sales_team, "Europe/Amsterdam")


def test_a_password_may_come_by_standard_input(db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a quiet river at noon\n"))

    said = create_user("kim@acme.test", "--role", "rep", "--password-stdin")

    assert User.objects.get().check_password("a quiet river at noon")
    assert "Set a password" not in said


def test_a_weak_password_makes_no_account(db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("kim\n"))

    with pytest.raises(CommandError, match="too short"):
        create_user("kim@acme.test", "--role", "rep", "--password-stdin")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sam@acme.test", "--role", "rep"], "already exists"),
        (["kim", "--role", "rep"], "Enter a valid email address"),
        (["kim@acme.test", "--role", "boss"], "invalid choice: 'boss'"),
        (["kim@acme.test"], "required: --role"),
        (["kim@acme.test", "--role", "rep", "--team", "Saels"], "no team called 'Saels'. Teams: Sales."),
        (["kim@acme.test", "--role", "rep", "--zone", "Mars/Base"], "'Mars/Base' is not a time zone"),
    ],
)
def test_the_command_says_what_is_wrong(sam: User, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        create_user(*arguments)
    assert User.objects.count() == 1
