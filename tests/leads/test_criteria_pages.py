"""The pages of the definition, as people use them."""

from decimal import Decimal

import pytest

from leads.models import Criteria, Rescore
from tests.builders import a_lead, a_touch


@pytest.fixture
def draft(maya, at):
    """The definition to start from, as a draft."""
    return Criteria.objects.draft_from(None, by=maya, at=at)


def test_the_first_page_teaches_and_begins_with_a_good_definition(client_of, maya):
    browser = client_of(maya)
    assert "Nobody has said yet what an MQL is" in browser.get("/criteria/").content.decode()
    answer = browser.post("/criteria/draft/", follow=True)
    assert answer.redirect_chain == [("/criteria/1/", 302)]
    page = answer.content.decode()
    assert "A lead is an MQL when it has a business e-mail and it reaches 50 points with at least 15 for fit." in page
    assert "VP, Vice President, Director, Head, Chief, CEO, Owner or Founder" in page


def test_a_rep_reads_the_draft_but_finds_no_way_to_change_it(client_of, sam, draft):
    browser = client_of(sam)
    page = browser.get("/criteria/1/").content.decode()
    assert "The definition" in page
    assert "/criteria/1/rules/" not in page
    assert browser.post("/criteria/1/rules/new/fit/", {"field": "title"}).status_code == 403


