"""Personas: the list, one version with its signatures, and the worksheet that leads both sides through a draft."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import allowed, may
from agreements import personas
from agreements.models import PART_OF, PARTS, Persona, PersonaVersion
from agreements.signing import changes, signing_context
from agreements.views.versions import propose_version
from agreements.worksheet import NewPersonaForm, PartForm
from common import clock as db_clock
from common.columns import columns_for
from common.errors import Refused
from common.htmx import toast


@require_GET
@may("read")
def all_personas(request: HttpRequest) -> HttpResponse:
    """Every persona with where it stands, and what became of the leads that fit it."""
    found = personas.where_they_stand(Persona.objects.visible_to(request.user).with_versions())
    labels, values = columns_for("personas", [each.persona.pk for each in found], request.user)
    rows = [(each, values[each.persona.pk]) for each in found]
    return render(request, "agreements/personas/personas.html", {"rows": rows, "labels": labels})


@require_http_methods(["GET", "POST"])
@may("persona.edit")
def new_persona(request: HttpRequest) -> HttpResponse:
    """Give it a name; the worksheet asks the rest."""
    form = NewPersonaForm(request.POST or None)
    if form.is_valid():
        try:
            draft = Persona.objects.draw_up(form.cleaned_data["name"], by=request.user, at=db_clock.now())
            return redirect("persona_worksheet", draft.persona_id, PARTS[0].key)
        except Refused as error:
            form.add_error("name", str(error))
    status = 422 if form.errors else 200
    return render(request, "agreements/personas/new.html", {"form": form}, status=status)


@require_GET
@may("read")
def persona(request: HttpRequest, pk: int) -> HttpResponse:
    """The version that counts, else the one on its way."""
    standing = _standing(request, pk)
    return _page(request, standing, standing.shown)


@require_GET
@may("read")
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    return _page(request, _standing(request, pk), _version(request, pk, number))


def _page(request: HttpRequest, standing: personas.Standing, shown: PersonaVersion) -> HttpResponse:
    before = _before(shown, standing.persona.found)
    context = {
        "persona": standing.persona,
        "version": shown,
        "standing": standing,
        "parts": personas.parts_of(shown),
        "versions": standing.persona.found,
        "before": before,
        "changes": changes(before.sentences(), shown.sentences()) if before else [],
        "editable": shown.revision.is_draft and allowed(request.user, "persona.edit"),
        "first": PARTS[0],
        **signing_context(shown.revision, request.user),
    }
    return render(request, "agreements/personas/persona.html", context)


def _before(shown: PersonaVersion, found: list[PersonaVersion]) -> PersonaVersion | None:
    """The version to compare with: the last one in force that is older."""
    return next(
        (each for each in found if each.revision.in_force_at and each.revision.number < shown.revision.number), None
    )


@require_http_methods(["GET", "POST"])
@may("persona.edit")
def worksheet(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """One part of the draft: its question, its side, and what stands there. Sent, it goes on to the next."""
    standing = _standing(request, pk)
    draft = standing.coming
    if part not in PART_OF or draft is None:
        return redirect("persona", pk)
    asked = PART_OF[part]
    form = PartForm(asked, request.POST if request.method == "POST" else None, version=draft)
    if form.is_valid():
        _version(request, pk, draft.revision.number).edit(part, by=request.user, at=db_clock.now(), **form.cleaned_data)
        return _go_on(request, draft, part)
    answered = {each.part.key: each for each in personas.parts_of(draft)}
    context = {
        "persona": standing.persona,
        "version": draft,
        "form": form,
        "parts": list(answered.values()),
        "asked": answered[part],
        "step": PARTS.index(asked) + 1,
        "back": _beside(part, -1),
        "on": _beside(part, 1),
    }
    status = 422 if form.errors else 200
    return render(request, "agreements/personas/worksheet.html", context, status=status)


def _go_on(request: HttpRequest, draft: PersonaVersion, part: str) -> HttpResponse:
    """To the next part; from the last one, and where no more is wanted now, to the draft as a whole."""
    beside = _beside(part, 1)
    if beside is None or "stay" in request.POST:
        toast(request, "Saved.")
        return redirect(draft)
    return redirect("persona_worksheet", draft.persona_id, beside)


def _beside(part: str, by: int) -> str | None:
    """The key of the part before or after, if there is one."""
    place = PARTS.index(PART_OF[part]) + by
    return PARTS[place].key if 0 <= place < len(PARTS) else None


@require_POST
@may("persona.edit")
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the next version from the one that counts."""
    draft = _persona(request, pk).revise(by=request.user, at=db_clock.now())
    toast(request, f"Version {draft.revision.number} is a draft; what was signed counts until both have signed it.")
    return redirect(draft)


@require_POST
@may("persona.propose")
def propose(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    return propose_version(request, _version(request, pk, number))


@require_POST
@may("persona.propose")
def withdraw(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    _version(request, pk, number).withdraw(by=request.user, at=db_clock.now())
    toast(request, f"Version {number} is withdrawn.")
    return redirect("persona", pk)


def _persona(request: HttpRequest, pk: int) -> Persona:
    return get_object_or_404(Persona.objects.visible_to(request.user), pk=pk)


def _standing(request: HttpRequest, pk: int) -> personas.Standing:
    found = get_object_or_404(Persona.objects.visible_to(request.user).with_versions(), pk=pk)
    return personas.where_they_stand([found])[0]


def _version(request: HttpRequest, pk: int, number: int) -> PersonaVersion:
    versions = PersonaVersion.objects.visible_to(request.user).newest_first()
    return get_object_or_404(versions, persona=pk, revision__number=number)


urls = [
    path("personas/", all_personas, name="personas"),
    path("personas/new/", new_persona, name="new_persona"),
    path("personas/<int:pk>/", persona, name="persona"),
    path("personas/<int:pk>/revise/", revise, name="revise_persona"),
    path("personas/<int:pk>/worksheet/<str:part>/", worksheet, name="persona_worksheet"),
    path("personas/<int:pk>/versions/<int:number>/", version, name="persona_version"),
    path("personas/<int:pk>/versions/<int:number>/propose/", propose, name="propose_persona"),
    path("personas/<int:pk>/versions/<int:number>/withdraw/", withdraw, name="withdraw_persona"),
]
