"""Imports: upload a file, say what its columns mean, see what it would do, import it, undo it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access
from accounts.access import may
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import answer, toast
from common.sheets import csv_lines
from leads.forms.importing import MeaningForm, UploadForm
from leads.importing import refusals
from leads.importing.checking import attribute_types
from leads.importing.files import ENCODINGS
from leads.importing.mapping import Meaning
from leads.importing.reading import shape_kept
from leads.models import Import
from leads.models.importing import MAPPING, PREVIEW

SHOWN = 50
SHOWN_REFUSALS = 50


@require_GET
@may("read")
def imports(request: HttpRequest) -> HttpResponse:
    found = Import.objects.visible_to(request.user).select_related("by").order_by("-created_at")[:SHOWN]
    working = any(each.is_working for each in found)
    context = {"imports": found, "working": working, "now": db_clock.now()}
    return answer(request, "imports/imports.html", context, part="imports/_imports.html")


@require_http_methods(["GET", "POST"])
@may("import.run")
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if not form.is_valid():
        return render(request, "imports/upload.html", {"form": form}, status=422 if form.is_bound else 200)
    file = form.cleaned_data["file"]
    found = Import.objects.upload(file, name=file.name, by=request.user, at=db_clock.now())
    return redirect(found)


@require_GET
@may("read")
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    return answer(request, "imports/import.html", _context(request, found), part="imports/_import.html")


@require_POST
@may("import.run")
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is chosen so far, and show what follows from it: other statuses, an unclear date."""
    found = _found(request, pk)
    form = MeaningForm(found, request.POST)
    if form.is_valid():
        found.note(form.chosen().to_json(), by=request.user, at=db_clock.now())
        form = MeaningForm(found)
    return _mapping(request, found, form)


@require_POST
@may("import.run")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    form = MeaningForm(found, request.POST)
    if not form.is_valid():
        return _mapping(request, found, form, status=422)
    meaning = form.chosen()
    try:
        meaning.check()
    except Incomplete as refusal:
        form.add_error(None, str(refusal))
        return _mapping(request, found, form, status=422)
    found.choose(meaning.to_json(), by=request.user, at=db_clock.now())
    return redirect(found)


@require_POST
@may("import.run")
def read_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    sheet, encoding = request.POST.get("sheet", ""), request.POST.get("encoding", "")
    if encoding and encoding not in ENCODINGS:
        raise Incomplete("That encoding is not on the list.", "encoding")
    found.read_again(sheet=sheet, encoding=encoding, by=request.user, at=db_clock.now())
    return redirect(found)


@require_POST
@may("import.run")
def go_back(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    found.go_back(by=request.user, at=db_clock.now())
    return redirect(found)


@require_POST
@may("import.run")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    found.run(by=request.user, at=db_clock.now())
    return redirect(found)


@require_POST
@may("import.undo")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    found.undo(by=request.user, at=db_clock.now())
    return redirect(found)


@require_POST
@may("import.run")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    found.discard(by=request.user)
    toast(request, f"{found.name} is gone; nothing of it was imported.")
    return redirect("imports")


@require_GET
@may("read")
def refused_rows(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that were not imported, as they stood, each with its reason: mend them and import the file again."""
    found = _found(request, pk)
    name = f"{slugify(found.name.rpartition('.')[0]) or 'import'}-refused.csv"
    response = StreamingHttpResponse(csv_lines(refusals.refused_rows(found)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.user).select_related("by", "undone_by"), pk=pk)


def _mapping(request: HttpRequest, found: Import, form: MeaningForm, status: int = 200) -> HttpResponse:
    context = _context(request, found) | {"form": form}
    return answer(request, "imports/import.html", context, part="imports/_import.html", status=status)


def _context(request: HttpRequest, found: Import) -> dict[str, Any]:
    """What the page of an import shows; each state has a part of its own, `imports/_<state>.html`."""
    at = db_clock.now()
    context: dict[str, Any] = {"import": found, "now": at, "part": f"imports/_{found.state}.html"}
    context["can_undo"] = found.is_undoable(at=at) and access.allowed(request.user, "import.undo", found)
    if found.columns:
        context |= {"shape": shape_kept(found), "encodings": ENCODINGS}
    if found.state == MAPPING:
        context["form"] = MeaningForm(found)
    if found.state == PREVIEW:
        meaning = Meaning.from_json(found.meaning)
        context |= {"meaning": meaning, "own_fields": attribute_types(meaning)}
    if found.finished_at:
        context["refusals"] = found.refusals.order_by("line")[:SHOWN_REFUSALS]
        context["kept"] = found.leads.exclude(kept="").select_related("lead")[:SHOWN]
    return context


urls = [
    path("imports/", imports, name="imports"),
    path("imports/new/", upload, name="upload_import"),
    path("imports/<int:pk>/", one_import, name="import"),
    path("imports/<int:pk>/note/", note, name="note_import"),
    path("imports/<int:pk>/check/", check, name="check_import"),
    path("imports/<int:pk>/read-again/", read_again, name="read_import_again"),
    path("imports/<int:pk>/back/", go_back, name="back_to_columns"),
    path("imports/<int:pk>/run/", run, name="run_import"),
    path("imports/<int:pk>/undo/", undo, name="undo_import"),
    path("imports/<int:pk>/discard/", discard, name="discard_import"),
    path("imports/<int:pk>/refused.csv", refused_rows, name="refused_rows"),
]
