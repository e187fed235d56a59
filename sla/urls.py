"""The addresses of this app; each module of views lists its own."""

from sla.views import agreement, backtest, breaches, hours, minor, reports, scorecard

urlpatterns = [
    *scorecard.urls,
    *agreement.urls,
    *backtest.urls,
    *minor.urls,
    *breaches.urls,
    *hours.urls,
    *reports.urls,
]