def test_a_rule_is_added_with_values_ticked_and_typed(client_of, maya, draft, at):
    a_lead(at=at, country="NL")
    browser = client_of(maya)
    form = browser.get("/criteria/1/rules/new/fit/?field=country&operator=is_any_of").content.decode()
    assert "NL (1)" in form
    sent = {"field": "country", "operator": "is_any_of", "chosen": ["NL"], "others": "Belgium, nl", "points": "12.5"}
    answer = browser.post("/criteria/1/rules/new/fit/", sent, headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger"] == "definition-changed"
    rule = draft.rules.get(field="country")
    assert (rule.values, rule.points, rule.axis, rule.position) == (["nl", "Belgium"], Decimal("12.5"), "fit", 6)


def test_a_field_of_another_type_asks_other_questions(client_of, maya, draft):
    form = client_of(maya).get("/criteria/1/rules/new/fit/?field=employees&operator=is_any_of").content.decode()
    assert "between" in form
    assert "starts with" not in form
    assert "No lead has a value here yet." in form


def test_a_yes_or_no_is_offered_with_the_leads_it_is_true_of(client_of, maya, draft, at):
    a_lead(at=at, email="ann@brix.test")
    a_lead(at=at, email="bob@brix.test")
    a_lead(at=at, email="cas@gmail.com")
    form = client_of(maya).get("/criteria/1/rules/new/must/?field=business_email&operator=is").content.decode()
    assert "yes (2)" in form
    assert "no (1)" in form


def test_a_rule_that_makes_no_sense_keeps_what_was_typed_and_says_why(client_of, maya, draft):
    sent = {"field": "employees", "operator": "between", "value": "many", "upto": "20", "points": "5"}
    answer = client_of(maya).post("/criteria/1/rules/new/fit/", sent)
    assert answer.status_code == 422
    assert "“many” is not a number." in answer.content.decode()
    assert 'value="20"' in answer.content.decode()
    assert draft.rules.filter(field="employees").count() == 2


def test_without_script_a_button_shows_what_a_question_needs(client_of, maya, draft):
    answer = client_of(maya).post("/criteria/1/rules/new/must/", {"choose": "1", "field": "created"})
    assert answer.status_code == 200
    assert "within the last" in answer.content.decode()
    assert draft.rules.filter(section="must").count() == 1


def test_a_rule_about_touches_is_changed_to_halve(client_of, maya, draft):
    rule = draft.rules.get(touch_kind="webinar_attended")
    browser = client_of(maya)
    assert "Attended a webinar (0)" in browser.get(f"/criteria/1/rules/{rule.pk}/").content.decode()
    sent = {"touch_kind": "webinar_attended", "points": "8", "lasts": "halves", "days": "21", "cap": ""}
    assert browser.post(f"/criteria/1/rules/{rule.pk}/", sent).status_code == 302
    rule.refresh_from_db()
    assert (rule.points, rule.window_days, rule.halves_days, rule.cap) == (8, None, 21, None)
    assert "Attended a webinar, halves every 21 days" in browser.get("/criteria/1/").content.decode().replace(
        '<span class="field">', ""
    )


def test_rules_change_places_and_go(client_of, maya, draft):
    browser = client_of(maya)
    first, second = draft.rules.filter(section="never")[:2]
    browser.post(f"/criteria/1/rules/{second.pk}/move/", {"to": "up"})
    assert list(draft.rules.filter(section="never"))[:2] == [second, first]
    browser.post(f"/criteria/1/rules/{first.pk}/remove/")
    assert not draft.rules.filter(pk=first.pk).exists()


def in_place(browser, path, sent=None):
    """Sent as the page sends it, which stays."""
    return browser.post(path, sent or {}, headers={"HX-Request": "true"})


def test_a_rule_taken_out_is_put_back_where_it_stood(client_of, maya, sam, draft):
    browser = client_of(maya)
    rules = draft.rules.filter(section="scored", axis="fit")
    before = list(rules.values_list("field", "operator", "values", "points"))
    third = rules[2]
    answer = in_place(browser, f"/criteria/1/rules/{third.pk}/remove/")
    assert "Removed: Title contains Student, Intern or Trainee." in answer.content.decode()
    assert rules.count() == 5
    assert client_of(sam).post(f"/criteria/1/rules/{third.pk}/put-back/").status_code == 403
    assert rules.count() == 5
    in_place(browser, f"/criteria/1/rules/{third.pk}/put-back/")
    assert list(rules.values_list("field", "operator", "values", "points")) == before
    assert in_place(browser, f"/criteria/1/rules/{third.pk}/put-back/").status_code == 404
    assert rules.count() == 6


def test_what_was_taken_out_of_a_draft_stays_out_once_it_is_proposed(client_of, maya, draft, at):
    browser = client_of(maya)
    rule = draft.rules.get(field="phone")
    browser.post(f"/criteria/1/rules/{rule.pk}/remove/")
    draft.propose(by=maya, at=at)
    assert browser.post(f"/criteria/1/rules/{rule.pk}/put-back/").status_code == 409
    assert not draft.rules.filter(field="phone").exists()


TERMS = {
    "threshold": "60", "min_fit": "20", "min_engagement": "", "hot_at": "90", "grade_a": "40", "grade_b": "30",
    "grade_c": "20", "zone": "Europe/Amsterdam", "checklist": "Who decides?", "one_step": "on",
}  # fmt: skip


def test_terms_are_kept_in_place_and_the_sentences_beside_them_follow(client_of, maya, draft):
    answer = in_place(client_of(maya), "/criteria/1/terms/", TERMS)
    assert (answer.headers["HX-Trigger"], answer.headers["HX-Reswap"]) == ("definition-changed", "none")
    assert "it reaches 60 points with at least 20 for fit" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.threshold, draft.one_step, draft.checklist) == (60, True, ["Who decides?"])


def test_terms_refused_in_place_keep_what_was_typed(client_of, maya, draft):
    answer = in_place(client_of(maya), "/criteria/1/terms/", TERMS | {"hot_at": "30"})
    assert answer.status_code == 422
    assert "A hot lead needs at least the points of an MQL." in answer.content.decode()
    assert 'value="30"' in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.threshold, draft.one_step) == (50, False)


def test_what_is_odd_is_said_beside_the_rule_while_it_is_edited(client_of, maya, draft):
    browser = client_of(maya)
    sent = {"field": "customer", "operator": "is", "answer": "yes", "points": "10"}
    answer = in_place(browser, "/criteria/1/rules/new/fit/", sent)
    said = "It can never count: whoever matches it is excluded, because its company is a customer."
    assert said in answer.content.decode()
    draft.rules.filter(section="fast_track").delete()
    answer = in_place(browser, "/criteria/1/terms/", TERMS | {"threshold": "999", "hot_at": ""})
    assert "No lead can reach 999 points: the rules add up to 164 at most." in answer.content.decode()


