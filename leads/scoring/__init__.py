"""Scoring: one evaluator, and what keeps its results current and explained. Read `compiler.py` first."""

from leads.scoring.evaluator import Score, evaluate
from leads.scoring.ledger import Gap, entries, gap, ledger
from leads.scoring.marks import expire, mark, mark_query, score_due
from leads.scoring.moments import Now, Then

__all__ = ["Gap", "Now", "Score", "Then", "entries", "evaluate", "expire", "gap", "ledger", "mark", "mark_query", "score_due"]
