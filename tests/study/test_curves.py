"""Curves: parts of the rows, points with intervals, the forecast and its refusals."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scripted import proposal

from goodfit.recipe import Recipe
from goodfit.results import Arm, Remedy, RowScores, Trial, TrialEpoch
from goodfit.study import curves


def arm(name: str, losses: list[float], *, rate: float = 0.1, spread: float = 0.0) -> Arm:
    """One trial for each mean loss on 400 rows."""
    rows = spread * np.random.default_rng(0).normal(size=400)
    trials = [
        Trial(
            arm=name,
            seed=seed,
            status="finished",
            epochs=(TrialEpoch(index=0, train_loss=loss / 2, learning_rate=rate),),
            best_epoch=0,
            parameters=10,
            test=RowScores(
                score=np.zeros(400, "float32"), loss=(loss + rows - rows.mean()).astype("float32")
            ),
        )
        for seed, loss in enumerate(losses)
    ]
    return Arm(name=name, trials=tuple(trials))


def test_parts_of_the_rows_lie_in_each_other_and_have_the_steps_of_all():
    recipe = proposal("x").recipe
    train = recipe.data.train
    whole = recipe.with_train(
        type(train)(x=np.arange(400.0)[:, None], y=np.arange(400.0), weight=None)
    )
    parts = [set(one.recipe.data.train.y) for one in curves.data_arms(whole, 0)]
    assert [len(part) for part in parts] == [50, 72, 100, 140, 200, 284, 400]
    assert all(small <= large for small, large in pairwise(parts))
    for one in curves.data_arms(whole, 0):
        rows = one.recipe.data.train
        assert rows.count == 400
        assert (rows.x[:, 0] == rows.y).all()
    other = set(curves.data_arms(whole, 1)[0].recipe.data.train.y)
    assert other != parts[0]


def test_arms_that_do_not_fit_are_left_out():
    def apply(recipe: Recipe, remedy: Remedy) -> Recipe | str:
        return recipe if remedy.id == "more-capacity" else "no hidden layer"

    names = [one.name for one in curves.capacity_arms(proposal("x").recipe, apply)]
    assert names == ["baseline", "more-capacity:factor=2", "more-capacity:factor=4"]


def test_a_point_has_the_interval_over_its_seeds():
    (point,) = curves.points([arm("a", [1.0, 2.0, 3.0])], curves.parameters_of)
    assert (point.at, point.held, point.train, point.seeds) == (10.0, 2.0, 1.0, 3)
    assert point.high - point.held == pytest.approx(4.303 / 3**0.5, rel=1e-3)
    (alone,) = curves.points([arm("a", [1.0])], curves.parameters_of)
    assert (alone.low, alone.high) == (None, None)


def test_the_best_of_a_curve_is_told_only_beyond_noise():
    base = arm("baseline", [1.0, 1.01, 0.99])
    better = curves.compared("capacity", "x", [base, arm("wide", [0.5, 0.51, 0.49])],
                             curves.parameters_of)  # fmt: skip
    assert better.says.startswith("The best is wide, loss 1 to 0.5, -0.5 [")
    noise = curves.compared("capacity", "x", [base, arm("wide", [0.5, 1.5, 0.98])],
                            curves.parameters_of)  # fmt: skip
    assert noise.says.startswith("Nothing is better than the baseline beyond noise")


def law(noise: float, seeds: int = 5) -> tuple[list[int], list[float]]:
    rows = np.tile([125, 180, 250, 350, 500, 710, 1000], seeds)
    error = noise * np.random.default_rng(0).normal(size=len(rows))
    return rows.tolist(), (0.3 + 0.2 * (rows / 1000) ** -0.5 + error).tolist()


def test_twice_the_data_is_forecast_with_an_interval():
    point, says = curves.forecast(*law(0.005))
    assert point is not None
    assert point.at == 2000
    assert point.low < 0.3 + 0.2 * 2**-0.5 < point.high
    assert point.high - point.low < 0.06
    assert says.startswith("Twice the data: 0.5 to 0.44")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (law(0.5), "the loss does not clearly fall"),
        (([100, 200, 400] * 5, [3.0, 2.0, 1.0] * 5), "cannot tell from 3 sizes"),
        (law(0.01, seeds=1), "cannot tell from 7 sizes and 7 trainings"),
        (([125, 250, 500, 1000] * 3, [0.5] * 12), "the loss does not clearly fall"),
    ],
)
def test_a_curve_that_leads_nowhere_is_not_continued(told, why):
    point, says = curves.forecast(*told)
    assert point is None
    assert "cannot tell" in says
    assert why in says


def test_a_curve_that_falls_by_a_straight_line_is_not_continued_past_its_law():
    rows = [125, 180, 250, 350, 500, 710, 1000] * 3
    point, says = curves.forecast(rows, [1.0 - n / 1100 for n in rows])
    assert point is None
    assert says == "Twice the data: cannot tell; the curve does not say where it leads."


def test_the_data_curve_joins_the_draws_of_all_seeds():
    rows, losses = law(0.005, seeds=3)
    arms = [arm(f"{n} rows, draw {i // 7}", [loss]) for i, (n, loss) in
            enumerate(zip(rows, losses, strict=True))]  # fmt: skip
    curve = curves.data_curve(arms)
    assert [point.at for point in curve.points] == [125, 180, 250, 350, 500, 710, 1000]
    assert {point.seeds for point in curve.points} == {3}
    assert curve.forecast is not None


def test_a_range_test_names_the_rate_that_trained_best():
    arms = [arm("baseline", [1.0] * 3, rate=1e-3), arm("x", [0.5] * 3, rate=1e-2),
            arm("y", [3.0] * 3, rate=1e-1)]  # fmt: skip
    assert curves.range_curve(arms).says == (
        "Lowest training loss after 3 epochs at 0.01: 0.25; yours, 0.001: 0.5."
    )
    assert "Cannot tell" in curves.range_curve(arms[:2]).says
