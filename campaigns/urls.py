"""The addresses of this app."""

from django.urls import path

from campaigns import views

urlpatterns = [
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/new/", views.new_campaign, name="new_campaign"),
    path("campaigns/<int:pk>/", views.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", views.edit_campaign, name="edit_campaign"),
    path("content/", views.content, name="content"),
    path("content/new/", views.new_content, name="new_content"),
    path("content/<int:pk>/", views.edit_content, name="edit_content"),
]
