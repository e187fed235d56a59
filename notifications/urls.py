from django.urls import path

from notifications.views import inbox, outbox, preferences, threads

urlpatterns = [
    path("notifications/", inbox.notifications, name="notifications"),
    path("notifications/read/", inbox.read_all, name="read_all_notices"),
    path("notifications/<int:pk>/open/", inbox.open_notice, name="open_notice"),
    path("account/notifications/", preferences.preferences, name="preferences"),
    path("comments/<int:content_type>/<int:pk>/", threads.post_comment, name="post_comment"),
    path("settings/deliveries/", outbox.dead_deliveries, name="dead_deliveries"),
    path("settings/deliveries/<int:pk>/replay/", outbox.replay, name="replay"),
    path("settings/mail/", outbox.kept_mail, name="kept_mail"),
    path("settings/mail/<int:pk>/", outbox.one_kept_mail, name="one_kept_mail"),
]
