"""The figures of leads: MQLs by month under one definition, and by day under two; how well leads are told apart."""

from collections.abc import Sequence
from typing import Any

from accounts.access import Side
from common.charts import LETTER, Chart, Column, Frame, Text, frame_for, plain
from common.templatetags.words import percent
from leads.shadow_figures import Day
from leads.trend import Change, Month


def trend(months: Sequence[Month], changes: Sequence[Change], *, number: int) -> Chart:
    """Under one version throughout (the curve), as they counted then (the dashes), and where the definition changed."""
    fixed, counted = [each.qualified for each in months], [each.counted for each in months]
    words = f"v{number} throughout"
    room = len(words) * LETTER
    frame, grid = frame_for([*fixed, *counted], len(months) - 1, plain, wide=False, room=room, whole=True)
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
    frame, grid = frame_for([*met, *made], len(days) - 1, plain, wide=False, room=len(words) * LETTER, whole=True)
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


def calibration(ordering: dict[str, Any]) -> Chart:
    """How many of a hundred were expected to become SQLs, from left to right, and how many did, upwards."""
    frame, grid = frame_for([1.0], 1, percent, wide=False)
    definition, learnt = ordering["definition"]["calibration"], ordering["learnt"]["calibration"]
    return Chart(
        template="figures/_lines.html",
        title="Expected and come",
        sentence="Expected and come: of leads that were expected to become SQLs at a given rate, the rate that did, "
        "by the definition’s points and by the learnt comparison.",
        side=Side.MARKETING,
        frame=frame,
        head=("By", "Expected", "Came", "Leads"),
        rows=[
            (name, percent(expected), percent(good / of), of)
            for name, bins in (("Definition", definition), ("Learnt", learnt))
            for expected, good, of in bins
        ],
        grid=grid,
        labels=[
            Text(frame.left, frame.base + 20, "0 % expected"),
            Text(frame.right, frame.base + 20, "100 %", "end"),
            Text(frame.x(0.74), frame.y(0.82), "as expected", "end"),
        ],
        paths={
            "pace": frame.path([0, 1]),
            "ahead": _through(frame, learnt),
            "curve": _through(frame, definition),
        },
    )


def _through(frame: Frame, bins: list[list[float]]) -> str:
    return f"M{' L'.join(f'{frame.x(expected)},{frame.y(good / of)}' for expected, good, of in bins)}"


def lift(ordering: dict[str, Any]) -> Chart:
    """In fifths from the lowest scores to the highest, how many times as often as on average leads became SQLs."""
    sides = [ordering[name]["bands"] for name in ("definition", "learnt")]
    usual = ordering["good"] / ordering["of"]
    lifts = [[good / of / usual for _, good, of in bands] for bands in sides]
    frame, grid = frame_for([*lifts[0], *lifts[1], 1], max(map(len, lifts)), plain, wide=False)
    names = ("Definition", "Learnt")
    return Chart(
        template="figures/_pairs.html",
        title="Lift",
        sentence=f"Lift: from the lowest fifth of scores to the highest, {_listed(lifts[0])} by the definition and "
        f"{_listed(lifts[1])} by the learnt comparison; 1 is the average.",
        side=Side.MARKETING,
        frame=frame,
        head=("By", "Fifth", "SQLs", "Leads", "Lift"),
        rows=[
            (name, place, good, of, f"{good / of / usual:.2f}")
            for name, bands in zip(names, sides, strict=True)
            for place, (_, good, of) in enumerate(bands, start=1)
        ],
        grid=grid,
        labels=frame.ends(["lowest scores", "highest"]),
        columns=[
            _of_pair(frame, place, value, second=second, words=f"{names[second]}, fifth {place + 1}: {value:.2f}")
            for second, values in enumerate(lifts)
            for place, value in enumerate(values)
        ],
        line_y=frame.y(1),
    )


def _of_pair(frame: Frame, place: int, value: float, *, second: int, words: str) -> Column:
    slot, y = frame.x(1) - frame.left, frame.y(value)
    x = round(frame.x(place) + slot * (0.12 + 0.39 * second), 1)
    return Column(x, y, round(slot * 0.36, 1), round(frame.base - y, 1), late=False, words=words, second=bool(second))


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
