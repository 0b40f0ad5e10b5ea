"""GF119 on the facts of drawn rows, scaled rightly and wrongly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from data_literals import chain, data, features, found, layer, numbers, part, silent

from goodfit.checks.data.preprocessing_leak import CHECK
from goodfit.facts import ArrayFacts, DataFacts, Facts, WeightFacts

RAW = np.random.default_rng(0).gamma(2.0, 3.0, size=(500, 8))


def seen(rows: np.ndarray) -> ArrayFacts:
    """The facts of these rows, as float32 gives them."""
    rows = rows.astype(np.float32).astype(float)
    return replace(
        features(rows.mean(axis=0).tolist(), rows.std(axis=0).tolist()),
        rows_seen=len(rows),
        feature_min=tuple(rows.min(axis=0).tolist()),
        feature_max=tuple(rows.max(axis=0).tolist()),
    )


def split(rows: np.ndarray, at: int = 400, until: int = 500) -> Facts:
    train, held = seen(rows[:at]), seen(rows[at:until])
    sets = (
        part("train", [train], [numbers(rows=at)]),
        part("validation", [held], [numbers(rows=until - at)]),
    )
    return Facts(data=DataFacts(train=sets[0], validation=sets[1]))


def standardised(fitted: np.ndarray, ddof: int = 0) -> np.ndarray:
    return np.asarray((RAW - fitted.mean(axis=0)) / fitted.std(axis=0, ddof=ddof))


def bounded(fitted: np.ndarray) -> np.ndarray:
    return np.asarray((RAW - fitted.min(axis=0)) / np.ptp(fitted, axis=0))


@pytest.mark.parametrize("ddof", [0, 1])
def test_standardised_over_both_sets(ddof: int) -> None:
    finding = found(CHECK, split(standardised(RAW, ddof)))
    assert finding.severity == "warning"
    assert "8 of 8 features have mean 0" in finding.message
    assert "StandardScaler().fit(x_train)" in finding.advice


def test_bounded_over_both_sets_or_a_test_set_too() -> None:
    assert "bounds" in found(CHECK, split(bounded(RAW))).message
    assert "bounds" in found(CHECK, split(bounded(RAW), 300, 400)).message
    assert "bounds" in found(CHECK, split(2 * bounded(RAW) - 1)).message


@pytest.mark.parametrize(
    "rows",
    [
        RAW,
        standardised(RAW[:400]),
        bounded(RAW[:400]),
        np.random.default_rng(1).normal(size=(500, 8)),
        np.random.default_rng(1).uniform(size=(500, 8)),
        (np.random.default_rng(1).random((500, 8)) < 0.02).astype(float),  # rare indicators
        np.random.default_rng(1).integers(0, 256, (500, 64)) / 255,  # pixels
        np.random.default_rng(1).integers(0, 5, (500, 6)) / 4,
        np.round(np.random.default_rng(1).beta(0.3, 0.9, (500, 20)), 2),
    ],
)
def test_silent_on_scales_that_are_the_training_rows_own(rows: np.ndarray) -> None:
    assert silent(CHECK, split(rows)).result == "passed"


def test_silent_where_each_set_was_scaled_alone() -> None:
    parts = [RAW[:400], RAW[400:]]
    own = np.concatenate([(one - one.mean(axis=0)) / one.std(axis=0) for one in parts])
    assert silent(CHECK, split(own)).result == "passed"


def test_a_normalization_layer_that_saw_both_sets() -> None:
    facts = split(RAW)

    def model(mean: float) -> Facts:
        weights = (WeightFacts(name="mean", shape=(8,), mean=mean),)
        normalization = replace(layer("Normalization"), weights=weights)
        return replace(facts, model=chain(normalization, layer("Dense")))

    assert "adapted" in found(CHECK, model(float(RAW.mean()))).message
    assert silent(CHECK, model(float(RAW[:400].mean()))).result == "passed"


def test_samples_and_few_rows_cannot_tell() -> None:
    facts = split(standardised(RAW))
    assert facts.data is not None
    sampled = replace(facts.data, train=replace(facts.data.train, sampled=True))
    assert silent(CHECK, Facts(data=sampled)).result == "skipped"
    assert silent(CHECK, split(standardised(RAW), 490, 500)).result == "skipped"
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
