"""What the pages of the documents of this app have in common: a version, its signatures, what changed, its sisters."""

from __future__ import annotations

from typing import Any

from accounts.access import allowed
from accounts.models import User
from agreements.models import COMING, Version
from agreements.signing import changes, signing_context


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
