"""Who is at the other end of a session."""

from django.contrib.auth.backends import ModelBackend

from accounts.models import User


class PasswordBackend(ModelBackend):
    """Signs people in by their password. Whoever is signed in comes with their team, whose side every page names."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session; None when the account is gone or was closed."""
        user = User.objects.select_related("team").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
