"""What this app tells people: a minor change to look at, an objection to it, a change that nobody objected to."""

from agreements.documents import named
from agreements.models import MinorChange, Revision
from agreements.telling import MINOR_IN_FORCE, MINOR_OBJECTED, MINOR_PROPOSED
from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered


def _change(ids: Ids) -> MinorChange:
    return MinorChange.objects.select_related("revision__proposed_by", "objected_by").get(revision=ids["revision"])


def _proposed(ids: Ids) -> Rendered:
    change = _change(ids)
    found, until = named(change.revision), f"{change.until:%A %-d %B, %H:%M} UTC"
    said = f"{change.revision.proposed_by} proposes a minor change. It takes effect on {until} unless a head objects."
    return Rendered(f"{found.name}: a minor change", said, f"{found.url}#sign")


def _is_open(ids: Ids) -> bool:
    return _change(ids).is_open


def _objected(ids: Ids) -> Rendered:
    change = _change(ids)
    found = named(change.revision)
    return Rendered(
        f"{found.name} needs both signatures", f"{change.objected_by} objects to it as a minor change.", found.url
    )


def _in_force(ids: Ids) -> Rendered:
    found = named(Revision.objects.get(pk=ids["revision"]))
    return Rendered(f"{found.name} is in force", "Nobody objected to the minor change.", found.url)


kinds.register(Kind(MINOR_PROPOSED, "A minor change to look at", render=_proposed, still_relevant=_is_open))
kinds.register(Kind(MINOR_OBJECTED, "An objection to your minor change", render=_objected))
kinds.register(Kind(MINOR_IN_FORCE, "A minor change is in force", render=_in_force))
