"""Forecasts of learning curves: on curves whose end is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from goodfit.checks.generalization.power_law import forecast

SIZES = (250, 500, 1000, 2000)


def curve(
    level: float, slope: float, exponent: float, *, noise: float = 0.0, seed: int = 0
) -> list[tuple[int, float]]:
    rng = np.random.default_rng(seed)
    return [
        (n, level + slope * n**-exponent + noise * float(rng.normal())) for n in SIZES for _ in "ab"
    ]


@pytest.mark.parametrize("exponent", [0.1, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("level", [0.0, 0.2])
def test_a_curve_without_noise_is_continued(level: float, exponent: float) -> None:
    found = forecast(curve(level, 4.0, exponent))
    assert found is not None
    truth = 4.0 * (2000**-exponent - 4000**-exponent)
    assert found.gain == pytest.approx(truth, rel=0.02)
    assert found.low <= found.gain <= found.high


def test_the_interval_holds_the_truth_most_of_the_time() -> None:
    truth = 2.0 * (2000**-0.4 - 4000**-0.4)
    inside = 0
    for seed in range(100):
        found = forecast(curve(0.1, 2.0, 0.4, noise=0.02, seed=seed))
        assert found is not None
        inside += found.low <= truth <= found.high
    assert inside >= 93


def test_a_flat_curve_promises_nothing() -> None:
    for seed in range(20):
        found = forecast(curve(0.5, 0.0, 0.5, noise=0.01, seed=seed))
        assert found is not None
        assert found.gain < 0.03 * 0.5


def test_scale_does_not_matter() -> None:
    points = curve(0.1, 2.0, 0.4, noise=0.01)
    one = forecast(points)
    other = forecast([(n, 1000 * loss) for n, loss in points])
    assert one is not None
    assert other is not None
    assert other.gain == pytest.approx(1000 * one.gain)
    assert other.low == pytest.approx(1000 * one.low)


def test_too_few_points() -> None:
    assert forecast([]) is None
    assert forecast([(100, 1.0), (200, 0.9), (400, 0.8), (800, 0.7)]) is None
    assert forecast([(100, 1.0), (200, 0.9)] * 4) is None
    assert forecast([(100, math.nan), (200, 0.9), (400, 0.8), (800, 0.7), (1600, 0.6)]) is None
    assert forecast([(n, 0.0) for n in SIZES] * 2) is None
