"""A minor change of the definition: weights alone, nearly as many MQLs, in force unless a head objects in time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from agreements.models import MinorChange, Revision
from agreements.telling import MINOR_IN_FORCE, MINOR_OBJECTED, MINOR_PROPOSED
from common.errors import NotAllowed, Refused
from leads import backtest
from leads.minor import Volume, beyond_weights
from leads.models import Backtest, ChangeRequest, Criteria
from notifications.models import Delivery
from sla import minor
from sla.models import Agreement
from tests.builders import agreement_in_force, refused
from tests.leads.scored_people import DAY, definition
from tests.leads.test_backtest import came
from tests.leads.test_races import at_once

SECOND, HOUR, MINUTE = timedelta(seconds=1), timedelta(hours=1), timedelta(minutes=1)
WEBINAR = {"section": "scored", "points": Decimal(20), "touch_kind": "webinar_attended"}
COUNTRY = {"section": "must", "field": "country", "operator": "is_unknown", "values": []}
FRIDAY = datetime(2026, 3, 13, 16, 30, tzinfo=UTC)  # half past five in Amsterdam, when the desks close


@pytest.fixture
def ruling(theo, nora, at):
    """Two webinars make an MQL."""
    criteria = definition(WEBINAR, COUNTRY, at=at - 9 * DAY, threshold=Decimal(40))
    criteria.propose(by=theo, at=at - 9 * DAY)
    criteria.sign(by=theo, at=at - 9 * DAY)
    criteria.sign(by=nora, at=at - 9 * DAY)
    return criteria


@pytest.fixture
def agreement(theo, nora, calendar, marketing_team, sales_team, at):
    """It knows minor changes."""
    first = agreement_in_force(theo=theo, nora=nora, at=at - 9 * DAY)
    draft = Agreement.objects.draft_from(first, by=theo, at=at - 8 * DAY)
    draft.edit(by=theo, minor_changes=True)
    draft.propose(by=theo, at=at - 8 * DAY)
    draft.sign(by=theo, at=at - 8 * DAY)
    draft.sign(by=nora, at=at - 8 * DAY)
    return draft


@pytest.fixture
def lighter(ruling, agreement, maya, at):
    """A webinar is worth 21 points; twenty leads attended two of them, which makes MQLs by either version."""
    begun = at.replace(hour=0, minute=0) - 70 * DAY
    for _ in range(20):
        came(begun, ("webinar_attended", 1), ("webinar_attended", 2))
    draft = Criteria.objects.draft_from(ruling, by=maya, at=at)
    draft.rules.get(section="scored").edit(by=maya, **{**WEBINAR, "axis": "engagement", "points": Decimal(21)})
    replay(draft, at=at)
    return Criteria.objects.with_rules().get(pk=draft.pk)


def replay(criteria, *, at):
    backtest.start(criteria, by=None, at=at)
    backtest.go_on(clock=lambda: at + MINUTE)


def told(kind):
    return sorted(Delivery.objects.filter(kind=kind, channel="inapp").values_list("user__name", flat=True))


def state(criteria):
    return Revision.objects.get(pk=criteria.revision_id).state


def test_after_two_working_days_without_objection_it_is_in_force(lighter, ruling, maya, at):
    change = minor.propose(lighter, by=maya, at=at)
    assert change.until == FRIDAY
    assert told(MINOR_PROPOSED) == ["Nora Vos", "Theo Blom"]
    assert Criteria.objects.take_effect(at=FRIDAY - SECOND) == 0
    assert state(lighter) == "proposed"
    assert Criteria.objects.take_effect(at=FRIDAY) == 1
    assert (state(lighter), state(ruling)) == ("in_force", "superseded")
    assert Criteria.objects.take_effect(at=FRIDAY) == 0
    assert told(MINOR_IN_FORCE) == ["Nora Vos", "Theo Blom"]


def test_only_days_on_which_both_sides_work_count(lighter, sales_team, nora, maya, at):
    friday = (at + 2 * DAY).date()
    sales_team.calendar.close(friday, "Works outing", by=nora)
    change = minor.propose(lighter, by=maya, at=at)
    assert change.until == FRIDAY + 3 * DAY  # Monday


def test_an_objection_in_time_asks_for_both_signatures(lighter, maya, theo, nora, at):
    change = minor.propose(lighter, by=maya, at=at)
    change.object(by=nora, at=FRIDAY - SECOND)
    assert told(MINOR_OBJECTED) == ["Maya Peters"]
    assert Criteria.objects.take_effect(at=FRIDAY + DAY) == 0
    assert state(lighter) == "proposed"
    lighter.sign(by=theo, at=FRIDAY + DAY)
    lighter.sign(by=nora, at=FRIDAY + DAY)
    assert state(lighter) == "in_force"


def test_it_is_too_late_to_object_when_the_time_is_over(lighter, maya, nora, at):
    change = minor.propose(lighter, by=maya, at=at)
    with refused(Refused, "time to object is over"):
        change.object(by=nora, at=FRIDAY)
    Criteria.objects.take_effect(at=FRIDAY)
    with refused(Refused, "in force; it is too late to object"):
        change.object(by=nora, at=FRIDAY - SECOND)
    change.refresh_from_db()
    assert change.objected_at is None


def test_a_head_who_asks_for_a_change_of_a_rule_objects(lighter, maya, sam, nora, at):
    change = minor.propose(lighter, by=maya, at=at)
    rule = lighter.rules.get(section="scored")
    ChangeRequest.objects.ask(lighter, "Why?", rule=rule, by=sam, at=at + HOUR)
    change.refresh_from_db()
    assert change.objected_at is None
    ChangeRequest.objects.ask(lighter, "Twenty is enough.", rule=rule, by=nora, at=at + 2 * HOUR)
    change.refresh_from_db()
    assert (change.objected_by, change.objected_at) == (nora, at + 2 * HOUR)


def test_a_head_who_declines_it_ends_it(lighter, maya, nora, at):
    minor.propose(lighter, by=maya, at=at)
    lighter.decline(by=nora, because="Not now.", at=at + HOUR)
    assert Criteria.objects.take_effect(at=FRIDAY) == 0
    assert state(lighter) == "declined"


def test_declining_it_is_too_late_too_when_the_time_is_over(lighter, maya, nora, at):
    minor.propose(lighter, by=maya, at=at)
    with refused(Refused, "time to object is over"):
        lighter.decline(by=nora, because="Not now.", at=FRIDAY)
    assert state(lighter) == "proposed"
    assert Criteria.objects.take_effect(at=FRIDAY) == 1


def test_a_deputy_objects_while_the_head_is_away_and_nobody_else(lighter, maya, sam, rita, nora, at):
    change = minor.propose(lighter, by=maya, at=at)
    nora.name_deputy(rita, by=nora)
    for person in (sam, rita):
        with refused(NotAllowed, "Only the heads"):
            change.object(by=person, at=at + HOUR)
    nora.be_away(at + HOUR, at + DAY, cover=None, by=nora, at=at)
    change.object(by=rita, at=at + 2 * HOUR)
    assert change.objected_by == rita


def test_the_deputy_of_a_head_who_is_away_is_told_too(lighter, maya, nora, rita, at):
    nora.name_deputy(rita, by=nora)
    nora.be_away(at - HOUR, at + DAY, cover=None, by=nora, at=at - HOUR)
    minor.propose(lighter, by=maya, at=at)
    assert told(MINOR_PROPOSED) == ["Nora Vos", "Rita Kok", "Theo Blom"]


def test_both_signatures_put_it_in_force_before_its_time(lighter, maya, theo, nora, at):
    minor.propose(lighter, by=maya, at=at)
    lighter.sign(by=theo, at=at + HOUR)
    lighter.sign(by=nora, at=at + HOUR)
    assert state(lighter) == "in_force"
    assert told(MINOR_IN_FORCE) == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_an_objection_and_the_schedule_at_the_same_moment_one_wins_and_the_other_is_told(lighter, maya, nora, at):
    change = minor.propose(lighter, by=maya, at=at)
    objected, effects = at_once(
        lambda: change.object(by=nora, at=FRIDAY - SECOND),
        lambda: Criteria.objects.take_effect(at=FRIDAY),
    )
    change.refresh_from_db()
    if effects:
        assert isinstance(objected, Refused)
        assert (state(lighter), change.objected_at) == ("in_force", None)
    else:
        assert objected is None
        assert (state(lighter), change.objected_by) == ("proposed", nora)


def test_without_the_agreements_leave_there_is_no_minor_change(ruling, theo, nora, calendar, at):
    agreement_in_force(theo=theo, nora=nora, at=at)
    draft = Criteria.objects.draft_from(ruling, by=theo, at=at)
    assert minor.offer(draft, at=at) is None
    with refused(Refused, "allows no change without both signatures"):
        minor.propose(draft, by=theo, at=at)
    assert state(draft) == "draft"


def test_what_was_not_replayed_word_for_word_is_not_minor(lighter, maya, at):
    lighter.edit(by=maya, threshold=Decimal(41))
    with refused(Refused, "has not been replayed"):
        minor.propose(lighter, by=maya, at=at)
    assert (state(lighter), MinorChange.objects.count()) == ("draft", 0)


def test_a_third_fewer_mqls_are_no_minor_change(lighter, maya, at):
    for _ in range(3):
        came(at.replace(hour=0, minute=0) - 60 * DAY, ("webinar_attended", 1), ("webinar_attended", 2))
    lighter.edit(by=maya, threshold=Decimal(43))
    Backtest.objects.all().delete()
    replay(lighter, at=at)
    with refused(Refused, "0 MQLs over the past year, the version in force 23: −100.0"):
        minor.propose(lighter, by=maya, at=at)
    assert state(lighter) == "draft"


@pytest.mark.parametrize(("would", "is_near"), [(90, True), (89, False), (110, True), (111, False), (100, True)])
def test_ten_in_a_hundred_more_or_fewer_are_near(would, is_near):
    assert Volume(would, 100).is_near is is_near


def test_who_had_no_mqls_cannot_compare():
    assert (Volume(3, 0).change, Volume(3, 0).is_near) == (None, False)


def test_points_caps_threshold_and_grades_are_weights(ruling, maya, at):
    draft = Criteria.objects.draft_from(ruling, by=maya, at=at)
    draft.rules.get(section="scored").edit(by=maya, **{**WEBINAR, "axis": "engagement", "points": 15, "cap": 45})
    draft.edit(by=maya, threshold=30, min_engagement=5, hot_at=60, grade_a=50, grade_b=20, grade_c=5)
    assert beyond_weights(ruling, draft) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda draft, by: draft.rules.get(section="must").remove(by=by), "Country is unknown"),
        (lambda draft, by: draft.add_rule(by=by, **WEBINAR), "Attended a webinar, each, however long ago"),
        (lambda draft, by: draft.edit(by=by, one_step=True), "one step"),
        (lambda draft, by: draft.edit(by=by, zone="Europe/Amsterdam"), "time zone"),
        (lambda draft, by: draft.edit(by=by, checklist=["Why now?"]), "checklist"),
    ],
)
def test_what_counts_at_all_is_no_weight(ruling, maya, at, change, says):
    draft = Criteria.objects.draft_from(ruling, by=maya, at=at)
    change(draft, maya)
    assert beyond_weights(ruling, draft) == [says]


def test_a_window_is_no_weight(ruling, maya, at):
    draft = Criteria.objects.draft_from(ruling, by=maya, at=at)
    draft.rules.get(section="scored").edit(by=maya, **{**WEBINAR, "axis": "engagement", "window_days": 30})
    assert beyond_weights(ruling, draft) == ["Attended a webinar, each in 30 days"]


def test_the_document_says_that_nobody_objected(lighter, maya, client_of, theo, at, clock_shows):
    clock_shows(at)
    page = client_of(maya).get("/criteria/2/minor/").content.decode()
    assert "It changes weights alone." in page
    assert "20 MQLs over the past year, the version in force 20: ±0.0" in page
    client_of(maya).post("/criteria/2/minor/propose/")
    assert "A minor change: in force from" in client_of(theo).get("/agreements/").content.decode()
    clock_shows(FRIDAY)
    Criteria.objects.take_effect(at=FRIDAY)
    page = client_of(theo).get("/criteria/2/").content.decode()
    assert "It took effect without objection: a minor change, as version 2 of the agreement allows." in page
    assert "no objection" in page


def test_one_press_objects(lighter, maya, nora, client_of, at, clock_shows):
    clock_shows(at)
    change = minor.propose(lighter, by=maya, at=at)
    browser = client_of(nora)
    answer = browser.post(f"/agreements/{change.revision_id}/object/", {"next": "/agreements/"})
    assert answer.url == "/agreements/"
    assert "objected" in browser.get("/agreements/").content.decode()
    assert browser.post(f"/agreements/{change.revision_id}/object/").status_code == 409


def test_the_agreement_says_in_a_sentence_that_it_knows_minor_changes(agreement):
    assert any("changes weights alone" in sentence for sentence in agreement.sentences())
    assert "changes weights alone" not in Agreement.objects.get(revision__number=1).revision.text


def test_somebody_who_heads_nothing_proposes_no_minor_change(lighter, sam, at):
    with refused(NotAllowed):
        minor.propose(lighter, by=sam, at=at)
    assert (state(lighter), MinorChange.objects.count()) == ("draft", 0)
