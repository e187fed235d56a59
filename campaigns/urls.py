"""The addresses of this app."""

from campaigns.views import campaigns, content, requests, traffic

urlpatterns = [*campaigns.urls, *content.urls, *requests.urls, *traffic.urls]
