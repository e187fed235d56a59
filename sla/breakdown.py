"""Which figures the scorecard shows when it is broken down: what was delivered and how good it was, and whatever else
both sides promised that leads to a lead.
"""

from common import metrics
from common.metrics import Metric
from leads.breakdown import DIMENSIONS
from sla.clauses import CLAUSES
from sla.models import Agreement

ALWAYS = ("mqls_delivered", "acceptance_rate", "quality_returns")


def figures_of(agreement: Agreement) -> list[Metric]:
    """In the order in which promises are made."""
    promised = {each.metric for each in agreement.commitments.all()}
    shown = dict.fromkeys([*ALWAYS, *(key for key in CLAUSES if key in promised)])
    return [figure for figure in map(metrics.metric, shown) if DIMENSIONS["source"].suits(figure)]
