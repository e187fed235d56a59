from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import account, hours, people, sign_in

urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-in/demo/<int:pk>/", sign_in.demo, name="demo_sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("password/forgot/", sign_in.forgot_password, name="forgot_password"),
    path("password/<uidb64>/<token>/", sign_in.SetPassword.as_view(), name="set_password"),
    path("account/", account.account, name="account"),
    path("account/deputy/", account.name_deputy, name="name_deputy"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/create/", account.create_token, name="create_token"),
    path("account/tokens/<int:pk>/revoke/", account.revoke_token, name="revoke_token"),
    path("settings/", people.settings, name="settings"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/invite/", people.invite_again, name="invite_again"),
    path("settings/people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("settings/people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("settings/teams/", people.teams, name="teams"),
    path("settings/teams/new/", people.new_team, name="new_team"),
    path("settings/teams/<int:pk>/", people.team, name="team"),
    path("settings/hours/", hours.calendars, name="calendars"),
    path("settings/absences/", hours.absences, name="absences"),
    path("settings/absences/enter/", hours.enter_absence, name="enter_absence"),
    path("settings/absences/today/", hours.away_today, name="away_today"),
    path("settings/absences/<int:pk>/end/", hours.end_absence, name="end_absence"),
]
