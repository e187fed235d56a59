"""Looking at every value of a column before anybody decides what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import islice, zip_longest
from typing import Any

from common.conditions import Type
from leads.importing.files import Line
from leads.importing.values import comma_evidence, date_evidence, is_moment, is_number
from leads.intake.addresses import EMAIL
from leads.intake.attributes import NO, YES

BATCH = 1000  # rows looked at together, column by column
KEPT_VALUES = 60  # so many different values are shown to be mapped one by one
COUNTED_VALUES = 5000
LOOKED_AT = 2000  # so many values tell whether a column holds addresses
YES_OR_NO = (YES | NO) - {"0", "1"}  # noughts and ones may be counts as well


@dataclass
class Column:
    """What a column holds, over all its rows. `values` are the different ones with their counts, unless too many."""

    header: str
    filled: int = 0
    distinct: int = 0
    samples: list[str] = field(default_factory=list)
    values: list[tuple[str, int]] = field(default_factory=list)
    type: str = Type.TEXT
    dates: dict[str, int] = field(default_factory=dict)
    decimal_comma: bool = False
    emails: float = 0.0

    @property
    def unclear_dates(self) -> bool:
        """Whether nothing in it tells 3 April from 4 March."""
        return bool(self.dates.get("unclear")) and not self.dates.get("day") and not self.dates.get("month")

    @property
    def is_key(self) -> bool:
        """Whether no value comes twice, so that it could tell people apart."""
        return self.distinct == self.filled or self.distinct > COUNTED_VALUES

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Column:
        return cls(**kept)


class _Filling:
    """A column that is being read. Each type stays possible until a value speaks against it."""

    TESTS = (
        (Type.BOOLEAN, lambda text: text.lower() in YES_OR_NO),
        (Type.NUMBER, is_number),
        (Type.DATE, lambda text: is_moment(text) or is_moment(text, day_first=False)),
    )

    def __init__(self, header: str) -> None:
        self.header = header
        self.filled = self.distinct = self.emails = self.commas = 0
        self.counts: Counter[str] = Counter()
        self.dates: Counter[str] = Counter()
        self.possible = list(self.TESTS)

    def add(self, texts: Counter[str]) -> None:
        """Take in the values of some rows, each with how often it comes among them."""
        for text, times in texts.items():
            if not text:
                continue
            self.filled += times
            if text in self.counts:
                self.counts[text] += times
            elif self.distinct < COUNTED_VALUES:
                self.distinct += 1
                self.counts[text] = times
                self._look(text, 1)
            else:
                self.distinct += times
                self._look(text, times)

    def _look(self, text: str, times: int) -> None:
        if self.distinct <= LOOKED_AT:
            self.emails += bool(EMAIL.fullmatch(text.lower()))
        if not self.possible:
            return
        self.possible = [(kind, test) for kind, test in self.possible if test(text)]
        kinds = {kind for kind, _ in self.possible}
        if Type.NUMBER in kinds:
            self.commas += times * comma_evidence(text)
        if Type.DATE in kinds and (evidence := date_evidence(text)):
            self.dates[evidence] += times

    def result(self) -> Column:
        return Column(
            header=self.header,
            filled=self.filled,
            distinct=self.distinct,
            samples=[text[:80] for text, _ in zip(self.counts, range(3), strict=False)],
            values=self.counts.most_common() if self.distinct <= KEPT_VALUES else [],
            type=self.possible[0][0] if self.filled and self.possible else Type.TEXT,
            dates=dict(self.dates),
            decimal_comma=self.commas > 0,
            emails=self.emails / min(self.distinct, LOOKED_AT) if self.distinct else 0.0,
        )


def profile(headers: list[str], lines: Iterable[Line]) -> tuple[int, list[Column]]:
    """How many rows there are, and what each column holds."""
    rows, columns, coming = 0, [_Filling(header) for header in headers], iter(lines)
    while batch := [line.cells for line in islice(coming, BATCH)]:
        rows += len(batch)
        for column, cells in zip(columns, zip_longest(*batch, fillvalue=""), strict=False):
            column.add(Counter(cells))
    return rows, [column.result() for column in columns]
