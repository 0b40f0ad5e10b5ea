"""Suspicions are tried: what helps is confirmed, what changes nothing is refuted."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import numpy as np
import pytest

import goodfit
from goodfit.confirm import Confirmed, _changed, _resplit, confirm
from goodfit.facts import Facts
from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.results import Finding, Remedy, Report

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 5)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("float32")


def network(activation: str = "sigmoid") -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation=activation),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    return model


def diagnosed(x: np.ndarray, y: np.ndarray = Y, budget: float = 120.0, **fit: Any) -> Report:
    held = fit.pop("held", 150)
    return goodfit.diagnose(
        fit.pop("model", None) or network(),
        (x[:-held], y[:-held]),
        validation_data=(x[-held:], y[-held:]),
        epochs=fit.pop("epochs", 6),
        budget=budget,
        **fit,
    )


def found(report: Report, code: str) -> Finding:
    return next(finding for finding in report.findings if finding.code == code)


@pytest.mark.backend
def test_the_cause_of_a_broken_training_is_confirmed_with_its_effect() -> None:
    report = diagnosed(X * [1e4, 1e4, 1, 1, 1] + [1e5, 0, 0, 0, 0])
    finding = found(report, "GF102")
    assert finding.status == "confirmed"
    assert finding.tried is not None
    assert finding.tried.id == "scale-features"
    assert finding.effect is not None
    assert finding.effect.says == "helps"
    assert finding.effect.low > 0
    assert report.findings[0].code == "GF102"
    assert report.seconds.trials > 0
    assert "Confirmed by trial: scale-features" in str(report)


def test_a_healthy_program_is_not_trained_again() -> None:
    report = diagnosed(X, epochs=30)
    assert [f.code for f in report.findings if f.severity != "tip"] == []
    assert all(finding.tried is None for finding in report.findings)


def test_without_a_budget_nothing_is_tried() -> None:
    report = diagnosed(X * 1e4, budget=0)
    assert report.findings
    assert {finding.status for finding in report.findings} == {"untested"}
    assert report.seconds.trials == 0


def test_a_budget_too_small_for_a_trial_leaves_suspicions_untested() -> None:
    finding = found(diagnosed(X * 1e5, budget=0.01), "GF102")
    assert finding.status == "untested"
    assert "--budget" in finding.status_reason


def test_few_validation_rows_cannot_tell() -> None:
    report = diagnosed(X * 1e5, held=20)
    reasons = [f.status_reason for f in report.findings if f.status_reason]
    assert any("too few to tell" in reason for reason in reasons)
    assert all(finding.tried is None for finding in report.findings)


def test_the_users_model_is_left_as_it_was() -> None:
    model = network()
    before = [keras.ops.convert_to_numpy(v.value).copy() for v in model.variables]
    diagnosed(X * 1e5, model=model)
    after = [keras.ops.convert_to_numpy(v.value) for v in model.variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def _recipe() -> Recipe:
    rows = Rows(x=X, y=Y)
    return Recipe(
        model=ModelRecipe(),
        compile={"loss": "binary_crossentropy"},
        fit=FitRecipe(epochs=3),
        data=DataRecipe(train=rows.at(slice(0, 200)), validation=rows.at(slice(200, None))),
        task=Task(name="binary", classes=2, inputs="tabular"),
    )


def test_after_a_new_split_both_are_scored_on_rows_that_neither_trained_on() -> None:
    tried = _resplit(_recipe(), Remedy(id="shuffle-split"))
    assert tried.before is not None
    assert tried.after.data.test is tried.before.data.test
    assert tried.after.data.test is not None
    scored = {row.tobytes() for row in tried.after.data.test.x}
    for recipe in (tried.before, tried.after):
        assert recipe.data.validation is not None
        assert scored.isdisjoint(row.tobytes() for row in recipe.data.train.x)
        assert scored <= {row.tobytes() for row in recipe.data.validation.x}
    assert 60 < len(scored) < 140
    assert tried.after.data.train.weight is None


def test_what_stops_training_early_is_not_scored_on_the_rows_that_stopped_it() -> None:
    tried = _changed(_recipe(), Remedy(id="early-stopping"))
    assert tried.before is not None
    for recipe in (tried.before, tried.after):
        assert recipe.data.validation is not None
        assert recipe.data.test is not None
        assert recipe.data.validation.count == recipe.data.test.count == 100
        stopping = {row.tobytes() for row in recipe.data.validation.x}
        assert stopping.isdisjoint(row.tobytes() for row in recipe.data.test.x)


def test_training_that_stopped_itself_too_soon_may_go_on_in_trials() -> None:
    model = network()
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    wrong = keras.callbacks.EarlyStopping("val_loss", mode="max", patience=2)
    report = diagnosed(X, model=model, epochs=40, callbacks=[wrong], budget=400)
    finding = found(report, "GF224")
    assert report.fits[0].facts.trace is not None
    assert len(report.fits[0].facts.trace.epochs) < 10
    assert finding.status == "confirmed"
    assert finding.effect is not None
    assert finding.effect.says == "helps"


def _suspected(rare: int) -> Confirmed:
    """GF110 tried on two classes that a line tells apart, with so many validation rows of one."""
    from goodfit.observe.recipes.evaluator import RowEvaluator

    def rows(count: int, few: int, seed: int) -> Rows:
        rng = np.random.default_rng(seed)
        y = (np.arange(count) < few).astype("float32")
        x = rng.normal(size=(count, 5)).astype("float32")
        x[:, 0] += 2 * y
        return Rows(x=x, y=y)

    model = network()
    recipe = dataclasses.replace(
        _recipe(),
        model=ModelRecipe(config=keras.saving.serialize_keras_object(model)),
        compile=dict(model.get_compile_config() or {}),
        data=DataRecipe(train=rows(800, 40, 0), validation=rows(800, rare, 1)),
        fit=FitRecipe(epochs=8, batch_size=32),
    )
    finding = Finding(code="GF110", name="class-imbalance", severity="warning", message="",
                      advice="")  # fmt: skip
    return confirm([finding], recipe, Facts(), evaluator=RowEvaluator, seconds=300.0)


def test_a_rare_class_is_confirmed_by_what_its_rows_gain() -> None:
    (finding,) = _suspected(rare=60).findings
    assert finding.status == "confirmed"
    assert finding.effect is not None
    assert finding.effect.measure == "balanced accuracy"
    assert finding.effect.low > 0


def test_a_rare_class_of_few_validation_rows_stays_untested() -> None:
    (finding,) = _suspected(rare=9).findings
    assert (finding.status, finding.effect) == ("untested", None)
    assert "fewer than 10 validation rows to tell by" in finding.status_reason
