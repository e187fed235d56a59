"""The activities that lie between marketing and sales, and so are done twice or not at all unless somebody says whose
they are. Every team finds itself in most of them; the order is that of a lead's way.
"""

from typing import NamedTuple


class Activity(NamedTuple):
    """One thing somebody has to do: its key, the heading it stands under, and how people call it."""

    key: str
    group: str
    label: str


FIND, AGREE, HAND, WORK, LEARN = (
    "Finding and informing people",
    "Agreeing on what is good",
    "Handing over",
    "Working a lead",
    "Learning from it",
)

ACTIVITIES = (
    Activity("choose_segments", FIND, "Choose the markets and segments to go after"),
    Activity("name_accounts", FIND, "Draw up the list of named companies"),
    Activity("research_companies", FIND, "Research a company before anybody speaks with it"),
    Activity("cold_outreach", FIND, "Write to people who do not know us yet"),
    Activity("invite_to_events", FIND, "Invite people to webinars and events"),
    Activity("follow_up_webinar", FIND, "Follow up webinar attendees"),
    Activity("follow_up_fair", FIND, "Follow up visitors of a trade fair"),
    Activity("answer_enquiries", FIND, "Answer enquiries from the website and the chat"),
    Activity("define_mql", AGREE, "Define the MQL"),
    Activity("keep_personas", AGREE, "Keep the personas up to date"),
    Activity("set_sales_focus", AGREE, "Say what sales wants this quarter"),
    Activity("clean_data", AGREE, "Clean contact data"),
    Activity("write_talking_points", HAND, "Write the talking points"),
    Activity("write_sales_material", HAND, "Write the material that sales sends out"),
    Activity("route_leads", HAND, "Decide which rep gets a lead"),
    Activity("complete_data", HAND, "Complete what is missing on a lead"),
    Activity("first_call", WORK, "First call to an MQL"),
    Activity("book_meeting", WORK, "Book the first meeting"),
    Activity("ask_checklist", WORK, "Ask the questions that make an SQL"),
    Activity("keep_stages", WORK, "Keep stage, amount and next step up to date"),
    Activity("nurture_recycled", WORK, "Nurture recycled leads"),
    Activity("win_back", WORK, "Win back lost deals"),
    Activity("grow_customers", LEARN, "Find more business with customers"),
    Activity("customer_stories", LEARN, "Ask customers for a story or a recommendation"),
    Activity("report_returns", LEARN, "Look at returns and change the definition"),
)
KEYS = tuple(activity.key for activity in ACTIVITIES)
