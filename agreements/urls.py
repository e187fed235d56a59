"""The addresses of this app; each module of views lists its own."""

from agreements.views import focus, personas, roles, signing, stages

urlpatterns = [*signing.urls, *roles.urls, *focus.urls, *stages.urls, *personas.urls]
