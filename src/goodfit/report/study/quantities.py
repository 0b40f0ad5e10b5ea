"""The curves of a study as pictures: losses over capacity, rows or the learning rate."""

from __future__ import annotations

from goodfit.report.study.plots import Picture
from goodfit.report.study.points import Mark, Series, points
from goodfit.results import StudyCurve, StudyPoint, StudyResult

TITLES = {
    "capacity": "Would more or less capacity help",
    "data": "Would more data help",
    "learning-rate": "Which learning rate would do",
}


def pictures(study: StudyResult) -> tuple[tuple[str, Picture], ...]:
    """(heading, picture) of every curve whose points stand at numbers."""
    found = []
    for curve in study.curves:
        picture = _picture(curve)
        if picture is not None:
            heading = TITLES.get(curve.name, curve.name)
            found.append((f"{heading}: {curve.says}" if curve.says else heading, picture))
    return tuple(found)


def files(study: StudyResult) -> dict[str, Picture]:
    """Every such picture by the name of its file."""
    drawn = ((curve.name, _picture(curve)) for curve in study.curves)
    return {f"curve-{name}": picture for name, picture in drawn if picture is not None}


def _picture(curve: StudyCurve) -> Picture | None:
    at = [point for point in curve.points if point.at is not None and point.at > 0]
    if not at:
        return None
    train = tuple(
        Mark(x=point.at, y=point.train)
        for point in at
        if point.at is not None and point.train is not None
    )
    held = tuple(_mark(point) for point in at)
    series = [Series(name="training rows", role="train", marks=train)] if train else []
    series.append(Series(name="held-out rows", role="validation", marks=held))
    ahead = None if curve.forecast is None else _mark(curve.forecast)
    return points("honest loss", curve.along, series, forecast=ahead)


def _mark(point: StudyPoint) -> Mark:
    return Mark(x=point.at or 0.0, y=point.held, low=point.low, high=point.high)
