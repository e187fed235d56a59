"""The addresses of this app; each module of views lists its own."""

from leads.views import (
    asking,
    backtest,
    companies,
    criteria,
    doubles,
    export,
    handoffs,
    imports,
    leads,
    queue,
    reasons,
    routing,
    sourcing,
    stale,
    studio,
    trend,
)

urlpatterns = [
    *criteria.urls,
    *asking.urls,
    *studio.urls,
    *backtest.urls,
    *trend.urls,
    *queue.urls,
    *handoffs.urls,
    *sourcing.urls,
    *export.urls,
    *leads.urls,
    *stale.urls,
    *doubles.urls,
    *companies.urls,
    *imports.urls,
    *routing.urls,
    *reasons.urls,
]
