"""The documents of this app that both sides sign."""

from django.urls import reverse

from agreements.documents import Document, register
from goals.models.versions import PREFIX

register(
    Document(
        prefix=PREFIX,
        of=lambda revision: revision.plan,
        url=lambda revision: reverse("plan", args=[revision.plan.pk]),
    )
)
