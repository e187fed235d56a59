from collections.abc import Callable

import pytest
from django.test import Client

from accounts.access import Role
from accounts.models import Team, User, WorkCalendar
from tests.asked import queries_asked

Clients = Callable[[User], Client]


def test_everyone_changes_their_own_name_and_zone(sam: User, client_of: Clients) -> None:
    answer = client_of(sam).post("/account/", {"name": "Samuel de Wit", "zone": "Asia/Tokyo"})

    sam.refresh_from_db()
    assert (answer.status_code, sam.name, sam.zone) == (302, "Samuel de Wit", "Asia/Tokyo")


def test_nobody_gives_themselves_a_role(sam: User, client_of: Clients) -> None:
    client_of(sam).post("/account/", {"name": "Sam", "zone": "UTC", "roles": ["admin"], "team": "", "is_active": ""})

    sam.refresh_from_db()
    assert (sam.roles, sam.is_active, sam.team is not None) == ([Role.REP], True, True)


def test_what_was_typed_wrong_stays_on_the_page(sam: User, client_of: Clients) -> None:
    answer = client_of(sam).post("/account/", {"name": "Samuel", "zone": "Mars/Base"})

    assert (answer.status_code, 'value="Samuel"' in answer.content.decode()) == (422, True)
    assert User.objects.get(pk=sam.pk).name == "Sam de Wit"


def test_a_new_password_ends_every_other_session(sam: User, client_of: Clients) -> None:
    sam.set_password("four plain words here")
    sam.save()
    here, elsewhere = client_of(sam), client_of(sam)

    answer = here.post(
        "/account/password/",
        {
            "old_password": "four plain words here",
            "new_password1": "a quiet river at noon",
            "new_password2": "a quiet river at noon",
        },
    )

    assert answer.status_code == 302
    assert (here.get("/account/").status_code, elsewhere.get("/account/").status_code) == (200, 302)


PAGES = [
    "/account/", "/account/password/", "/account/tokens/", "/settings/", "/settings/people/", "/settings/teams/",
    "/settings/hours/", "/settings/absences/",
]  # fmt: skip
ADMIN_PAGES = [
    "/settings/people/invite/",
    "/settings/people/{person}/",
    "/settings/teams/new/",
    "/settings/teams/{team}/",
]
HOURS_PAGES = ["/settings/hours/new/", "/settings/hours/{calendar}/"]


@pytest.fixture
def status(sam: User, sales_team: Team, calendar: WorkCalendar, client_of: Clients) -> Callable[[User, str], int]:
    def status(reader: User, page: str) -> int:
        return client_of(reader).get(page.format(person=sam.pk, team=sales_team.pk, calendar=calendar.pk)).status_code

    return status


@pytest.mark.parametrize("page", PAGES)
def test_everyone_with_a_role_sees_how_things_are_set_up(
    status: Callable, page: str, sam: User, theo: User, ada: User, otto: User
) -> None:
    assert [status(reader, page) for reader in (sam, theo, ada, otto)] == [200, 200, 200, 403]


@pytest.mark.parametrize("page", ADMIN_PAGES)
def test_people_and_teams_are_an_admins(
    status: Callable, page: str, sam: User, theo: User, ada: User, otto: User
) -> None:
    assert [status(reader, page) for reader in (sam, theo, ada, otto)] == [403, 403, 200, 403]


@pytest.mark.parametrize("page", HOURS_PAGES)
def test_working_hours_are_the_heads_and_admins(
    status: Callable, page: str, sam: User, theo: User, ada: User, otto: User
) -> None:
    assert [status(reader, page) for reader in (sam, theo, ada, otto)] == [403, 200, 200, 403]


def test_an_admin_makes_a_team_renames_it_and_gives_it_other_hours(
    ada: User, calendar: WorkCalendar, client_of: Clients
) -> None:
    client = client_of(ada)
    client.post("/settings/teams/new/", {"name": "Field sales", "side": "sales", "calendar": calendar.pk})
    team = Team.objects.get()
    mornings = WorkCalendar.objects.draw_up("Mornings", "Europe/Amsterdam", by=ada)

    client.post(f"/settings/teams/{team.pk}/", {"name": "Field", "side": "marketing"})
    client.post(f"/settings/hours/{mornings.pk}/give/", {"who": f"team {team.pk}"})

    team.refresh_from_db()
    assert (team.name, team.side, team.calendar) == ("Field", "sales", mornings)


def test_an_admin_gives_a_role_and_it_holds_with_the_next_click(ada: User, sam: User, client_of: Clients) -> None:
    sams = client_of(sam)
    assert sams.get("/settings/hours/new/").status_code == 403

    client_of(ada).post(
        f"/settings/people/{sam.pk}/",
        {"name": "Sam", "roles": ["rep", "head_of_sales"], "team": sam.team_id, "zone": "UTC", "daily_capacity": 5},
    )

    assert sams.get("/settings/hours/new/").status_code == 200
    sam.refresh_from_db()
    assert (sam.roles, sam.daily_capacity) == (["rep", "head_of_sales"], 5)


def test_the_list_of_people_asks_as_often_for_many_as_for_few(ada: User, sales_team: Team, client_of: Clients) -> None:
    client = client_of(ada)

    def queries() -> int:
        with queries_asked() as asked:
            client.get("/settings/people/")
        return len(asked)

    client.get("/settings/people/")
    for_one = queries()
    for number in range(30):
        User.objects.create_user(f"rep{number}@acme.test", roles=[Role.REP], team=sales_team)

    assert queries() == for_one
