"""A person's whole book: what is in it, and handing all of it on in one step that is shown before it is taken."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts.access import may
from accounts.models import User
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast
from common.templatetags.words import plural
from leads.forms.routing import HandOnForm
from leads.leaving import Book, book_of, hand_book_on
from leads.models import HandedOn

SHOWN = 20


@require_http_methods(["GET", "POST"])
@may("handoff.reassign")
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """What would go where is shown first; one press hands all of it on, or nothing."""
    leaver, at = get_object_or_404(User.objects.visible_to(request.user), pk=pk), db_clock.now()
    theirs = book_of(leaver, at=at)
    counts = theirs.counts()
    form = HandOnForm(request.POST or None, leaver=leaver, nurtures=bool(counts["nurtured"]))
    if request.method == "POST" and form.is_valid():
        try:
            handed = hand_book_on(leaver, **form.given(), by=request.user, at=at)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            toast(request, f"{plural(handed.count, 'thing')} of {leaver} went to {handed.to}.")
            return redirect("book", pk)
    context = {"leaver": leaver, "counts": counts, "form": form, "any": any(counts.values()), **_shown(theirs)}
    return render(request, "routing/book.html", context, status=422 if form.errors else 200)


def _shown(theirs: Book) -> dict[str, object]:
    """The first of each, by name, and what was handed on before."""
    return {
        "book": theirs,
        "first": {"handoffs": theirs.handoffs[:SHOWN], "deals": theirs.deals[:SHOWN], "leads": theirs.leads[:SHOWN]},
        "call_backs": theirs.call_backs.count(),
        "covers": theirs.covers,
        "before": HandedOn.objects.filter(leaver=theirs.owner).select_related("to", "by")[:SHOWN],
    }


urls = [path("routing/people/<int:pk>/book/", book, name="book")]
