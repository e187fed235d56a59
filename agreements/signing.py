"""What a page shows of a version that is signed or waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from accounts.access import Side
from accounts.models import User
from agreements.documents import content_of
from agreements.models import MinorChange, Revision, Signature, State
from agreements.models.minor import heads
from common import clock as db_clock
from common.once import once


@dataclass(frozen=True)
class Line:
    """One side of a document: its signature, or who could give it."""

    side: Side
    signature: Signature | None
    heads: list[User]


def signing_context(revision: Revision, user: User) -> dict[str, Any]:
    """The context of `agreements/_signatures.html`."""
    given = {signature.side: signature for signature in revision.signatures.select_related("user", "instead_of")}
    missing = [side for side in Side if side not in given]
    proposed = revision.state == State.PROPOSED
    given_for = _given_for(missing, user) if proposed else []
    return {
        "revision": revision,
        "lines": [_line(side, given.get(side)) for side in Side],
        "may_sign": bool(given_for),
        **_minor(revision, user),
        "instead_of": next((head for head in given_for if head != user), None),
        "signs_for_both": proposed and all(user.signs_for(side) for side in Side) and len(missing) == len(Side),
    }


def _line(side: Side, signature: Signature | None) -> Line:
    return Line(side, signature, [] if signature else list(User.objects.heads_of(side)))


def _minor(revision: Revision, user: User) -> dict[str, Any]:
    """The minor change that a revision is, if it is one, and whether the reader may object to it now."""
    changes = MinorChange.objects if revision.sha256 else MinorChange.objects.none()
    minor = changes.filter(revision=revision).select_related("allowed_by", "objected_by").first()
    if minor is None:
        return {"minor": None, "may_object": False}
    minor.revision, at = revision, db_clock.now()
    return {"minor": minor, "may_object": minor.is_open and at < minor.until and heads(user, at=at)}


def changes(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """What came and what went between two versions, sentence by sentence: ("del", …) and ("ins", …)."""
    found: list[tuple[str, str]] = []
    for word, i, j, k, n in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if word != "equal":
            found += [("del", sentence) for sentence in before[i:j]] + [("ins", sentence) for sentence in after[k:n]]
    return found


def changed_by(revision: Revision) -> dict[str, Any]:
    """What a proposal would change, sentence by sentence: `before` is the version in force, None for a first one."""
    before = Revision.objects.of(revision.document).ruling().first()
    told = (content_of(each).sentences() for each in (before, revision)) if before else ()
    return {"before": before, "changes": changes(*told) if before else []}


def on_its_way(document: str) -> str:
    """The menu's word for the version of a document that is drafted or waits: "v2 draft", "v2 to sign"."""
    coming = [each for each in drafted_or_proposed() if each.document == document]
    return f"v{coming[-1].number} {_word(coming[-1])}" if coming else ""


def any_on_its_way(prefix: str) -> str:
    """The same of a family of documents, such as all personas: "to sign" if any is, else "draft"."""
    coming = [each for each in drafted_or_proposed() if each.document.startswith(prefix)]
    return _word(min(coming, key=lambda each: each.is_draft)) if coming else ""


def drafted_or_proposed() -> list[Revision]:
    """What is on its way, whatever document it is a version of."""
    return [each for each in _unsettled() if not each.is_trial]


def proposed() -> list[Revision]:
    """What waits for a signature, whoever's."""
    return [each for each in _unsettled() if each.state == State.PROPOSED]


def on_trial(document: str) -> Revision | None:
    """The version of a document by which things go for a while, signed by nobody yet."""
    return next((each for each in _unsettled() if each.document == document and each.is_trial), None)


@once
def _unsettled() -> list[Revision]:
    """What the frame of every page tells of: what is drafted, waits for signatures, or runs on trial."""
    return list(Revision.objects.filter(state__in=[State.DRAFT, State.PROPOSED, State.TRIAL]).order_by("number"))


def _word(revision: Revision) -> str:
    return "draft" if revision.is_draft else "to sign"


def _given_for(missing: list[Side], user: User) -> list[User]:
    """Whose signatures the reader can give now: their own, or those of heads who are away."""
    if own := [user for side in missing if user.signs_for(side)]:
        return own
    at = db_clock.now()
    return [head for side in missing if (head := user.signature_for(side, at=at))]
