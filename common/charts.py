"""The geometry of figures, as plain numbers: what stands where on the drawing. Templates only write it down.

A drawing is 500 by 200 units unless it is `wide` (900). All shares are of the drawing's frame.
The words of a chart (its name, its sentence, the table behind it) travel with it, so that it can
be heard and printed as well as seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import floor, log10
from typing import Any

LETTER = 8.5  # units a letter of an axis label may take, on a phone too

Say = Callable[[float], str]


@dataclass(frozen=True)
class Text:
    """A label: where it stands, which end of it stands there ("start", "middle", "end")."""

    x: float
    y: float
    words: str
    anchor: str = "start"


@dataclass(frozen=True)
class Frame:
    """The part of the drawing where the data stands; turns (place, value) into units."""

    width: int
    left: float
    right: float
    top: float
    base: float
    steps: int
    highest: float
    lowest: float = 0

    def x(self, place: float) -> float:
        return round(self.left + (self.right - self.left) * place / max(1, self.steps), 1)

    def y(self, value: float) -> float:
        return round(
            self.base - (self.base - self.top) * clamp((value - self.lowest) / (self.highest - self.lowest)), 1
        )

    def path(self, values: Sequence[float]) -> str:
        """An SVG path through the values, from place 0 on."""
        points = [f"{self.x(place)},{self.y(value)}" for place, value in enumerate(values)]
        return f"M{' L'.join(points)}" if points else ""

    def grid(self, ticks: Sequence[float], say: Say) -> list[Text]:
        return [Text(0, self.y(tick), say(tick)) for tick in ticks]

    def ends(self, labels: Sequence[str]) -> list[Text]:
        """The first and the last label of the axis, kept within the frame."""
        y = self.base + 20
        return [Text(self.left, y, labels[0]), Text(self.right, y, labels[-1], "end")] if labels else []

    def beside(self, x: float, y: float, words: str) -> Text:
        """A label to the right of x, or to its left where the frame ends too soon."""
        flips = x + 8 + len(words) * LETTER > self.right
        return Text(round(x - 8 if flips else x + 8, 1), round(y, 1), words, "end" if flips else "start")

    def end_label(self, place: float, value: float, words: str, *, below: bool = False) -> Text:
        """The label of a curve's last point, above it or below it as far as the frame allows."""
        y = self.y(value)
        low = below and y + 20 < self.base
        return self.beside(self.x(place), y + 18 if low else max(12, y - 10), words)


@dataclass(frozen=True)
class Column:
    """One column of a histogram; `second` is the paler of a pair."""

    x: float
    y: float
    width: float
    height: float
    late: bool
    words: str
    second: bool = False


@dataclass(frozen=True)
class Chart:
    """A figure ready to be drawn by `{% chart %}`: geometry, name, sentence and the table behind it."""

    template: str
    title: str
    sentence: str
    side: str
    frame: Frame
    head: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    grid: list[Text] = field(default_factory=list)
    labels: list[Text] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    end: Text | None = None
    dot: tuple[float, float] | None = None
    dots: list[tuple[float, float, bool]] = field(default_factory=list)  # hollow where what it shows may still change
    line_x: float | None = None
    line_y: float | None = None


@dataclass(frozen=True)
class Step:
    """One step of the funnel's chain: its name, its number as it is read, its rate, whose it is.

    `count` gives its height; None for an amount of money, which stands as low as the lowest.
    """

    name: str
    words: str
    rate: str
    side: str
    count: float | None = None


def nice_ticks(maximum: float, most: int = 4, *, whole: bool = False) -> list[float]:
    """Round steps from 0 to at least `maximum`, at most `most` of them above 0: [0, 50, 100, 150, 200].

    With `whole` no step is a part of one, as for what is counted.
    """
    if maximum <= 0:
        return [0, 1]
    power = 10.0 ** floor(log10(maximum / most))
    steps = (power * m for m in (1, 2, 2.5, 5, 10) if power * m * most >= maximum)
    step = next(step for step in steps if not whole or step == int(step))
    if step == int(step):
        step = int(step)
    ticks = [0]
    while ticks[-1] < maximum:
        ticks.append(step * len(ticks))
    return ticks


def clamp(share: float) -> float:
    """The share, kept within 0 and 1."""
    return min(1.0, max(0.0, share))


def plain(value: float) -> str:
    """A number as an axis says it."""
    return f"{value:,.1f}".removesuffix(".0")


def frame_for(
    values: Sequence[float], steps: int, say: Say, wide: bool, room: float = 0, *, whole: bool = False
) -> tuple[Frame, list[Text]]:
    """A frame that holds the values and the words of its own grid, with `room` left at its right."""
    ticks = nice_ticks(max([*values, 0]), whole=whole)
    width = 900 if wide else 500
    left = round(max(len(say(tick)) for tick in ticks) * LETTER + 8, 1)
    frame = Frame(width, left, width - 8 - room, 20, 170, steps, ticks[-1])
    return frame, frame.grid(ticks, say)


