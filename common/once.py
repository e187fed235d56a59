"""What a page reckons once, though several of its parts ask for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_reckoned: ContextVar[dict[Any, Any] | None] = ContextVar("what this page has reckoned", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Meanwhile, what is marked `once` is reckoned once for the same arguments; nothing may be changed meanwhile.

    For a page that shows parts of the same count in many places; a part of such a page shares what
    that has reckoned. Also a decorator.
    """
    known = _reckoned.get()
    outside = _reckoned.set({} if known is None else known)
    try:
        yield
    finally:
        _reckoned.reset(outside)


def once(reckon: Callable[P, T]) -> Callable[P, T]:
    """Mark a reckoning that several parts of a page share; its arguments have to be hashable."""

    @wraps(reckon)
    def shared(*asked: P.args, **named: P.kwargs) -> T:
        known = _reckoned.get()
        if known is None:
            return reckon(*asked, **named)
        key = (reckon, asked, tuple(named.items()))
        if key not in known:
            known[key] = reckon(*asked, **named)
        return known[key]

    return shared
