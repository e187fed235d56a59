"""The editor of a draft: what is changed in place, taken out and put back, and counted while it is edited."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import answer, toast, wants_part
from leads import release
from leads.definition import reach
from leads.doubts import doubts_of_leads
from leads.forms.criteria import TermsForm
from leads.models import Criteria, Rule, Touch
from leads.release import Release
from leads.scoring.preview import Preview, preview
from leads.views.criteria import changed, context_of, version_of
from leads.wording import Wording

TAKEN_OUT = "rules_taken_out"  # in the reader's session, so that each undoes what was their own
MOST_TAKEN_OUT = 20


@require_POST
@may("criteria.edit")
def remove_rule(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a rule out; it can be put back as long as the version is a draft."""
    draft = version_of(request, number)
    rule = get_object_or_404(draft.rules.with_names().select_related("criteria"), pk=pk)
    said = Wording.now().rule(rule)
    kept = list(request.session.get(TAKEN_OUT, {}).items())[1 - MOST_TAKEN_OUT :]
    request.session[TAKEN_OUT] = dict(kept) | {str(pk): rule.remove(by=request.user)}
    if not wants_part(request):
        toast(request, f"Removed: {said}.", undo=reverse("put_rule_back", args=[number, pk]))
    return changed(request, draft, taken_out={"pk": pk, "said": said})


@require_POST
@may("criteria.edit")
def put_rule_back(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take back the removal of a rule, where it stood."""
    draft = version_of(request, number)
    rows = request.session.get(TAKEN_OUT, {})
    if str(pk) not in rows:
        raise Http404
    draft.put_back(rows[str(pk)], by=request.user)
    request.session[TAKEN_OUT] = {key: row for key, row in rows.items() if key != str(pk)}
    return changed(request, draft)


@require_POST
@may("criteria.edit")
def move_rule(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Change places with the rule above, or below."""
    draft = version_of(request, number)
    rule = get_object_or_404(draft.rules.select_related("criteria"), pk=pk)
    rule.move(up=request.POST.get("to") == "up", by=request.user)
    return changed(request, draft)


@require_POST
@may("criteria.edit")
def edit_terms(request: HttpRequest, number: int) -> HttpResponse:
    """Thresholds, grades, days, steps and the checklist: kept as soon as they are changed, or refused together."""
    draft = version_of(request, number)
    form = TermsForm(request.POST, instance=version_of(request, number))
    try:
        if form.is_valid():
            draft.edit(by=request.user, **form.terms())
            return _terms_kept(request, draft)
    except Incomplete as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    context = context_of(version_of(request, number), request.user) | {"terms_form": form}
    return answer(request, "criteria/draft.html", context, part="criteria/_terms.html", status=422)


def _terms_kept(request: HttpRequest, draft: Criteria) -> HttpResponse:
    """What the terms make different elsewhere. The form stays as it is while somebody types in it."""
    if not wants_part(request):
        toast(request, "Saved.")
        return redirect("criteria_version", draft.revision.number)
    shown = version_of(request, draft.revision.number)
    context = context_of(shown, request.user) | {"oob": True, "form_too": "mended" in request.POST}
    response = render(request, "criteria/_terms_kept.html", context)
    response.headers["HX-Reswap"], response.headers["HX-Trigger"] = "none", "definition-changed"
    return response


@require_GET
@may("read")
def count(request: HttpRequest, number: int) -> HttpResponse:
    """Who would be an MQL now, with this version, and how many leads match each of its rules."""
    shown, at = version_of(request, number), db_clock.now()
    found = preview(shown, at=at)
    context = {
        "criteria": shown,
        "preview": found,
        "release": found and Release(found.new, release.a_day()),
        "matches": _matches(shown, found, at) if found and _is_edited(shown, request) else [],
    }
    return answer(request, "criteria/count.html", context, part="criteria/_count.html")


def _is_edited(shown: Criteria, request: HttpRequest) -> bool:
    """Whether the reader has the editor open, whose rules show how many leads match each."""
    return shown.revision.is_draft and wants_part(request) and allowed(request.user, "criteria.edit")


def _matches(shown: Criteria, found: Preview, at: Any) -> list[dict[str, Any]]:
    """Of each rule how many leads match it, and what is odd about that."""
    rules: list[Rule] = list(shown.rules.all())
    widest = max((reach(rule) or 0 for rule in rules if not rule.field), default=0)
    since = Touch.objects.begun_within(widest, at=at) if widest else None
    odd: dict[int, list[str]] = {}
    for doubt in doubts_of_leads(shown, found.hits, found.leads, known_since=since, at=at):
        odd.setdefault(doubt.rule.pk, []).append(doubt.text)
    return [{"rule": rule, "leads": found.hits.get(rule.pk), "odd": odd.get(rule.pk, [])} for rule in rules]


urls = [
    path("criteria/<int:number>/terms/", edit_terms, name="edit_criteria"),
    path("criteria/<int:number>/count/", count, name="count_criteria"),
    path("criteria/<int:number>/rules/<int:pk>/remove/", remove_rule, name="remove_rule"),
    path("criteria/<int:number>/rules/<int:pk>/put-back/", put_rule_back, name="put_rule_back"),
    path("criteria/<int:number>/rules/<int:pk>/move/", move_rule, name="move_rule"),
]
