"""The addresses of this app; each module of views lists its own."""

from sla.views import (
    agreement,
    asking,
    backtest,
    breaches,
    breakdown,
    disputes,
    hours,
    ledgers,
    minor,
    reports,
    reviews,
    scorecard,
)

urlpatterns = [
    *scorecard.urls,
    *breakdown.urls,
    *disputes.urls,
    *reviews.urls,
    *agreement.urls,
    *backtest.urls,
    *asking.urls,
    *minor.urls,
    *breaches.urls,
    *hours.urls,
    *reports.urls,
    *ledgers.urls,
]
