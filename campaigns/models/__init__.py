from campaigns.models.brief import Brief
from campaigns.models.campaign import Campaign, CampaignQuerySet
from campaigns.models.content import BuyingStage, Content, ContentQuerySet
from campaigns.models.event import RequestEvent
from campaigns.models.request import ContentRequest
from campaigns.models.traffic import Traffic, Visits
from campaigns.steps import RequestState

__all__ = [
    "Brief",
    "BuyingStage",
    "Campaign",
    "CampaignQuerySet",
    "Content",
    "ContentQuerySet",
    "ContentRequest",
    "RequestEvent",
    "RequestState",
    "Traffic",
    "Visits",
]
