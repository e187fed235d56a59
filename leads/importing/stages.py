"""Statuses of other systems, told in our stages."""

from __future__ import annotations

import re

from leads.lifecycle import CUSTOMER, DISQUALIFIED, LEAD, LOST, MQL, OPPORTUNITY, RECYCLED, SAL, SQL, Stage

# Tried in this order; what none of them knows is a lead.
GUESSES: tuple[tuple[Stage, str], ...] = (
    (LEAD, r"^(not|un|never|yet to be|to be)[ -]?(contacted|touched|assigned|worked)|^(new|raw|fresh)\b"),
    (LEAD, r"^open\b(?! deal)"),
    (DISQUALIFIED, r"junk|spam|bogus|fake|invalid|duplicate|\bdead\b|bad(?! tim)|reject|do not|lost lead"),
    (DISQUALIFIED, r"disqual|unqual|not (qual|conv|a fit)"),
    (CUSTOMER, r"\bwon\b|customer|client|\bpaid\b|subscription|evangelist"),
    (LOST, r"\blost\b|^closed$|churn"),
    (RECYCLED, r"future|nurtur|recycl|hold|later|not now|postpon|timing|dormant|re-?engag|cold\b"),
    (RECYCLED, r"unable|no response|unrespons|unreach"),
    (OPPORTUNITY, r"opport|proposal|negotiat|quot|demo|contract|deal|decision|evaluat|pilot|trial|\bconverted$"),
    (MQL, r"pre-? ?qual|marketing.?qual|\bmql\b|engaged|\bwarm\b|\bhot\b|interested"),
    (SQL, r"\bsql\b|sales.?qual|\bqualified\b|meeting|appointment|discovery"),
    (SAL, r"\bsal\b|accept|working|contact|attempt|progress|connected|assigned|call|follow|outreach"),
)
_PATTERNS = [(stage, re.compile(pattern)) for stage, pattern in GUESSES]


def guess_stage(status: str) -> Stage:
    """The stage that a status most likely tells of: "Junk Lead" is disqualified, "Proposal Sent" an opportunity."""
    words = re.sub(r"[_\s]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", status)).strip().lower()
    return next((stage for stage, pattern in _PATTERNS if pattern.search(words)), LEAD)
