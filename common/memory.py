"""Memory: how what makes many small objects is spared the search for circles among them."""

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


def search_seldom() -> None:
    """In a process that answers requests: search no more what is loaded by now, and what comes less often.

    A page makes tens of thousands of objects and hardly a circle; looking for some took a tenth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MANY // 2, *gc.get_threshold()[1:])
