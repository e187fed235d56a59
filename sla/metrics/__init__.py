"""The figures of the promises, in rooms by what they are about."""

from sla.metrics import index, promises, speed, trust

__all__ = ["index", "promises", "speed", "trust"]
