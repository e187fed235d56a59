from leads.models.aside import Aside
from leads.models.assignment import Assignment
from leads.models.attempt import Attempt
from leads.models.attribute import Attribute, LeadVersion
from leads.models.backtest import Backtest, BacktestLead
from leads.models.beginning import Beginning, Conversion
from leads.models.change import ChangeRequest
from leads.models.company import Company
from leads.models.contribution import Contribution
from leads.models.correction import Correction
from leads.models.criteria import Criteria, Rule
from leads.models.episode import Episode, Transition
from leads.models.handed_on import HandedOn
from leads.models.handoff import Handoff
from leads.models.importing import Import, ImportedCompany, ImportedLead, RefusedRow
from leads.models.lead import Lead
from leads.models.link import ThroughLink
from leads.models.opportunity import DealContact, Opportunity
from leads.models.put_off import PutOff
from leads.models.rate import Rate
from leads.models.reading import FigureChange, KeptReading
from leads.models.returns import HandoffReturn, ReturnReason
from leads.models.routing import RoutingRule, RoutingShare
from leads.models.routing_change import RoutingChange
from leads.models.score import DueLead, LeadScore, Rescore, ShadowScore
from leads.models.shadow import ShadowLead, ShadowRun
from leads.models.study import Study, Suggestion, SuggestionLead
from leads.models.tally import Tally
from leads.models.thanks import Thanks
from leads.models.touch import Touch
from leads.models.worked import Worked

__all__ = [
    "Aside",
    "Assignment",
    "Attempt",
    "Attribute",
    "Backtest",
    "BacktestLead",
    "Beginning",
    "ChangeRequest",
    "Company",
    "Contribution",
    "Conversion",
    "Correction",
    "Criteria",
    "DealContact",
    "DueLead",
    "Episode",
    "FigureChange",
    "HandedOn",
    "Handoff",
    "HandoffReturn",
    "Import",
    "ImportedCompany",
    "ImportedLead",
    "KeptReading",
    "Lead",
    "LeadScore",
    "LeadVersion",
    "Opportunity",
    "PutOff",
    "Rate",
    "RefusedRow",
    "Rescore",
    "ReturnReason",
    "RoutingChange",
    "RoutingRule",
    "RoutingShare",
    "Rule",
    "ShadowLead",
    "ShadowRun",
    "ShadowScore",
    "Study",
    "Suggestion",
    "SuggestionLead",
    "Tally",
    "Thanks",
    "ThroughLink",
    "Touch",
    "Transition",
    "Worked",
]
