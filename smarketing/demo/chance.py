"""Chance that comes out the same every time: one stream for each thing it decides about."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


class Chance(Random):
    """A stream of random numbers named after what it decides about, such as a seed and a person's address.

    Streams are independent: one more draw for one person changes nothing for anybody else.
    """

    def __new__(cls, *names: object) -> "Chance":
        return super().__new__(cls)

    def __init__(self, *names: object) -> None:
        super().__init__("/".join(map(str, names)))

    def yes(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def one_of(self, weights: Mapping[Thing, float]) -> Thing:
        """One of the keys, each as often as its weight says."""
        return self.choices(list(weights), list(weights.values()))[0]

    def around(self, median: float, spread: float = 0.5) -> float:
        """A positive number with this median; two of three lie within a factor of e to the `spread`."""
        return self.lognormvariate(0, spread) * median
