"""A head who is away is signed for by the deputy they named, and the document says so."""

from datetime import timedelta

import pytest

from accounts.access import Role
from agreements.models import Revision, Signature
from common.errors import Incomplete, NotAllowed
from leads.models import Criteria
from tests.builders import a_person

DAY = timedelta(days=1)


@pytest.fixture
def proposed(maya, theo, at):
    """The definition to start from, signed for marketing."""
    criteria = Criteria.objects.draft_from(None, by=maya, at=at).propose(by=maya, at=at)
    criteria.sign(by=theo, at=at)
    return criteria


@pytest.fixture
def away(nora, rita, at):
    """Nora is away for a week, and Rita is her deputy."""
    nora.name_deputy(rita, by=nora)
    return nora.be_away(at, at + 7 * DAY, cover=None, by=nora, at=at)


def test_the_deputy_signs_for_the_head_who_is_away(client_of, proposed, away, rita, at, clock_shows):
    clock_shows(at + DAY)
    browser = client_of(rita)
    assert "Nora Vos is away and named you as deputy" in browser.get("/criteria/1/").content.decode()
    assert "Sign for Nora Vos" in browser.get("/agreements/").content.decode()
    browser.post(f"/agreements/{proposed.revision_id}/sign/", {"next": "/criteria/1/"})
    assert Revision.objects.get().state == "in_force"
    assert str(Signature.objects.get(side="sales")) == "Rita Kok for Nora Vos for sales"
    assert "Rita Kok for Nora Vos" in browser.get("/criteria/1/").content.decode()


def test_before_and_after_the_absence_the_deputy_signs_nothing(proposed, nora, rita, at):
    nora.name_deputy(rita, by=nora)
    absence = nora.be_away(at + DAY, at + 2 * DAY, cover=None, by=nora, at=at)
    for moment in (at, absence.until_at):
        with pytest.raises(NotAllowed, match="or their deputies while they are away"):
            proposed.sign(by=rita, at=moment)
        with pytest.raises(NotAllowed):
            proposed.decline(by=rita, because="No.", at=moment)
    assert (Revision.objects.get().state, Signature.objects.count()) == ("proposed", 1)


def test_who_covers_for_the_head_but_is_no_deputy_signs_nothing(proposed, nora, sam, at):
    nora.be_away(at, at + DAY, cover=sam, by=nora, at=at)
    with pytest.raises(NotAllowed):
        proposed.sign(by=sam, at=at)
    assert Signature.objects.count() == 1


def test_the_head_signs_while_away_too(proposed, away, nora, at):
    assert proposed.sign(by=nora, at=at) is True
    assert str(Signature.objects.get(side="sales")) == "Nora Vos for sales"


def test_the_deputy_asks_for_a_change_too(proposed, away, rita, at):
    proposed.decline(by=rita, because="Too few.", at=at)
    assert Revision.objects.get().declined_by == rita


def test_a_deputy_works_for_the_heads_side(maya, nora, rita, at):
    for nobody in (maya, nora):
        with pytest.raises(Incomplete, match="works for your side"):
            nora.name_deputy(nobody, by=nora)
    rita.is_active = False
    with pytest.raises(Incomplete):
        nora.name_deputy(rita, by=nora)
    nora.refresh_from_db()
    assert nora.deputy is None


def test_only_a_head_names_a_deputy_and_for_nobody_else(client_of, nora, sam, rita, theo, at):
    with pytest.raises(NotAllowed):
        sam.name_deputy(rita, by=sam)
    with pytest.raises(NotAllowed):
        nora.name_deputy(rita, by=theo)
    assert "Signing while you are away" not in client_of(sam).get("/account/").content.decode()
    assert client_of(sam).post("/account/deputy/", {"deputy": rita.pk}).status_code == 403
    assert not type(nora).objects.exclude(deputy=None).exists()


def test_a_head_names_a_deputy_on_the_account_page(client_of, nora, rita, maya):
    browser = client_of(nora)
    page = browser.get("/account/").content.decode()
    offered = page.split('name="deputy"')[1].split("</select>")[0]
    assert "Rita Kok" in offered
    assert "Maya Peters" not in offered
    browser.post("/account/deputy/", {"deputy": rita.pk})
    nora.refresh_from_db()
    assert nora.deputy == rita
    assert browser.post("/account/deputy/", {"deputy": maya.pk}).status_code == 422
    nora.refresh_from_db()
    assert nora.deputy == rita


def test_who_heads_both_sides_of_a_tiny_team_is_told_so_before_signing(client_of, maya, calendar, at):
    both = a_person("Bo Both", Role.HEAD_OF_MARKETING, Role.HEAD_OF_SALES)
    criteria = Criteria.objects.draft_from(None, by=maya, at=at).propose(by=maya, at=at)
    page = client_of(both).get("/criteria/1/").content.decode()
    assert "You head both sides here: your signature counts for both" in page
    client_of(both).post(f"/agreements/{criteria.revision_id}/sign/")
    assert list(Signature.objects.values_list("side", "user__name")) == [("marketing", "Bo Both"), ("sales", "Bo Both")]
