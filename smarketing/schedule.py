"""Every periodic task of the product, on one page.

A task only wakes the verb it is named after; what there is to do stands in rows, so a tick
that is lost costs one period and a tick that comes twice costs nothing. Times are UTC.
"""

EVERY_MINUTE = 60.0

SCHEDULE: dict[str, dict] = {}
