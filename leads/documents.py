"""The document of this app that both sides sign."""

from agreements.documents import Document, register
from leads.models.criteria import DOCUMENT

register(Document(DOCUMENT, "criteria"))
