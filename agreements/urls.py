"""The addresses of this app; each module of views lists its own."""

from agreements.views import focus, roles, signing

urlpatterns = [*signing.urls, *roles.urls, *focus.urls]
