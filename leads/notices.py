"""What people are told of leads: given to you, nobody's, to complete, completed, maybe a double, a customer's news."""

from django.urls import reverse

from accounts.models import User
from common import clock as db_clock
from leads.brief import brief, signed
from leads.kinds import kind_label
from leads.leaving import LEFT_BOOK, book_of
from leads.models import Aside, ChangeRequest, Handoff, HandoffReturn, Lead, Thanks
from leads.models.aside import SET_ASIDE
from leads.models.change import ANSWERED, ASKED
from leads.models.thanks import THANKED
from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered
from notifications.models import Comment

NAMED = [f"lead__{name}" for name in Lead.NAMED_BY]


def _still_theirs(ids: Ids) -> bool:
    return Handoff.objects.pending().filter(pk__in=ids["handoffs"], owner__isnull=False).exists()


def _all_handed_over(told: list[Ids]) -> list[Rendered]:
    """Several such notices. One query."""
    meant = {pk for ids in told for pk in ids["handoffs"]}
    pending = Handoff.objects.pending().filter(pk__in=meant).select_related("lead").order_by("-hot", "pk")
    pending = list(pending.only("hot", "why", "talking_points", *NAMED))
    return [_for_you([each for each in pending if each.pk in ids["handoffs"]]) for ids in told]


def _for_you(handoffs: list[Handoff]) -> Rendered:
    if len(handoffs) == 1:
        return brief(handoffs[0], f"A lead for you: {handoffs[0].lead}")
    return Rendered(
        f"{len(handoffs)} leads for you", ", ".join(str(one.lead) for one in handoffs[:5]), reverse("queue")
    )


def _still_unassigned(ids: Ids) -> bool:
    return Handoff.objects.unassigned().filter(pk__in=ids["handoffs"]).exists()


def _unassigned(ids: Ids) -> Rendered:
    count = Handoff.objects.unassigned().filter(pk__in=ids["handoffs"]).count()
    subject = "A lead belongs to nobody" if count == 1 else f"{count} leads belong to nobody"
    return Rendered(subject, "Nobody who could be given them is there. Give each to somebody.", reverse("routing"))


def _awaits_marketing(ids: Ids) -> bool:
    return HandoffReturn.objects.awaiting_marketing().filter(pk=ids["return"], handoff__closed_at__isnull=True).exists()


def _to_repair(ids: Ids) -> Rendered:
    returned = HandoffReturn.objects.select_related("handoff__lead", "reason", "by").get(pk=ids["return"])
    lead = returned.handoff.lead
    missing = returned.shown_by or returned.note
    return Rendered(
        f"Complete {lead}", f"{returned.by} returned it: {returned.reason}. {missing}".strip(), lead.get_absolute_url()
    )


def _double(ids: Ids) -> Rendered:
    returned = HandoffReturn.objects.select_related("handoff__lead", "by").get(pk=ids["return"])
    lead = returned.handoff.lead
    return Rendered(
        f"Merge {lead} with its double",
        f"{returned.by} says that it is recorded twice.",
        reverse("merge", args=[lead.pk]),
    )


def _waits_for_decision(ids: Ids) -> bool:
    return Handoff.objects.pending().filter(pk=ids["handoff"], repair_since__isnull=True).exists()


def _all_repaired(told: list[Ids]) -> list[Rendered]:
    """Several such notices. One query."""
    handoffs = Handoff.objects.select_related("lead").only(*NAMED).in_bulk([ids["handoff"] for ids in told])
    answered = "Marketing has answered your return; it is on top of your queue."
    return [Rendered(f"{handoffs[ids['handoff']].lead} is complete", answered, reverse("queue")) for ids in told]


def _customer_active(ids: Ids) -> Rendered:
    lead = Lead.objects.select_related("company").get(pk=ids["lead"])
    latest = lead.touches.filter(responded=True).order_by("-occurred_at").first()
    text = f"{kind_label(latest.kind)}. No hand-off follows: {lead.company} is your customer." if latest else ""
    return Rendered(f"{lead} of {lead.company} is looking around again", text, lead.get_absolute_url())


def _change_asked(ids: Ids) -> Rendered:
    asked = ChangeRequest.objects.select_related("by", "criteria__revision", "rule").get(pk=ids["change"])
    return Rendered(f"{asked.by} asks for a change of the {asked.criteria}", str(asked), asked.get_absolute_url())


def _change_answered(ids: Ids) -> Rendered:
    asked = ChangeRequest.objects.select_related("criteria__revision", "rule").get(pk=ids["change"])
    comment = Comment.objects.select_related("author").get(pk=ids["comment"])
    return Rendered(f"{comment.author} on “{asked.about}”", comment.text, asked.get_absolute_url())


def _aside(ids: Ids) -> Rendered:
    aside = Aside.objects.select_related("rep").get(pk=ids["aside"])
    lasts = aside.until_at is None
    text = f"{aside.because}. No new lead comes until one click says that they are back; what they own stays theirs."
    button = ("Back again", reverse("come_back", args=[aside.pk])) if lasts else None
    return Rendered(f"{aside.rep} is set aside from routing", text, reverse("routing"), button)


def _lasts(ids: Ids) -> bool:
    return Aside.objects.standing().filter(pk=ids["aside"]).exists()


def _still_theirs_who_left(ids: Ids) -> bool:
    return any(book_of(User(pk=ids["person"]), at=db_clock.now()).counts().values())


def _left_book(ids: Ids) -> Rendered:
    person = User.objects.get(pk=ids["person"])
    text = "Hand-offs, deals, leads or companies still carry that name. Hand all of it on to somebody."
    return Rendered(f"{person} has left with a book", text, reverse("book", args=[person.pk]))


def _thanked(ids: Ids) -> Rendered:
    thanks = Thanks.objects.select_related("by", "deal__company", "deal__lead").get(pk=ids["thanks"])
    won = thanks.deal.company or thanks.deal.lead
    return Rendered(f"{thanks.by} says thank you", f"For your part in winning {won}.", thanks.deal.get_absolute_url())


kinds.register(
    Kind(
        LEFT_BOOK,
        "Somebody left with a book",
        render=_left_book,
        still_relevant=_still_theirs_who_left,
        bundled=True,
    )
)
kinds.register(
    Kind(
        "leads.handed_over",
        "A lead for you",
        render=kinds.alone(_all_handed_over),
        still_relevant=_still_theirs,
        own_link=lambda ids, person, at: signed(ids["handoffs"], person, at),
        together=_all_handed_over,
    )
)
kinds.register(
    Kind(SET_ASIDE, "Somebody is set aside from routing", render=_aside, still_relevant=_lasts, optional=False)
)
kinds.register(
    Kind("leads.unassigned", "A lead belongs to nobody", render=_unassigned, still_relevant=_still_unassigned)
)
kinds.register(Kind("leads.repair", "A return to complete", render=_to_repair, still_relevant=_awaits_marketing))
kinds.register(Kind("leads.double", "A double to merge", render=_double, still_relevant=_awaits_marketing))
kinds.register(
    Kind(
        "leads.repaired",
        "Your return was completed",
        render=kinds.alone(_all_repaired),
        still_relevant=_waits_for_decision,
        together=_all_repaired,
    )
)
kinds.register(Kind("leads.customer_active", "Your customer is active", render=_customer_active))
kinds.register(Kind(ASKED, "A change of the criteria is asked for", render=_change_asked))
kinds.register(Kind(ANSWERED, "An answer about a change of the criteria", render=_change_answered, bundled=True))
kinds.register(Kind(THANKED, "Thanks for a deal", render=_thanked, bundled=True))
