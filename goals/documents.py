"""The documents of this app that both sides sign."""

from agreements.documents import Document, register
from goals.models.versions import PREFIX

register(Document(PREFIX, "plan"))
