"""The addresses of this app."""

from campaigns.views import campaigns, content, requests

urlpatterns = [*campaigns.urls, *content.urls, *requests.urls]
