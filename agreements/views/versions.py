"""What the pages of the documents of this app have in common: a version, its signatures, what changed, its sisters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access import allowed
from accounts.models import User
from agreements.models import COMING, TypedDocument, Version
from agreements.signing import changes, signing_context
from common import clock as db_clock
from common.htmx import toast


def version_context(shown: Version, user: User) -> dict[str, Any]:
    """The context of `agreements/_beside.html` and of a page's head."""
    versions = list(type(shown).objects.visible_to(user).of(shown.revision.document))
    before = type(shown).objects.before(shown)
    coming = next((each for each in versions if each.revision.state in COMING), None)
    return {
        **signing_context(shown.revision, user),
        "document": shown,
        "before": before,
        "changes": changes(before.sentences(), shown.sentences()) if before else [],
        "versions": versions,
        "coming": coming if coming != shown else None,
        "may_edit": allowed(user, shown.EDIT),
    }


def propose_version(request: HttpRequest, draft: TypedDocument) -> HttpResponse:
    """Ask both sides to sign it, and stay on its page."""
    draft.propose(by=request.user, at=db_clock.now())
    toast(request, "Both heads can sign it now.")
    return redirect(draft)


def withdraw_version(request: HttpRequest, shown: TypedDocument, *, to: str) -> HttpResponse:
    """Take it back, and go to the page named."""
    shown.withdraw(by=request.user, at=db_clock.now())
    toast(request, f"{shown} is withdrawn.")
    return redirect(to)


def amend_version(request: HttpRequest, shown: Version) -> HttpResponse:
    """Start the next version from this one, and go there."""
    return redirect(shown.amend(by=request.user, at=db_clock.now()))