def pace_line(
    actual: Sequence[float],
    pace: Sequence[float],
    labels: Sequence[str],
    *,
    title: str,
    side: str,
    unit: str,
    say: Say = plain,
    wide: bool = False,
    ahead: tuple[float, float, float] | None = None,
) -> Chart:
    """What was delivered so far, cumulative, against the line of the promise.

    `pace` and `labels` have one value for each day of the period, `actual` one for each day
    so far; the period has at least one day. `ahead` is where it is heading at the end: low, likely, high.
    """
    target, band = say(pace[-1]), ahead if ahead and 0 < len(actual) < len(pace) else None
    frame, grid = frame_for([*actual, *pace, *(band or ())], len(pace) - 1, say, wide, room=len(target) * LETTER + 6)
    last = len(actual) - 1
    now = f"{say(actual[-1])} {unit} so far, {say(pace[last])} due by now" if actual else f"no {unit} yet"
    heading = f", heading for {say(band[1])} ({say(band[0])} to {say(band[2])})" if band else ""
    return Chart(
        template="figures/_lines.html",
        title=title,
        sentence=f"{title}: {now}{heading}, {target} promised by {labels[-1]}.",
        side=side,
        frame=frame,
        head=("Day", "So far", "Due", *(("Low", "Likely", "High") if band else ())),
        rows=_pace_rows(actual, pace, labels, band, say),
        grid=grid,
        labels=[*frame.ends(labels), Text(frame.right + 6, frame.y(pace[-1]) + 4, target)],
        paths={"pace": frame.path(pace), "curve": frame.path(actual)}
        | (_fan(frame, frame.x(last), frame.y(actual[-1]), *band) if band else {}),
        end=_pace_end(frame, actual, pace, say, fanned=band is not None) if actual else None,
        dot=(frame.x(last), frame.y(actual[-1])) if actual else None,
    )


def _pace_end(frame: Frame, actual: Sequence[float], pace: Sequence[float], say: Say, *, fanned: bool) -> Text:
    """The label of what there is: below the curve while it is behind, else above it, and left of a fan."""
    last, words = len(actual) - 1, say(actual[-1])
    label = frame.end_label(last, actual[-1], words, below=actual[-1] < pace[last])
    x = frame.x(last) - 8
    if fanned and label.y < frame.y(actual[-1]) and x - len(words) * LETTER > frame.left:
        return Text(x, label.y, words, "end")
    return label


def _pace_rows(
    actual: Sequence[float], pace: Sequence[float], labels: Sequence[str], band: Sequence[float] | None, say: Say
) -> list[tuple[str, ...]]:
    """Day by day what there is and what is due; on the last day also where it is heading."""
    so_far = [say(value) for value in actual] + [""] * (len(pace) - len(actual))
    ahead = [tuple("" for _ in band or ())] * (len(pace) - 1) + [tuple(say(value) for value in band or ())]
    return [(labels[i], so_far[i], say(pace[i]), *ahead[i]) for i in range(len(pace))]


def histogram(
    counts: Sequence[int],
    labels: Sequence[str],
    *,
    title: str,
    side: str,
    agreed: int | None = None,
    agreed_words: str = "",
    things: str = "leads",
    wide: bool = False,
) -> Chart:
    """How many took how long. The first `agreed` columns kept the promise, the ones after the line did not."""
    width = 900 if wide else 500
    frame = Frame(width, 8, width - 8, 34, 170, len(counts), max([*counts, 1]))
    kept = len(counts) if agreed is None else agreed
    line = None if agreed is None else frame.x(agreed)
    late = "" if agreed is None else f", {sum(counts[kept:])} of them after the agreed time"
    return Chart(
        template="figures/_columns.html",
        title=title,
        sentence=f"{title}: {sum(counts)} {things}{late}.",
        side=side,
        frame=frame,
        head=("", things.capitalize()),
        rows=list(zip(labels, counts, strict=True)),
        labels=frame.ends(labels) + ([] if line is None else [frame.beside(line, 28, agreed_words)]),
        columns=[_column(frame, i, count, labels[i], late=i >= kept) for i, count in enumerate(counts)],
        line_x=line,
    )


def _column(frame: Frame, place: int, count: int, label: str, *, late: bool) -> Column:
    slot, y = frame.x(1) - frame.left, frame.y(count)
    x, width = round(frame.x(place) + slot * 0.11, 1), round(slot * 0.78, 1)
    return Column(x, y, width, round(frame.base - y, 1), late, f"{label}: {count}")


def _fan(frame: Frame, x: float, y: float, low: float, likely: float, high: float) -> dict[str, str]:
    end = frame.right
    return {
        "fan": f"M{x},{y} L{end},{frame.y(high)} L{end},{frame.y(low)}Z",
        "ahead": f"M{x},{y} L{end},{frame.y(likely)}",
    }


def spark(values: Sequence[float], width: int = 84, height: int = 22) -> str:
    """The path of a line as small as a word, scaled between its own lowest and highest value."""
    if len(values) < 2:
        return ""
    low, spread = min(values), (max(values) - min(values)) or 1
    step = (width - 4) / (len(values) - 1)
    points = [f"{2 + i * step:.1f},{height - 3 - (v - low) / spread * (height - 6):.1f}" for i, v in enumerate(values)]
    return f"M{' L'.join(points)}"


def shares(fit: float, engagement: float, threshold: float) -> tuple[float, float, float]:
    """Where fit ends, how long engagement is and where the threshold stands, as shares of the gauge.

    A negative axis shortens the other: the whole is the total, never below 0.
    """
    total = max(0.0, fit + engagement)
    whole = max(100.0, total, threshold)
    first = min(max(0.0, fit), total)
    return first / whole, (total - first) / whole, clamp(threshold / whole)


def chain_heights(counts: Sequence[float | None], lowest: int = 20, highest: int = 100) -> list[int]:
    """How high each step of the chain stands: by its order of magnitude, so that 20 is seen beside 125,000."""
    sizes = [log10(max(1.0, count)) if count else None for count in counts]
    known = [size for size in sizes if size is not None] or [0.0]
    low, spread = min(known), (max(known) - min(known)) or 1
    return [lowest if size is None else round(lowest + (highest - lowest) * (size - low) / spread) for size in sizes]
