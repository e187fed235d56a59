"""The documents of this app that both sides sign."""

from django.urls import reverse

from agreements.documents import Document, register
from leads.models.criteria import DOCUMENT

register(
    Document(
        prefix=DOCUMENT,
        of=lambda revision: revision.criteria,
        url=lambda revision: reverse("criteria_version", args=[revision.number]),
    )
)
