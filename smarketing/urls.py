"""Every address of the product."""

from django.urls import include, path

from smarketing import health
from smarketing.api_docs import api_docs
from smarketing.home import home

urlpatterns = [
    path("", home, name="home"),
    path("api/v1/docs/", api_docs, name="api_docs"),
    path("api/v1/", include("smarketing.api")),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("goals.urls")),
    path("", include("meetings.urls")),
    path("", include("campaigns.urls")),
    path("", include("agreements.urls")),
    path("", include("leads.urls")),
    path("", include("sla.urls")),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
