from sla.models.agreement import Agreement, Formula
from sla.models.asked import ClauseRequest
from sla.models.clock import Clock, Kind
from sla.models.commitment import Commitment
from sla.models.data_check import DataCheck
from sla.models.desk import Desk
from sla.models.dispute import Dispute
from sla.models.finding import Finding
from sla.models.retiming import Retiming
from sla.models.review import Opinion, Review, Sample
from sla.models.rung import Rung, Step

__all__ = [
    "Agreement",
    "ClauseRequest",
    "Clock",
    "Commitment",
    "DataCheck",
    "Desk",
    "Dispute",
    "Finding",
    "Formula",
    "Kind",
    "Opinion",
    "Retiming",
    "Review",
    "Rung",
    "Sample",
    "Step",
]
