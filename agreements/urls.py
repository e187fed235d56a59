"""The addresses of this app; each module of views lists its own."""

from agreements.views import signing

urlpatterns = [*signing.urls]
