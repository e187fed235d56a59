"""The addresses of this app."""

from django.urls import path

from agreements import views

urlpatterns = [
    path("agreements/", views.to_sign, name="to_sign"),
    path("agreements/<int:pk>/sign/", views.sign, name="sign_revision"),
    path("agreements/<int:pk>/decline/", views.decline, name="decline_revision"),
]
