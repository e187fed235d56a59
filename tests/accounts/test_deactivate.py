import threading
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.access import Role
from accounts.models import ApiToken, Scope, User
from common.errors import NotAllowed, Refused


def test_who_leaves_loses_the_tokens_and_keeps_the_name_on_what_was_done(sam: User, ada: User, at: datetime) -> None:
    token, secret = ApiToken.objects.issue(sam, scopes=[Scope.LEADS_READ], by=sam, at=at)

    sam.deactivate(by=ada, at=at + timedelta(hours=1))

    token.refresh_from_db()
    assert (User.objects.get(pk=sam.pk).is_active, token.revoked_at) == (False, at + timedelta(hours=1))
    assert ApiToken.objects.presented(secret, at=at + timedelta(hours=2)) is None


def test_who_comes_back_has_no_tokens(sam: User, ada: User, at: datetime) -> None:
    _, secret = ApiToken.objects.issue(sam, scopes=[Scope.LEADS_READ], by=sam, at=at)
    sam.deactivate(by=ada, at=at)
    sam.reactivate(by=ada)

    assert sam.is_active
    assert ApiToken.objects.presented(secret, at=at) is None


def test_nobody_closes_the_account_they_sit_in(ada: User, at: datetime) -> None:
    with pytest.raises(Refused, match="cannot deactivate yourself"):
        ada.deactivate(by=ada, at=at)

    assert User.objects.get(pk=ada.pk).is_active


def test_the_only_admin_stays_admin(ada: User) -> None:
    with pytest.raises(Refused, match="Ada Smit is the only admin"):
        ada.edit(by=ada, roles=[Role.MARKETER])

    assert User.objects.get(pk=ada.pk).roles == [Role.ADMIN]


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_step_down_at_once_one_stays(ada: User) -> None:
    second = User.objects.create_user("eva@acme.test", roles=[Role.ADMIN])
    start, refused = threading.Barrier(2), []

    def step_down(pk: int) -> None:
        try:
            admin = User.objects.get(pk=pk)
            start.wait()
            admin.edit(by=admin, roles=[])
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=step_down, args=(admin.pk,)) for admin in (ada, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert User.objects.with_role(Role.ADMIN).count() == 1


def test_a_rep_edits_nobody(sam: User, rita: User, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        rita.edit(by=sam, roles=[Role.ADMIN])
    with pytest.raises(NotAllowed):
        rita.edit_own(by=sam, name="Rita", zone="UTC")
    with pytest.raises(NotAllowed):
        rita.deactivate(by=sam, at=at)

    rita.refresh_from_db()
    assert (rita.roles, rita.name, rita.is_active) == ([Role.REP], "Rita Kok", True)


def test_an_unknown_zone_is_refused_with_a_sentence(sam: User) -> None:
    with pytest.raises(ValidationError, match="'Europe/Amsterdm' is not a time zone; one looks like Europe/Amsterdam"):
        sam.edit_own(by=sam, name="Sam", zone="Europe/Amsterdm")

    assert User.objects.get(pk=sam.pk).zone == "Europe/Amsterdam"
