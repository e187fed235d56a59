"""The pages on which the rules of routing are changed, without a script and by keyboard."""

import json

import pytest

from accounts.models import Team
from common.conditions import Condition
from leads.models import RoutingChange, RoutingRule
from tests.asked import queries_asked
from tests.builders import everything

GERMAN = {"field": "country", "operator": "is_any_of", "values": ["DE"]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


@pytest.fixture
def client(now, sam, nora, client_of):
    return client_of(nora)


@pytest.fixture
def north(calendar) -> Team:
    return Team.objects.create(name="North", side="sales", calendar=calendar)


@pytest.fixture
def rule(now, sam, nora, north) -> RoutingRule:
    german = Condition("country", "is_any_of", ("DE",))
    return RoutingRule.objects.add(conditions=[german], weights={north.pk: 1}, by=nora, at=now)


def words(response):
    return " ".join(response.text.replace("\N{NO-BREAK SPACE}", " ").split())


def sent(*conditions, **more):
    return {"conditions": json.dumps(conditions)} | more


def test_a_rule_is_put_together_step_by_step_and_nothing_is_kept_before_it_is_saved(client, sam, north):
    before = everything("leads")
    assert "Nothing is asked yet" in client.get("/routing/new/").text
    step = client.post("/routing/new/", sent(do="choose", field="employees", operator="at_least"))
    assert 'name="value"' in step.text
    step = client.post("/routing/new/", sent(do="add", field="employees", operator="at_least", value="1,000"))
    assert "Its people is at least 1,000" in step.text
    assert everything("leads") == before
    asked = json.loads(step.context["carried"])
    country = {"field": "country", "operator": "is_any_of", "others": "DE, AT", f"weight_{north.pk}": "1"}
    saved = client.post("/routing/new/", sent(*asked, **country))
    rule = RoutingRule.objects.get(is_last=False)
    assert saved.url == f"/routing/#rule-{rule.pk}"
    assert rule.whom_said == "Its people is at least 1,000 and its country is any of DE or AT"
    assert [(each.team, each.weight) for each in rule.shares.all()] == [(north, 1)]


def test_a_condition_is_taken_out_and_what_was_filled_in_of_who_gets_them_stays(client, rule, north):
    page = client.post(f"/routing/{rule.pk}/", sent(GERMAN, do="out-0", **{f"weight_{north.pk}": "7"}))
    assert "Nothing is asked yet" in page.text
    assert 'value="7"' in page.text
    assert RoutingRule.objects.get(pk=rule.pk).conditions == [GERMAN]


def test_what_is_missing_is_said_beside_the_field_and_nothing_changes(client, rule, north):
    before = everything("leads")
    for wrong, said in (
        (sent(), "add a condition"),
        (sent(GERMAN), "Say who gets them"),
        (sent(GERMAN, do="add"), "This field is required"),
        (sent(GERMAN, field="employees", operator="at_least", value="x", do="add"), "not a number"),
        (sent(GERMAN, **{f"weight_{north.pk}": "101"}), "less than or equal to 100"),
        ({"conditions": "{"}, "could not be read"),
        ({"conditions": '[{"field": 1}]'}, "could not be read"),
        ({"conditions": '[{"field": "country", "operator": "is", "values": [[1]]}]'}, "could not be read"),
        (sent({"field": "x", "operator": "is", "values": ["1"]}, **{f"weight_{north.pk}": "1"}), "Choose a field"),
    ):
        answer = client.post(f"/routing/{rule.pk}/", wrong)
        assert (answer.status_code, said in words(answer)) == (422, True), said
    assert everything("leads") == before


def test_the_last_row_has_no_conditions_to_fill_in(client, sam, north):
    last = RoutingRule.objects.last_row()
    page = client.get(f"/routing/{last.pk}/")
    assert "always stays" in page.text
    assert 'name="field"' not in page.text
    client.post(f"/routing/{last.pk}/", sent(**{f"weight_{north.pk}": "1", f"weight_{sam.team_id}": "2"}))
    assert RoutingRule.objects.last_row().where_said == "North (1 of 3) and Sales (2 of 3)"


def test_rules_move_and_go_by_plain_forms_and_come_back_by_undo(client, rule, north, nora, now):
    big = Condition("employees", "at_least", ("1000",))
    second = RoutingRule.objects.add(conditions=[big], weights={north.pk: 1}, by=nora, at=now)
    assert client.post(f"/routing/{second.pk}/move/", {"to": "up"}).url == f"/routing/#rule-{second.pk}"
    assert [each.pk for each in RoutingRule.objects.standing()][:2] == [second.pk, rule.pk]
    client.post(f"/routing/{rule.pk}/remove/")
    page = client.get("/routing/")
    change = RoutingChange.objects.latest("pk")
    assert f"/routing/trail/{change.pk}/take-back/" in page.text
    assert client.get(f"/routing/{rule.pk}/").status_code == 404
    client.post(f"/routing/trail/{change.pk}/take-back/")
    assert [each.pk for each in RoutingRule.objects.standing()][:2] == [second.pk, rule.pk]
    assert client.post(f"/routing/{RoutingRule.objects.last_row().pk}/remove/").status_code == 409


def test_the_trail_says_who_changed_what_from_what_to_what(client, rule, sam, nora, now):
    rule.change(conditions=[Condition("country", "is_any_of", ("DE",))], person=sam, by=nora, at=now)
    page = words(client.get("/routing/trail/"))
    assert "<del>Its country is DE: North</del>" in page
    assert "<ins>Its country is DE: Sam de Wit</ins>" in page
    assert "Nora Vos changed" in page


def test_everybody_reads_the_rules_and_the_head_of_sales_and_an_admin_change_them(
    rule, sam, maya, nora, ada, client_of
):
    for person, may in ((sam, False), (maya, False), (nora, True), (ada, True)):
        page = client_of(person).get("/routing/")
        assert "Its country is DE" in page.text
        assert (f"/routing/{rule.pk}/" in page.text) is may
        assert client_of(person).get("/routing/new/").status_code == (200 if may else 403)


def test_more_rules_ask_the_database_no_more(client, rule, north, nora, now):
    client.get("/routing/")
    with queries_asked() as few:
        client.get("/routing/")
    for _ in range(5):
        RoutingRule.objects.add(conditions=[Condition("city", "is_known")], weights={north.pk: 1}, by=nora, at=now)
    with queries_asked() as many:
        client.get("/routing/")
    assert len(many) == len(few)
