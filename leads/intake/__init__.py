"""How people come in: one at a time from forms, the API and marketers, or by the thousand from files.

The key is the e-mail address, or (external source, external id). A known person's facts are
overwritten by newer non-empty values; owner and stage never are. Whoever is new gets the first
episode, the first move and the first snapshot of what is known, in the same transaction.
"""

from leads.intake.receiving import Received, receive, receive_many
from leads.intake.sourcing import source_lead
from leads.intake.touches import TouchesReceived, receive_touches, record_touches

__all__ = [
    "Received",
    "TouchesReceived",
    "receive",
    "receive_many",
    "receive_touches",
    "record_touches",
    "source_lead",
]
