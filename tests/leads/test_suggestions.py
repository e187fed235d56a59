"""Suggestions in the browser: read with the leads behind them, put in a draft by one click, taken back by another."""

from datetime import timedelta
from decimal import Decimal

import pytest

from agreements.models import Revision, State
from common.errors import NotAllowed, Refused
from leads.drawings import calibration, lift
from leads.learning import edits, studying
from leads.models import Criteria, Study, SuggestionLead
from tests.builders import a_lead, criteria_in_force, reason, refused
from tests.leads.learnt_company import a_company, students_return
from tests.leads.learnt_company import suggested as stored
from tests.leads.scored_people import DAY

PAGE = "/criteria/learning/"
STUDENTS = {"field": "title", "operator": "contains", "values": ["Student"]}


@pytest.fixture
def ruling(theo, nora, at):
    return criteria_in_force(theo=theo, nora=nora, at=at - 400 * DAY)


def suggested(criteria, *edits, at, leads=()):
    return stored(criteria, *((edit, f"Suggestion {n}") for n, edit in enumerate(edits)), at=at, leads=leads)


def never_students():
    return edits.Edit(edits.Kind.NEVER, {"section": "never", **STUDENTS})


def drafts():
    return list(Criteria.objects.filter(revision__state=State.DRAFT))


def test_the_first_one_opens_a_draft_of_the_version_in_force_and_the_next_joins_it(ruling, maya, at):
    students, points = suggested(
        ruling,
        never_students(),
        edits.Edit(edits.Kind.POINTS, {"section": "scored", "points": "15", **STUDENTS}),
        at=at,
    )
    draft = students.put_in_draft(by=maya, at=at)
    assert points.put_in_draft(by=maya, at=at) == draft
    assert drafts() == [draft]
    assert draft.rules.count() == ruling.rules.count() + 2
    says = " ".join(Criteria.objects.with_rules().get(pk=draft.pk).sentences())
    assert "Never when its company is a customer" in says
    assert "its title contains Student" in says
    assert draft.rules.get(section="scored", values=["Student"]).points == 15


def test_taking_it_back_leaves_the_draft_as_it_was(ruling, maya, at):
    own = ruling.rules.get(touch_kind="download")
    changes = [
        never_students(),
        edits.capped(own, Decimal(10)),
        edits.rescored(own, Decimal(5)),
        edits.asking(Decimal(70)),
        edits.scored(own, -5),
    ]
    draft = Criteria.objects.draft_from(ruling, by=maya, at=at)
    before = draft.sentences()
    for each in suggested(ruling, *changes, at=at):
        each.put_in_draft(by=maya, at=at)
        changed = Criteria.objects.with_rules().get(pk=draft.pk)
        assert changed.sentences() != before
        assert each.is_in_draft
        each.take_back(by=maya)
        assert Criteria.objects.with_rules().get(pk=draft.pk).sentences() == before
        assert not each.is_in_draft


def test_what_is_tried_is_what_the_draft_then_says(ruling, maya, at):
    """The copy that is judged without a trace, and the draft made by the verbs, read the same."""
    own = ruling.rules.get(touch_kind="download")
    changes = [never_students(), edits.capped(own, Decimal(10)), edits.asking(Decimal(70))]
    tried = list(ruling.rules.all())
    copy = ruling
    for change in changes:
        copy, tried = change.applied(copy, tried)
    for each in suggested(ruling, *changes, at=at):
        draft = each.put_in_draft(by=maya, at=at)
    draft = Criteria.objects.with_rules().get(pk=draft.pk)
    assert copy.threshold == draft.threshold == 70

    def asks(rules):
        return sorted(
            (r.section, r.field, r.touch_kind, f"{r.points or 0:.2f} {r.cap or 0:.2f}", str(r.values)) for r in rules
        )

    assert asks(tried) == asks(draft.rules.all())
    assert ruling.rules.get(touch_kind="download").cap == own.cap == 20


