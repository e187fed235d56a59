"""The definition of an MQL: its versions, the editor of a draft, and what becomes of it."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import allowed, may
from accounts.models import User
from agreements.models import COMING, State
from agreements.signing import signing_context
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import answer, toast, wants_part
from leads import release
from leads.doubts import doubts
from leads.forms.criteria import ProposeForm, TermsForm
from leads.forms.rule import LISTS, list_of, rule_form
from leads.models import ChangeRequest, Criteria, Rescore, Rule
from leads.models.criteria import CriteriaQuerySet
from leads.wording import Wording, changes, summary, terms
from notifications.models import Comment

HEADINGS = {
    "must": ("Must", "all of these hold"),
    "never": ("Never", "any of these excludes"),
    "fast_track": ("At once", "any of these makes an MQL without points; a must still has to hold"),
    "fit": ("Who they are", "fit"),
    "engagement": ("What they did", "engagement"),
}


@require_GET
@may("read")
def versions(request: HttpRequest) -> HttpResponse:
    """Every version: the one that rules, what is coming, and what was."""
    found = list(_versions(request.user).select_related("revision__proposed_by").order_by("-revision__number"))
    ruling = next((each for each in found if each.revision.rules), None)
    context = {
        "ruling": ruling,
        "summary": summary(ruling) if ruling else "",
        "coming": [each for each in found if each.revision.state in COMING],
        "past": [each for each in found if each.revision.state not in COMING and not each.revision.rules],
        "may_edit": allowed(request.user, "criteria.edit"),
        "rescore": Rescore.objects.running(),
    }
    return render(request, "criteria/versions.html", context)


@require_GET
@may("read")
def progress(request: HttpRequest) -> HttpResponse:
    """How far scoring everybody has come; asked for again and again while it runs."""
    return answer(
        request, "criteria/progress.html", {"rescore": Rescore.objects.running()}, part="criteria/_progress.html"
    )


@require_GET
@may("read")
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version: to who may edit it a draft is an editor, everything else is the text that counts."""
    shown = version_of(request, number)
    editable = shown.revision.is_draft and allowed(request.user, "criteria.edit")
    page = "criteria/draft.html" if editable else "criteria/version.html"
    return answer(request, page, context_of(shown, request.user), part="criteria/_definition.html")


def context_of(shown: Criteria, user: User) -> dict[str, Any]:
    found = list(_versions(user).order_by("-revision__number"))
    before = _before(shown, found)
    said, odd, asked = shown.sentences(), odd_about(shown), _asked_beside(shown)
    return {
        "criteria": shown,
        "editable": shown.revision.is_draft and allowed(user, "criteria.edit"),
        "summary": summary(shown),
        "terms_said": terms(shown),
        "lists": _lists(shown, odd, asked),
        "asked_besides": asked.get(None, []),
        "may_ask": shown.revision.state == State.PROPOSED and allowed(user, "revision.discuss"),
        "odd_terms": odd.get(None, []),
        "versions": found,
        "before": before,
        "same_as": _same_as(shown, found, said),
        "changes": changes(before.sentences(), said) if before else [],
        "coming": next((each for each in found if each.revision.state in COMING), None),
        "rules_now": next((each for each in found if each.revision.rules), None),
        "may_edit": allowed(user, "criteria.edit"),
        "may_try": allowed(user, "criteria.try"),
        "terms_form": TermsForm(instance=shown),
        "propose": ProposeForm(),
        "rescore": Rescore.objects.running(),
        "backlog": release.backlog(shown, at=db_clock.now()) if shown.revision.rules else None,
        **signing_context(shown.revision, user),
    }


def _before(shown: Criteria, found: list[Criteria]) -> Criteria | None:
    """The version to compare with, with its rules: the one in force when this was written, else the one that rules."""
    ruled = [each for each in found if each.revision.in_force_at and each.revision.number < shown.revision.number]
    prefetch_related_objects(ruled[:1], Prefetch("rules", Rule.objects.with_names()))
    return ruled[0] if ruled else None


def _same_as(shown: Criteria, found: list[Criteria], said: list[str]) -> Criteria | None:
    """The version of the past that a coming one puts back in every sentence, if it does."""
    past = [each for each in found if each.revision.state == State.SUPERSEDED] if shown.revision.state in COMING else []
    return next((each for each in past if each.revision.text.splitlines()[1:] == said), None)


def odd_about(shown: Criteria) -> dict[int | None, list[str]]:
    """What is odd about each rule of a version that may still be changed, None standing for its points."""
    found: dict[int | None, list[str]] = {}
    for doubt in doubts(shown, at=db_clock.now()) if shown.revision.state in COMING else ():
        found.setdefault(doubt.rule and doubt.rule.pk, []).append(doubt.text)
    return found


def _asked_beside(shown: Criteria) -> dict[str | None, list[dict[str, Any]]]:
    """The changes asked for, each with its answers, by the line of their rule; None where it has gone or is none."""
    found = ChangeRequest.objects.beside(shown)
    answers = Comment.objects.on_all(found)
    lines = {rule.line for rule in shown.rules.all()}
    beside: dict[str | None, list[dict[str, Any]]] = {}
    for each in found:
        line = each.rule.line if each.rule and each.rule.line in lines else None
        beside.setdefault(line, []).append({"change": each, "answers": answers.get(each.pk, []), "astray": not line})
    return beside


