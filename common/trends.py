"""How a figure went, period by period, as a drawing: a line with a dot for each period and a gap where nothing was
measured. A dot is hollow where the figure may still change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from common.charts import LETTER, Chart, Frame, Say, Text, nice_ticks


@dataclass(frozen=True)
class Point:
    """One period: its label, its value as a plain number or None, as it is read, and whether it may still change."""

    label: str
    value: float | None
    words: str
    is_open: bool = False


def trend(points: Sequence[Point], *, title: str, side: str, say: Say, whole: bool = False) -> Chart:
    """The drawing of at least one point, the oldest first; `say` puts a number of the axis into words."""
    frame, grid = _frame([point.value for point in points if point.value is not None], len(points), say, whole)
    known = [(place, point) for place, point in enumerate(points) if point.value is not None]
    dots = [(frame.x(place), frame.y(point.value), point.is_open) for place, point in known]
    return Chart(
        template="figures/_trend.html",
        title=title,
        sentence=f"{title}: " + ", ".join(f"{point.label} {point.words}" for point in points) + ".",
        side=side,
        frame=frame,
        head=("Period", title),
        rows=[(point.label, point.words) for point in points],
        grid=grid,
        labels=frame.ends([point.label for point in points]),
        paths={"curve": _line(frame, points)},
        dots=dots,
        end=_end(frame, known),
    )


def _end(frame: Frame, known: list[tuple[int, Point]]) -> Text | None:
    """The last value's label, on the side of the line that is free: below where it fell."""
    if not known:
        return None
    place, last = known[-1]
    fell = len(known) > 1 and known[-2][1].value > last.value
    return frame.end_label(place, last.value, last.words, below=fell)


def _frame(values: list[float], count: int, say: Say, whole: bool) -> tuple[Frame, list[Text]]:
    """A frame that holds the values and nought, and the words of its grid."""
    low, high = min([*values, 0.0]), max([*values, 0.0])
    step = nice_ticks(max(high, -low), whole=whole)[1]
    ticks = [step * n for n in range(floor(low / step), max(ceil(high / step), 1) + 1)]
    left = round(max(len(say(tick)) for tick in ticks) * LETTER + 8, 1)
    frame = Frame(500, left, 484, 26, 170, count - 1, ticks[-1], ticks[0])
    return frame, frame.grid(ticks, say)


def _line(frame: Frame, points: Sequence[Point]) -> str:
    """A path through the points, that begins anew after each gap."""
    path, pen = [], "M"
    for place, point in enumerate(points):
        if point.value is not None:
            path.append(f"{pen}{frame.x(place)},{frame.y(point.value)}")
        pen = "M" if point.value is None else "L"
    return " ".join(path)
