from agreements.models.revision import (
    FROZEN,
    OPEN,
    RULING,
    TRIAL,
    Revision,
    RevisionQuerySet,
    Signature,
    State,
    digest,
)
from agreements.models.typed import TypedDocument

__all__ = [
    "FROZEN",
    "OPEN",
    "RULING",
    "TRIAL",
    "Revision",
    "RevisionQuerySet",
    "Signature",
    "State",
    "TypedDocument",
    "digest",
]
