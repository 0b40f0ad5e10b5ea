"""GF103 on literals made from drawn rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from data_literals import against_learners, chain, data, features, found, image, layer, silent

from goodfit.checks.data.heavy_tailed_features import CHECK
from goodfit.facts import ArrayFacts, Facts

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(1000, 4))


def seen(rows: np.ndarray, **more: object) -> ArrayFacts:
    """The facts of these rows."""
    quartiles = np.quantile(rows, [0.25, 0.5, 0.75], axis=0)
    return replace(
        features(rows.mean(axis=0).tolist(), rows.std(axis=0).tolist()),
        rows_seen=len(rows),
        feature_min=tuple(rows.min(axis=0).tolist()),
        feature_max=tuple(rows.max(axis=0).tolist()),
        feature_q25=tuple(quartiles[0].tolist()),
        feature_median=tuple(quartiles[1].tolist()),
        feature_q75=tuple(quartiles[2].tolist()),
        **more,  # type: ignore[arg-type]
    )


def with_outlier(value: float) -> np.ndarray:
    rows = NORMAL.copy()
    rows[3, 2] = value
    return rows


def test_one_wild_value_is_a_tip_that_names_it() -> None:
    finding = found(CHECK, Facts(data=data([seen(with_outlier(-99999.0))])))
    assert finding.severity == "tip"
    assert finding.evidence["feature"] == 2
    assert finding.evidence["value"] == -99999.0
    assert "code for a missing value" in finding.advice


def test_a_warning_where_the_model_is_worse_than_a_simple_learner() -> None:
    facts = Facts(data=data([seen(with_outlier(1e6))]), baselines=against_learners(0.3))
    assert found(CHECK, facts).severity == "warning"
    assert found(CHECK, replace(facts, baselines=against_learners(0.0))).severity == "tip"


@pytest.mark.parametrize(
    "rows",
    [
        NORMAL,
        RNG.uniform(size=(1000, 3)),
        RNG.exponential(size=(1000, 3)),
        RNG.lognormal(size=(1000, 3)),
        RNG.standard_t(5, size=(1000, 3)),
        (RNG.random((1000, 3)) < 0.01).astype(float),  # rare indicators have no middle half
        RNG.poisson(0.3, (1000, 3)).astype(float),
    ],
)
def test_silent_on_usual_distributions(rows: np.ndarray) -> None:
    assert silent(CHECK, Facts(data=data([seen(rows)]))).result == "passed"


def test_images_are_judged_as_a_whole() -> None:
    assert silent(CHECK, Facts(data=data([image((8, 8, 1))]))).result == "passed"
    wild = replace(image((8, 8, 1)), maximum=1e5, mean=20.0, std=3500.0)
    assert "1e+05" in found(CHECK, Facts(data=data([wild]))).message


def test_buckets_take_the_tail_away() -> None:
    model = chain(layer("Discretization"), layer("Dense"))
    silent(CHECK, Facts(data=data([seen(with_outlier(1e6))]), model=model))


def test_few_rows_and_other_inputs() -> None:
    tokens = replace(seen(with_outlier(1e6)), kind="tokens")
    assert silent(CHECK, Facts(data=data([tokens]))).result == "not applicable"
    few = replace(seen(with_outlier(1e6)), rows_seen=5)
    assert silent(CHECK, Facts(data=data([few]))).result == "skipped"
