"""The document of this app that both sides sign."""

from django.urls import reverse

from agreements.documents import Document, register
from sla.models.agreement import DOCUMENT

register(
    Document(
        prefix=DOCUMENT,
        of=lambda revision: revision.agreement,
        url=lambda revision: reverse("agreement_version", args=[revision.number]),
    )
)