def test_it_is_put_in_a_draft_once_and_only_taken_out_of_one(ruling, maya, sam, at):
    [students] = suggested(ruling, never_students(), at=at)
    with refused(Refused, match="in no draft"):
        students.take_back(by=maya)
    with refused(NotAllowed):
        students.put_in_draft(by=sam, at=at)
    assert drafts() == []
    draft = students.put_in_draft(by=maya, at=at)
    with refused(Refused, match="It is in version 2 already"):
        students.put_in_draft(by=maya, at=at)
    draft.rules.get(section="never", field="title").remove(by=maya)
    with refused(Refused, match="no such rule any more"):
        students.take_back(by=maya)
    draft.withdraw(by=maya, at=at)
    assert students.put_in_draft(by=maya, at=at).revision.number == 3


def test_where_the_version_was_withdrawn_meanwhile_the_draft_is_of_the_one_it_was_found_beside(ruling, maya, at):
    [students] = suggested(ruling, never_students(), at=at)
    Revision.objects.filter(pk=ruling.revision_id).update(state=State.SUPERSEDED, ended_at=at)
    draft = students.put_in_draft(by=maya, at=at)
    assert draft.rules.count() == ruling.rules.count() + 1
    assert set(draft.rules.values_list("line")) >= set(ruling.rules.values_list("line"))


def test_a_later_study_knows_what_stands_in_the_draft(ruling, maya, at):
    [students] = suggested(ruling, never_students(), at=at)
    draft = students.put_in_draft(by=maya, at=at)
    [again] = suggested(ruling, never_students(), at=at + DAY)
    assert again.pk != students.pk
    assert (again.is_in_draft, again.draft) == (True, draft)
    again.take_back(by=maya)
    assert not draft.rules.filter(section="never", field="title").exists()


# In the browser


def test_a_marketer_has_past_decisions_looked_at_and_puts_what_is_suggested_in_a_draft(
    ruling, client_of, maya, sam, at, clock_shows
):
    clock_shows(at)
    a_company(students_return, by=sam, at=at)
    client = client_of(maya)
    assert "Nobody has looked yet" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}run/").url == PAGE
    part = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert "<h1" not in part
    studying.go_on(clock=lambda: at + timedelta(minutes=2))
    page = client.get(PAGE).content.decode()
    assert "every 2s" not in page
    assert "500" in page
    assert "How well leads are told apart" in page


def test_the_page_says_what_each_is_about_and_one_click_brings_it_into_the_studio(ruling, client_of, maya, at):
    [students] = suggested(ruling, never_students(), at=at)
    client = client_of(maya)
    page = client.get(PAGE).content.decode()
    assert f'action="{PAGE}{students.pk}/draft/"' in page
    answer = client.post(f"{PAGE}{students.pk}/draft/", follow=True)
    assert answer.redirect_chain[-1][0] == "/criteria/2/"
    assert f"{PAGE}{students.pk}/take-back/" in answer.content.decode()
    page = client.get(PAGE).content.decode()
    assert "Take it out" in page
    assert 'href="/criteria/2/backtest/"' in page
    client.post(f"{PAGE}{students.pk}/take-back/")
    assert not Criteria.objects.get(revision__number=2).rules.filter(field="title", section="never").exists()


def test_a_rep_reads_it_and_changes_nothing(ruling, client_of, sam, at):
    [students] = suggested(ruling, never_students(), at=at)
    client = client_of(sam)
    page = client.get(PAGE).content.decode()
    assert "Put it in a draft" not in page
    assert "Look again" not in page
    for verb in ("run/", f"{students.pk}/draft/", f"{students.pk}/take-back/"):
        assert client.post(PAGE + verb).status_code == 403
    assert (drafts(), Study.objects.unfinished().count()) == ([], 0)


def test_without_a_definition_in_force_there_is_nothing_to_compare_with(client_of, maya, db):
    client = client_of(maya)
    assert "First a definition has to be in force" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}run/").status_code == 409
    assert not Study.objects.exists()


