"""Memory: how work that makes many small objects is spared the search for circles among them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 100_000  # objects made and still in use


@contextmanager
def seldom_searched() -> Iterator[None]:
    """Meanwhile, look for circles of objects only once so many more are in use, instead of every 700.

    A batch of rows makes very many objects and hardly a circle; looking for some took a third of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(MANY, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
