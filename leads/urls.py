"""The addresses of this app; each module of views lists its own."""

from leads.views import companies, criteria, handoffs, imports, leads, queue

urlpatterns = [*criteria.urls, *queue.urls, *handoffs.urls, *leads.urls, *companies.urls, *imports.urls]
