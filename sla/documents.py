"""The document of this app that both sides sign."""

from agreements.documents import Document, register
from sla.models.agreement import DOCUMENT

register(Document(DOCUMENT, "agreement"))
