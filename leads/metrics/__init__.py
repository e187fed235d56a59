"""The figures of leads, in rooms by what they are about."""

from leads.metrics import content, conversion, cost, delivery, focus, funnel, money, quality, refusals, speed

__all__ = ["content", "conversion", "cost", "delivery", "focus", "funnel", "money", "quality", "refusals", "speed"]