def test_the_count_says_of_each_rule_how_many_leads_match_it(client_of, maya, draft, at, clock_shows):
    clock_shows(at)
    a_lead(at=at, title="Director")
    a_lead(at=at, title="Cook")
    rule = draft.rules.get(values__contains=["Director"])
    part = client_of(maya).get("/criteria/1/count/", headers={"HX-Request": "true"}).content.decode()
    assert f'<div id="matches-{rule.pk}" hx-swap-oob="true"><small class="counted">1 lead now</small></div>' in part
    assert part.count("None of 2 leads matches it now.") == 12
    assert "Every one of" not in part


def test_terms_are_saved_or_refused_together(client_of, maya, draft):
    browser = client_of(maya)
    sent = {
        "threshold": "60", "min_fit": "20", "min_engagement": "", "hot_at": "90", "grade_a": "40", "grade_b": "30",
        "grade_c": "20", "zone": "Europe/Amsterdam", "checklist": "Who decides?\n\nWhen?",
    }  # fmt: skip
    assert browser.post("/criteria/1/terms/", sent).status_code == 302
    draft.refresh_from_db()
    said = (draft.threshold, draft.hot_at, draft.checklist, draft.one_step)
    assert said == (60, 90, ["Who decides?", "When?"], False)
    answer = browser.post("/criteria/1/terms/", sent | {"hot_at": "30", "threshold": "61"})
    assert answer.status_code == 422
    assert "A hot lead needs at least the points of an MQL." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.threshold == 60


def test_the_count_says_who_would_qualify_now(client_of, maya, draft, at, clock_shows):
    clock_shows(at)
    a_lead(at=at, first_name="Priya", last_name="Raman", touches=[a_touch("demo_request", at=at)])
    near = a_lead(at=at, first_name="Jonas", last_name="Berg", title="Director")
    part = client_of(maya).get("/criteria/1/count/").content.decode()
    assert "of 2 leads meets this definition now" in " ".join(part.split())
    assert near.get_absolute_url() in part


def test_both_heads_sign_in_the_browser_and_everybody_is_scored(client_of, maya, theo, nora, draft, at):
    assert client_of(maya).post("/criteria/1/propose/", {"starts_on": ""}).status_code == 302
    for head in (theo, nora):
        page = client_of(head).get("/agreements/").content.decode()
        assert "MQL criteria, version 1" in page
        assert "Sign for your side" in page
        client_of(head).post(f"/agreements/{draft.revision_id}/sign/", {"next": "/criteria/1/"})
    draft.revision.refresh_from_db()
    assert draft.revision.state == "in_force"
    assert Rescore.objects.get().criteria == draft
    page = client_of(maya).get("/criteria/1/").content.decode()
    assert draft.revision.sha256 in page
    assert "waiting for a worker" in page


def test_a_head_asks_for_a_change_and_the_other_side_reads_why(client_of, maya, nora, draft):
    client_of(maya).post("/criteria/1/propose/", {"starts_on": ""})
    browser = client_of(nora)
    refused = browser.post(f"/agreements/{draft.revision_id}/decline/", {"because": " "})
    assert refused.status_code == 422
    browser.post(f"/agreements/{draft.revision_id}/decline/", {"because": "Too small firms get through."})
    assert "Too small firms get through." in client_of(maya).get("/criteria/1/").content.decode()


def test_a_trial_is_said_on_every_page_until_it_ends(client_of, theo, sam, draft):
    client_of(theo).post("/criteria/1/try/")
    assert "on trial" in client_of(sam).get("/queue/").content.decode()
    client_of(theo).post("/criteria/1/withdraw/")
    assert "on trial" not in client_of(sam).get("/queue/").content.decode()


def test_the_editor_asks_the_same_few_questions_however_many_rules_there_are(
    client_of, maya, draft, django_assert_max_num_queries
):
    browser = client_of(maya)
    with django_assert_max_num_queries(34):
        browser.get("/criteria/1/")


def test_values_that_stay_keep_their_order(client_of, maya, draft, at):
    a_lead(at=at, title="Intern")
    rule = draft.rules.get(values__contains=["Student"])
    sent = {"field": "title", "operator": "contains", "chosen": ["Intern"], "others": "Pupil, Student", "points": "-20"}
    client_of(maya).post(f"/criteria/1/rules/{rule.pk}/", sent)
    rule.refresh_from_db()
    assert rule.values == ["Student", "Intern", "Pupil"]
