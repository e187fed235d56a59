"""The figures of leads: MQLs by month under one definition, and by day under two."""

from collections.abc import Sequence

from accounts.access import Side
from common.charts import LETTER, Chart, Text, frame_for, plain
from leads.shadow_figures import Day
from leads.trend import Change, Month


def trend(months: Sequence[Month], changes: Sequence[Change], *, number: int) -> Chart:
    """Under one version throughout (the curve), as they counted then (the dashes), and where the definition changed."""
    fixed, counted = [each.qualified for each in months], [each.counted for each in months]
    words = f"v{number} throughout"
    frame, grid = frame_for([*fixed, *counted], len(months) - 1, plain, wide=False, room=len(words) * LETTER)
    last = len(months) - 1
    labels = [f"{each.period.start_on:%b %Y}" for each in months]
    marks = [Text(frame.x(each.place), 12, f"v{each.number}", "middle") for each in changes]
    return Chart(
        template="figures/_lines.html",
        title="MQLs by month",
        sentence=f"MQLs by month: {fixed[-1]} in {labels[-1]} under version {number}, {counted[-1]} as they counted.",
        side=Side.MARKETING,
        frame=frame,
        head=("Month", f"Under v{number} throughout", "As they counted then"),
        rows=list(zip(labels, fixed, counted, strict=True)),
        grid=grid,
        labels=[*frame.ends(labels), *marks, Text(frame.right + 6, frame.y(counted[-1]) + 4, "counted then")],
        paths={
            "agreed": " ".join(f"M{mark.x},18V{frame.base}" for mark in marks),
            "pace": frame.path(counted),
            "curve": frame.path(fixed),
        },
        end=Text(frame.right + 6, _apart(frame.y(fixed[-1]), frame.y(counted[-1])) + 4, words),
        dot=(frame.x(last), frame.y(fixed[-1])),
    )


def shadow(days: Sequence[Day], *, number: int, beside: int) -> Chart:
    """MQLs by day as the shadow would have made them (the curve) and as the version in force did (the dashes)."""
    met, made = [day.met for day in days], [day.made for day in days]
    words = f"v{beside} in fact"
    frame, grid = frame_for([*met, *made], len(days) - 1, plain, wide=True, room=len(words) * LETTER)
    labels = [f"{day.on:%-d %b}" for day in days]
    return Chart(
        template="figures/_lines.html",
        title="MQLs by day",
        sentence=f"MQLs by day: {sum(met)} under version {number} in shadow, {sum(made)} under version {beside}.",
        side=Side.MARKETING,
        frame=frame,
        head=("Day", f"v{number} in shadow", words),
        rows=list(zip(labels, met, made, strict=True)),
        grid=grid,
        labels=[*frame.ends(labels), Text(frame.right + 6, frame.y(made[-1]) + 4, words)],
        paths={"pace": frame.path(made), "curve": frame.path(met)},
        end=Text(frame.right + 6, _apart(frame.y(met[-1]), frame.y(made[-1])) + 4, f"v{number} shadow"),
        dot=(frame.x(len(days) - 1), frame.y(met[-1])),
    )


def _apart(y: float, other: float) -> float:
    """The height of a label that must not stand on another's."""
    if abs(y - other) >= 16:
        return y
    return other - 16 if y <= other else other + 16
