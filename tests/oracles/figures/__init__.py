"""Every figure of the catalogue once more, in plain Python from the rows of events: what it is compared with.

Written from the definitions alone, row by row and without a single question to the database beyond
reading whole tables. `ORACLE` has a calculation by key; each tells the value and the ids of the rows.
"""

from tests.oracles.figures import conversion, leads, meetings, money, promises, signs  # noqa: F401  each adds its own
from tests.oracles.figures.told import ORACLE, Told

__all__ = ["ORACLE", "Told"]
