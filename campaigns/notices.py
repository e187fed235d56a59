"""What this app tells people: content that is asked for, marketing's answers, and a campaign that starts."""

from campaigns.models import Campaign, ContentRequest, RequestEvent
from campaigns.models.brief import BRIEFED
from campaigns.models.request import ANSWERED, ASKED_FOR
from notifications import kinds
from notifications.kinds import Ids, Kind, Rendered


def _event(ids: Ids) -> RequestEvent:
    return RequestEvent.objects.select_related("request", "by").get(pk=ids["event"])


def _happened(ids: Ids) -> Rendered:
    event = _event(ids)
    asked: ContentRequest = event.request
    words = event.words or (asked.why if event.verb == "ask" else "")
    taken_back = " and took that back" if event.undone_at else ""
    return Rendered(f"{event}{taken_back}: {asked}", words, asked.get_absolute_url())


def _stands(ids: Ids) -> bool:
    return RequestEvent.objects.standing().filter(pk=ids["event"]).exists()


def _briefed(ids: Ids) -> Rendered:
    campaign = Campaign.objects.select_related("brief").get(pk=ids["campaign"])
    when = f", from {campaign.starts_on:%-d %B} on" if campaign.starts_on else ""
    return Rendered(f"A brief for you: {campaign}{when}", campaign.brief.what, campaign.get_absolute_url())


kinds.register(Kind(ASKED_FOR, "Content is asked for", render=_happened, still_relevant=_stands, bundled=True))
kinds.register(Kind(ANSWERED, "An answer to what you asked for", render=_happened, still_relevant=_stands))
kinds.register(Kind(BRIEFED, "A brief on a campaign", render=_briefed, bundled=True))
