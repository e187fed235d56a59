"""`create_user EMAIL --role ROLE`: add a person; the first admin is made this way."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.access import Role
from accounts.letters import set_password_link
from accounts.models import Team, User


class Command(BaseCommand):
    help = "Add a person. Without --password-stdin it prints the link with which they set a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", action="append", required=True, choices=Role.values, help="may be given again")
        parser.add_argument("--name", default="")
        parser.add_argument("--team", help="the name of a team that is there already")
        parser.add_argument("--zone", default="", help="a time zone such as Europe/Amsterdam; else the team's")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *, email: str, role: list[str], name: str, zone: str, **options: Any) -> None:
        team = self._team(options["team"])
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else None
        zone = zone or (team.calendar.zone if team else "UTC")
        try:
            if password is not None:
                validate_password(password, User(email=email, name=name))
            user = User.objects.create_user(email, name=name, roles=role, team=team, zone=zone, password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{user.email} is here, as {' and '.join(user.role_names).lower()}.")
        if password is None:
            self.stdout.write(f"Set a password at {set_password_link(user)}")

    def _team(self, name: str | None) -> Team | None:
        if not name:
            return None
        team = Team.objects.filter(name=name).first()
        if team is None:
            known = ", ".join(Team.objects.values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no team called {name!r}. Teams: {known}.")
        return team
