"""The addresses of this app; each module of views lists its own."""

from leads.views import companies, handoffs, leads, queue

urlpatterns = [*queue.urls, *handoffs.urls, *leads.urls, *companies.urls]
