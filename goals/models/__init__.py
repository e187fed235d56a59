from goals.models.plan import Plan
from goals.models.target import Target

__all__ = ["Plan", "Target"]
