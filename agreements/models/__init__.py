from agreements.models.asked import AskedChange, AskedChangeQuerySet
from agreements.models.credit import Credit, Sharing, Sourced
from agreements.models.focus import Focus, Segment
from agreements.models.minor import MinorChange
from agreements.models.persona import PART_OF, PARTS, Part, Persona, PersonaVersion
from agreements.models.responsibilities import Answer, Responsibilities, Who
from agreements.models.revision import (
    COMING,
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
from agreements.models.stage_map import StageMap
from agreements.models.typed import TypedDocument
from agreements.models.versions import Version, VersionQuerySet

__all__ = [
    "COMING",
    "FROZEN",
    "OPEN",
    "PARTS",
    "PART_OF",
    "RULING",
    "TRIAL",
    "Answer",
    "AskedChange",
    "AskedChangeQuerySet",
    "Credit",
    "Focus",
    "MinorChange",
    "Part",
    "Persona",
    "PersonaVersion",
    "Responsibilities",
    "Revision",
    "RevisionQuerySet",
    "Segment",
    "Sharing",
    "Signature",
    "Sourced",
    "StageMap",
    "State",
    "TypedDocument",
    "Version",
    "VersionQuerySet",
    "Who",
    "digest",
]
