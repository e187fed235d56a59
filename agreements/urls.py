"""The addresses of this app; each module of views lists its own."""

from agreements.views import credit, focus, personas, roles, signing, stages

urlpatterns = [*signing.urls, *roles.urls, *focus.urls, *stages.urls, *credit.urls, *personas.urls]
