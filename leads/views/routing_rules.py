"""The rules of routing: added, changed, moved and removed on their own page, in force from the next hand-off on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import may
from accounts.models import User
from common import clock as db_clock
from common.conditions import Condition
from common.errors import Incomplete
from common.htmx import answer, toast
from leads.forms.routing import GoesToForm, KeptForm, OneMoreForm, carried
from leads.models import RoutingChange, RoutingRule
from leads.models.routing import checked, conditions_of, said_of
from leads.routing_trail import steps

TRAIL = 100


@require_http_methods(["GET", "POST"])
@may("routing.edit")
def new_rule(request: HttpRequest) -> HttpResponse:
    """The form of a new rule; saved, it stands above the last row."""
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@may("routing.edit")
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a rule. Conditions are put together on the page; nothing holds before all of it is saved."""
    return _form(request, _found(request, pk))


def _form(request: HttpRequest, rule: RoutingRule | None) -> HttpResponse:
    if request.method == "GET":
        return _page(request, rule, conditions_of(rule.conditions) if rule else [], OneMoreForm(at=db_clock.now()))
    kept, do = KeptForm(request.POST), request.POST.get("do", "")
    if not kept.is_valid():
        return _page(request, rule, [], OneMoreForm(at=db_clock.now()), error=kept.errors["conditions"][0])
    conditions = kept.cleaned_data["conditions"]
    if do == "choose":
        return _page(request, rule, conditions, OneMoreForm(chosen=request.POST, at=db_clock.now()))
    if do.startswith("out-"):
        conditions = [each for n, each in enumerate(conditions) if f"out-{n}" != do]
        return _page(request, rule, conditions, OneMoreForm(at=db_clock.now()))
    return _added_or_saved(request, rule, conditions, saves=do != "add")


def _added_or_saved(
    request: HttpRequest, rule: RoutingRule | None, conditions: list[Condition], *, saves: bool
) -> HttpResponse:
    """What is filled in is one more condition, also where it was not added before the rule is saved."""
    more = OneMoreForm(request.POST, at=db_clock.now())
    goes_to = GoesToForm(request.POST, rule=rule)
    if (more.is_asked or not saves) and not _taken(more, conditions):
        return _page(request, rule, conditions, more, status=422)
    if saves and goes_to.is_valid():
        try:
            return _saved(request, rule, conditions, goes_to.given())
        except Incomplete as error:
            goes_to.add_error("person" if error.field == "person" else None, str(error))
    status = 422 if saves else 200
    return _page(request, rule, conditions, OneMoreForm(at=db_clock.now()), goes_to, status=status)


def _taken(more: OneMoreForm, conditions: list[Condition]) -> bool:
    """Whether the condition was added to the others; what it misses is written on the form."""
    if not more.is_valid():
        return False
    try:
        conditions += conditions_of(checked([more.condition]))
    except Incomplete as error:
        more.add_error(more.place_of(error.field), str(error))
        return False
    return True


def _saved(
    request: HttpRequest, rule: RoutingRule | None, conditions: list[Condition], goes_to: dict[str, Any]
) -> HttpResponse:
    terms = {"conditions": conditions, **goes_to, "by": request.user, "at": db_clock.now()}
    if rule:
        rule.change(**terms)
    else:
        rule = RoutingRule.objects.add(**terms)
    toast(request, "Saved: it holds for the hand-offs from now on.")
    return _back_to(rule)


def _page(
    request: HttpRequest,
    rule: RoutingRule | None,
    conditions: list[Condition],
    more: OneMoreForm,
    goes_to: GoesToForm | None = None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The form as it stands; what was filled in of who gets them is kept over every step."""
    if goes_to is None:
        goes_to = GoesToForm(rule=rule)
        goes_to.initial |= {name: request.POST[name] for name in goes_to.fields if name in request.POST}
    context = {
        "rule": rule,
        "said": [said_of([{"field": c.field, "operator": c.operator, "values": c.values}]) for c in conditions],
        "carried": carried(conditions),
        "more": more,
        "goes_to": goes_to,
        "error": error,
    }
    part = "routing/_rule_form.html"
    return answer(request, "routing/rule.html", context, part=part, status=422 if error else status)


@require_POST
@may("routing.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    found.move(up=request.POST.get("to") == "up", by=request.user, at=db_clock.now())
    return _back_to(found)


@require_POST
@may("routing.edit")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    said = found.whom_said
    change = found.remove(by=request.user, at=db_clock.now())
    toast(request, f"Removed: {said}.", undo=reverse("take_back_routing", args=[change.pk]))
    return redirect("routing")


@require_POST
@may("routing.edit")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the latest change of the rules."""
    change = get_object_or_404(RoutingChange.objects.visible_to(request.user).select_related("rule"), pk=pk)
    change.take_back(by=request.user, at=db_clock.now())
    toast(request, "Taken back.")
    return redirect("routing")


@require_GET
@may("read")
def trail(request: HttpRequest) -> HttpResponse:
    """Who changed the rules, when, from what to what."""
    latest = RoutingChange.objects.visible_to(request.user).latest_first()[:TRAIL]
    return render(request, "routing/trail.html", {"steps": steps(latest)})


def _found(request: HttpRequest, pk: int) -> RoutingRule:
    return get_object_or_404(_rules(request.user), pk=pk)


def _rules(user: User) -> Any:
    return RoutingRule.objects.visible_to(user).standing()


def _back_to(rule: RoutingRule) -> HttpResponse:
    """The list, at the place of the rule: who moves one by keyboard goes on from there."""
    return redirect(f"{reverse('routing')}#rule-{rule.pk}")


urls = [
    path("routing/new/", new_rule, name="new_routing_rule"),
    path("routing/<int:pk>/", rule, name="routing_rule"),
    path("routing/<int:pk>/move/", move, name="move_routing_rule"),
    path("routing/<int:pk>/remove/", remove, name="remove_routing_rule"),
    path("routing/trail/", trail, name="routing_trail"),
    path("routing/trail/<int:pk>/take-back/", take_back, name="take_back_routing"),
]
