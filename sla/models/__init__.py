from sla.models.agreement import Agreement, Formula
from sla.models.clock import Clock, Kind
from sla.models.commitment import Commitment
from sla.models.data_check import DataCheck
from sla.models.desk import Desk
from sla.models.retiming import Retiming

__all__ = ["Agreement", "Clock", "Commitment", "DataCheck", "Desk", "Formula", "Kind", "Retiming"]
