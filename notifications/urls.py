from django.urls import path

from notifications.views import channels, inbox, outbox, preferences, threads

urlpatterns = [
    path("notifications/", inbox.notifications, name="notifications"),
    path("notifications/read/", inbox.read_all, name="read_all_notices"),
    path("notifications/<int:pk>/open/", inbox.open_notice, name="open_notice"),
    path("account/notifications/", preferences.preferences, name="preferences"),
    path("comments/<int:content_type>/<int:pk>/", threads.post_comment, name="post_comment"),
    path("settings/deliveries/", outbox.dead_deliveries, name="dead_deliveries"),
    path("settings/deliveries/replay/", outbox.replay_all, name="replay_all"),
    path("settings/deliveries/<int:pk>/replay/", outbox.replay, name="replay"),
    path("settings/channels/", channels.channels, name="channels"),
    path("settings/channels/slack/", channels.add_slack, name="add_slack"),
    path("settings/channels/webhook/", channels.add_webhook, name="add_webhook"),
    path("settings/channels/<int:pk>/", channels.channel, name="channel"),
    path("settings/channels/<int:pk>/tell/", channels.tell_channel, name="tell_channel"),
    path("settings/channels/<int:pk>/try/", channels.try_channel, name="try_channel"),
    path("settings/channels/<int:pk>/secret/", channels.change_secret, name="change_secret"),
    path("settings/channels/<int:pk>/on/", channels.switch_channel_on, name="switch_channel_on"),
    path("settings/channels/<int:pk>/off/", channels.switch_channel_off, name="switch_channel_off"),
    path("settings/channels/<int:pk>/remove/", channels.remove_channel, name="remove_channel"),
    path("settings/mail/", outbox.kept_mail, name="kept_mail"),
    path("settings/mail/<int:pk>/", outbox.one_kept_mail, name="one_kept_mail"),
]
