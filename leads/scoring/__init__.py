"""Scoring: one evaluator, and what explains its results. Read `compiler.py` first.

What keeps the scores current stands above it: `leads/draining.py` and `leads/rescoring.py`.
"""

from collections.abc import Iterable

from leads.models.lead import LeadQuerySet
from leads.models.score import DueLead
from leads.scoring.evaluator import Score, evaluate, hits, store
from leads.scoring.ledger import Gap, entries, entries_of, explain, gap, gap_of, ledger
from leads.scoring.moments import Every, Moments, Now, Then


def mark(lead_ids: Iterable[int], *, fresh: bool = True) -> None:
    """Mark leads as due, in the transaction that changed them, and nudge a worker once it commits.

    `fresh` says that it was their own behaviour, or new knowledge about them: whoever qualifies by
    it is handed over at once. Whoever qualifies otherwise waits to be released.
    """
    DueLead.objects.mark(lead_ids, fresh=fresh)


def mark_query(leads: LeadQuerySet, *, fresh: bool = True) -> None:
    """Mark all the leads of a queryset, in one statement."""
    DueLead.objects.mark_query(leads, fresh=fresh)


__all__ = [
    "Every",
    "Gap",
    "Moments",
    "Now",
    "Score",
    "Then",
    "entries",
    "entries_of",
    "evaluate",
    "explain",
    "gap",
    "gap_of",
    "hits",
    "ledger",
    "mark",
    "mark_query",
    "store",
]