def _lists(
    shown: Criteria, odd: dict[int | None, list[str]], asked: dict[str | None, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """The rules, list by list, with their words in parts, what is odd about each and what is asked of it."""
    wording = Wording.now()
    rows: dict[str, list[dict[str, Any]]] = {place: [] for place in LISTS}
    for rule in shown.rules.all():
        label, said = wording.parts(rule)
        row = {"rule": rule, "label": label, "said": said, "odd": odd.get(rule.pk, [])}
        row["asked"] = asked.get(rule.line, [])
        rows[list_of(rule)].append(row)
    return [
        {"place": place, "title": title, "hint": hint, "rows": rows[place]} for place, (title, hint) in HEADINGS.items()
    ]


# Drafting


@require_POST
@may("criteria.edit")
def new_draft(request: HttpRequest) -> HttpResponse:
    """Open the next version: from the one that rules, else from the definition to start from."""
    draft = Criteria.objects.draft_from(Criteria.objects.ruling(), by=request.user, at=db_clock.now())
    return redirect("criteria_version", draft.revision.number)


@require_POST
@may("criteria.edit")
def amend(request: HttpRequest, number: int) -> HttpResponse:
    """Open a draft from this version; one that waits for signatures is withdrawn by that."""
    draft = version_of(request, number).amend(by=request.user, at=db_clock.now())
    return redirect("criteria_version", draft.revision.number)


@require_http_methods(["GET", "POST"])
@may("criteria.edit")
def new_rule(request: HttpRequest, number: int, place: str) -> HttpResponse:
    """The form of a new rule; sent, it is added."""
    if place not in LISTS:
        raise Http404
    return _rule(request, version_of(request, number), place)


@require_http_methods(["GET", "POST"])
@may("criteria.edit")
def edit_rule(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """The form of a rule; sent, the rule is changed."""
    draft = version_of(request, number)
    rule = get_object_or_404(draft.rules.select_related("criteria"), pk=pk)
    return _rule(request, draft, list_of(rule), rule)


def _rule(request: HttpRequest, draft: Criteria, place: str, rule: Rule | None = None) -> HttpResponse:
    at = db_clock.now()
    if request.method == "GET" or "choose" in request.POST:
        form = rule_form(place, rule=rule, chosen=request.POST or request.GET, at=at)
        return _rule_page(request, draft, form)
    form = rule_form(place, request.POST, rule=rule, at=at)
    if form.is_valid() and _kept(form, draft, request.user):
        return changed(request, draft)
    response = _rule_page(request, draft, form, status=422)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"#rule-form-{form.key}", "outerHTML"
    return response


def _kept(form: Any, draft: Criteria, user: User) -> bool:
    """Whether the verb took the rule; what it misses is written on the form."""
    try:
        if form.rule:
            form.rule.edit(by=user, **form.given())
        else:
            draft.add_rule(by=user, **form.given())
    except Incomplete as error:
        form.add_error(form.place_of(error.field), str(error))
        return False
    return True


def _rule_page(request: HttpRequest, draft: Criteria, form: Any, status: int = 200) -> HttpResponse:
    context = {"criteria": draft, "form": form, "title": HEADINGS[form.place][0]}
    return answer(request, "criteria/rule.html", context, part="criteria/_rule_form.html", status=status)


def changed(request: HttpRequest, draft: Criteria, **more: Any) -> HttpResponse:
    """The definition as it is now; what counts on it is told to look again."""
    if not wants_part(request):
        return redirect("criteria_version", draft.revision.number)
    shown = version_of(request, draft.revision.number)
    response = render(request, "criteria/_changed.html", context_of(shown, request.user) | more)
    response.headers["HX-Trigger"] = "definition-changed"
    return response


# Signing


@require_POST
@may("criteria.propose")
def propose(request: HttpRequest, number: int) -> HttpResponse:
    draft, form = version_of(request, number), ProposeForm(request.POST)
    if not form.is_valid():
        context = context_of(draft, request.user) | {"propose": form}
        return render(request, "criteria/draft.html", context, status=422)
    asked = draft.propose(by=request.user, at=db_clock.now(), effective_at=form.effective_at(draft.zone))
    toast(request, "Both heads can sign it now.")
    return redirect("criteria_version", asked.revision.number)


@require_POST
@may("criteria.propose")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    version_of(request, number).withdraw(by=request.user, at=db_clock.now())
    toast(request, f"Version {number} is withdrawn.")
    return redirect("criteria")


@require_POST
@may("criteria.try")
def try_out(request: HttpRequest, number: int) -> HttpResponse:
    version_of(request, number).try_out(by=request.user, at=db_clock.now())
    toast(request, "The trial has begun: every lead is being scored.")
    return redirect("criteria_version", number)


def _versions(user: User) -> CriteriaQuerySet:
    return Criteria.objects.visible_to(user).select_related("revision")


def version_of(request: HttpRequest, number: int) -> Criteria:
    return get_object_or_404(_versions(request.user).with_rules(), revision__number=number)


urls = [
    path("criteria/", versions, name="criteria"),
    path("criteria/progress/", progress, name="rescore_progress"),
    path("criteria/draft/", new_draft, name="draft_criteria"),
    path("criteria/<int:number>/", version, name="criteria_version"),
    path("criteria/<int:number>/amend/", amend, name="amend_criteria"),
    path("criteria/<int:number>/rules/new/<str:place>/", new_rule, name="new_rule"),
    path("criteria/<int:number>/rules/<int:pk>/", edit_rule, name="edit_rule"),
    path("criteria/<int:number>/propose/", propose, name="propose_criteria"),
    path("criteria/<int:number>/withdraw/", withdraw, name="withdraw_criteria"),
    path("criteria/<int:number>/try/", try_out, name="try_criteria"),
]
