"""A signal about event rows that is sent once for many verbs, where somebody carries out many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.dispatch import Signal


class EventsSignal(Signal):
    """Sent with `events`, a list of rows just written; inside `as_one_batch()` it waits until the end of it."""

    def __init__(self) -> None:
        super().__init__()
        self._batch: ContextVar[list[Any] | None] = ContextVar("events that wait", default=None)

    def send(self, sender: Any, *, events: Iterable[Any]) -> list[tuple[Any, Any]]:
        batch = self._batch.get()
        if batch is None:
            return super().send(sender, events=events)
        batch.extend(events)
        return []

    @contextmanager
    def as_one_batch(self) -> Iterator[None]:
        """Carry out many verbs, in one transaction, and tell of them once; an error takes all of them back.

        Receivers that read the rows again see what became of them, not each step on the way.
        """
        waiting: list[Any] = []
        with transaction.atomic():
            token = self._batch.set(waiting)
            try:
                yield
            finally:
                self._batch.reset(token)
            if waiting:
                self.send(type(self), events=waiting)
