from sla.models.agreement import Agreement, Formula
from sla.models.clock import Clock, Kind
from sla.models.commitment import Commitment
from sla.models.desk import Desk
from sla.models.retiming import Retiming

__all__ = ["Agreement", "Clock", "Commitment", "Desk", "Formula", "Kind", "Retiming"]
