"""The kinds of touches, and which of them are acts of the person."""

# The kinds that the product knows by name; an installation may record others.
KINDS = {
    "page_view": "Viewed a page",
    "pricing_page": "Viewed the pricing page",
    "form": "Filled in a form",
    "download": "Downloaded",
    "webinar_registered": "Registered for a webinar",
    "webinar_attended": "Attended a webinar",
    "event": "Visited us at an event",
    "ad_click": "Clicked an ad",
    "email_open": "Opened an e-mail",
    "email_click": "Clicked in an e-mail",
    "reply": "Replied",
    "chat": "Chatted with us",
    "trial": "Started a trial",
    "demo_request": "Asked for a demo",
    "price_request": "Asked for a price",
    "sent": "We sent an e-mail",
    "invited": "We invited them",
    "bounced": "Our e-mail bounced",
    "opted_out": "Opted out",
}
# What we did, or what failed, is recorded but is no act of the person.
NOT_ACTS = frozenset({"sent", "invited", "bounced", "opted_out"})
# What somebody takes up even where no content is named; the rest is only looking.
OFFERS = frozenset({
    "form", "download", "webinar_registered", "webinar_attended", "event", "trial", "demo_request", "price_request",
})  # fmt: skip


def kind_label(kind: str) -> str:
    """A kind in words."""
    return KINDS.get(kind) or kind.replace("_", " ").capitalize()
