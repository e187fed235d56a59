from django.urls import path

from meetings.views import actions, meeting, meetings

urlpatterns = [
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/set-up/", meetings.set_up_meetings, name="set_up_meetings"),
    path("meetings/change/", meetings.change_meetings, name="change_meetings"),
    path("meetings/agenda/", meetings.put_on_agenda, name="put_on_agenda"),
    path("meetings/agenda/<int:pk>/take-off/", meetings.take_off_agenda, name="take_off_agenda"),
    path("meetings/<int:pk>/", meeting.meeting, name="meeting"),
    path("meetings/<int:pk>/open/", meeting.open_meeting, name="open_meeting"),
    path("meetings/<int:pk>/close/", meeting.close_meeting, name="close_meeting"),
    path("meetings/<int:pk>/skip/", meeting.skip_meeting, name="skip_meeting"),
    path("meetings/<int:pk>/minutes/", meeting.save_minutes, name="save_minutes"),
    path("meetings/<int:pk>/decisions/add/", meeting.add_decision, name="add_decision"),
    path("meetings/<int:pk>/actions/add/", meeting.add_action, name="add_action"),
    path("actions/", actions.actions, name="actions"),
    path("actions/<int:pk>/", actions.action, name="action"),
    path("actions/<int:pk>/close/", actions.close_action, name="close_action"),
    path("actions/<int:pk>/reopen/", actions.reopen_action, name="reopen_action"),
]
