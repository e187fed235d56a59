"""The figures of the promises, in rooms by what they are about."""

from sla.metrics import index, promises, trust

__all__ = ["index", "promises", "trust"]