def test_each_figure_opens_its_leads_page_by_page(ruling, client_of, nora, at, django_assert_max_num_queries):
    behind = [
        SuggestionLead(lead=a_lead(at=at - DAY), at=at - DAY, outcome=("returned", "good", "other")[n % 3],
                       won=n % 6 == 1, held_back=n % 2 == 0, met=True, effect="out" if n < 54 else "")
        for n in range(60)
    ]  # fmt: skip
    [students] = suggested(ruling, never_students(), at=at, leads=behind)
    client = client_of(nora)
    counted = {
        "met": 60, "met/?months=held": 30, "met/?months=earlier": 30, "returns-avoided": 18, "good-lost": 18,
        "good-lost/?months=held": 9, "wins-lost": 9, "others-spared": 18, "returns-let-in": 0,
    }  # fmt: skip
    for figure, count in counted.items():
        address = f"{PAGE}{students.pk}/figures/{figure}" + "/" * ("?" not in figure)
        seen, after = [], ""
        while after is not None:
            answer = client.get(address + f"{'&' if '?' in address else '?'}after={after}")
            seen += [row.lead_id for row, _ in answer.context["rows"]]
            after = answer.context["after"]
        assert (figure, len(seen), len(set(seen))) == (figure, count, count)
    with django_assert_max_num_queries(24):
        client.get(f"{PAGE}{students.pk}/figures/met/")
    assert client.get(f"{PAGE}{students.pk}/figures/nobody/").status_code == 404


def test_a_figure_names_why_sales_returned_each_lead(ruling, client_of, nora, sam, at):
    lead = a_company(students_return, by=sam, at=at, leads=1, seed=9)[0]
    row = SuggestionLead(lead=lead, at=at, outcome="returned", won=False, held_back=False, met=True, effect="out")
    lead.handoffs.get().returns.create(reason=reason("wrong_role"), by=sam, at=at, result="recycled")
    [students] = suggested(ruling, never_students(), at=at, leads=[row])
    page = client_of(nora).get(f"{PAGE}{students.pk}/figures/returns-avoided/").content.decode()
    assert f"returned: {lead.handoffs.get().returns.order_by('at').first().reason}" in page


def test_a_page_of_too_few_decisions_says_what_is_missing(ruling, client_of, nora, sam, at, clock_shows):
    clock_shows(at)
    a_company(students_return, by=sam, at=at, leads=90)
    Study.objects.start(ruling, by=None, at=at)
    studying.go_on(clock=lambda: at)
    page = client_of(nora).get(PAGE).content.decode()
    assert "There is too little to learn from yet" in page
    assert "<td>90</td><td>200</td>" in page
    assert "At the pace of the last weeks" in page


def test_the_charts_say_in_a_table_what_they_draw():
    bins = [[0.2, 2, 10], [0.6, 5, 10]]
    side = {"calibration": bins, "bands": [[20, 2, 10], [60, 5, 10]]}
    ordering = {"good": 7, "of": 20, "definition": side, "learnt": side | {"bands": [[0.1, 0, 10], [0.9, 7, 10]]}}
    expected = calibration(ordering)
    assert expected.rows[:2] == [("Definition", "20\N{NO-BREAK SPACE}%", "20\N{NO-BREAK SPACE}%", 10),
                                 ("Definition", "60\N{NO-BREAK SPACE}%", "50\N{NO-BREAK SPACE}%", 10)]  # fmt: skip
    x, y = expected.frame.x, expected.frame.y
    assert expected.paths["curve"] == f"M{x(0.2)},{y(0.2)} L{x(0.6)},{y(0.5)}"
    lifts = lift(ordering)
    assert [row[-1] for row in lifts.rows] == ["0.57", "1.43", "0.00", "2.00"]
    assert [(column.second, column.height > 0) for column in lifts.columns] == [
        (False, True), (False, True), (True, False), (True, True),
    ]  # fmt: skip
    assert lifts.line_y == lifts.frame.y(1)
    assert max(column.x + column.width for column in lifts.columns) <= lifts.frame.right


def test_a_card_says_how_many_it_is_about_and_how_sure_that_is(ruling, client_of, nora, at):
    suggested(ruling, never_students(), at=at)
    page = client_of(nora).get(PAGE).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Earlier: 100 leads met it: 30 returned, 40 SQLs (40 %), against 40 % of the others." in page
    assert "of 30: 92 % to 100 %" in page
    assert "Leads are ordered better: 0.50 before, 0.60 after." in page
    assert "January 2026 to March 2026 are held back" in page
    assert "What could be learnt orders leads no better than version 1" in page
    assert "−0.01 (−0.1 to 0.1)" in page
