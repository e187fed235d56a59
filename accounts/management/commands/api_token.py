"""`api_token EMAIL`: make a token for a program that acts as a person, and print it once."""

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from accounts.models import ApiToken, Scope, User
from common import clock as db_clock
from common.errors import Refused


class Command(BaseCommand):
    help = "Make an API token for a person and print it. It is not kept: it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scopes", nargs="+", default=Scope.values, metavar="SCOPE", help=", ".join(Scope.values))
        parser.add_argument("--days", type=int, default=90, help="until it expires; at most 365")
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *, email: str, scopes: list[str], days: int, name: str, **options: object) -> None:
        user = User.objects.active().filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no active person with the address {email}.")
        # Both "leads:read,leads:write" and the words apart are understood.
        asked = [scope for word in scopes for scope in word.split(",") if scope]
        try:
            _, secret = ApiToken.objects.issue(
                user, name=name, scopes=asked, lifetime=timedelta(days=days), by=None, at=db_clock.now()
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(secret)
