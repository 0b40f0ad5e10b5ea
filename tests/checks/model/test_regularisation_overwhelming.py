"""GF217 on the courses of real runs with growing penalties."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from model_literals import case, finding, layer, stack

from goodfit.checks.model.regularisation_overwhelming import CHECK, regularisation_overwhelming
from goodfit.facts import (
    BaselineFacts,
    BaselineScore,
    Epoch,
    HonestLoss,
    LayerProbe,
    ModelFacts,
    Penalty,
    PredictionFacts,
    Trace,
)

# factor, data losses, penalties, size of the weights at the end, prior, linear
Run = tuple[float, list[float], list[float], float, float, float]

FIRING: dict[str, Run] = {
    "digits l2=0.1": (
        0.1,
        [2.38, 1.5, 1.1, 0.95, 0.9],
        [12.7, 2, 0.9, 0.6, 0.55],
        0.25,
        2.3,
        0.137,
    ),
    "digits l2=1": (
        1.0,
        [2.38, 2.31, 2.3, 2.3, 2.3],
        [127, 3, 0.01, 1e-4, 6e-5],
        0.045,
        2.3,
        0.137,
    ),
    "diabetes l2=1": (1.0, [0.92, 0.83, 0.78, 0.73, 0.70], [46, 28, 16, 8, 4.8], 0.35, 1.05, 0.541),
}
SILENT: dict[str, Run] = {
    "digits l2=0.0001": (1e-4, [2.38, 0.5, 0.2, 0.1, 0.05], [0.013] * 5, 1.1, 2.3, 0.137),
    "digits l2=0.01": (
        0.01,
        [2.38, 0.8, 0.4, 0.25, 0.19],
        [1.27, 1, 0.7, 0.5, 0.36],
        0.53,
        2.3,
        0.137,
    ),
    "wine l2=0.001, four layers of 512": (
        *(0.001, [1.14, 0.1, 0.01, 0.001, 0.004], [1.56, 1.4, 1.1, 0.8, 0.6]),
        *(0.63, 1.09, 0.165),
    ),
    "wine l2=0.01, shrunk for good": (
        *(0.01, [1.13, 0.3, 0.1, 0.05, 0.04], [5.4, 3, 1, 0.4, 0.2], 0.38, 1.09, 0.165),
    ),
    "too slow, but not because of the penalty": (
        *(0.01, [1.14, 1.13, 1.12, 1.11, 1.1], [5.4, 5.39, 5.38, 5.37, 5.36], 0.998, 1.09, 0.165),
    ),
}


def honest(mean: float) -> HonestLoss:
    return HonestLoss(mean=mean, standard_error=0.01, rows=500)


def parts(run: Run) -> dict[str, Any]:
    factor, losses, penalties, left, prior, linear = run
    sizes = [1 + (left - 1) * place / (len(losses) - 1) for place in range(len(losses))]
    epochs = tuple(
        Epoch(
            index=place - 1,
            train=honest(loss),
            penalty=penalty,
            layers=(
                LayerProbe(path="a", weight_norm=8 * size),
                LayerProbe(path="b", weight_norm=9 * size),
                LayerProbe(path="out", weight_norm=3.0),
            ),
        )
        for place, (loss, penalty, size) in enumerate(zip(losses, penalties, sizes, strict=True))
    )
    l2 = (Penalty(weight="kernel", kind="L2", l2=factor),)
    scores = (
        BaselineScore(name="prior", error=0.9, error_se=0.01, loss=prior),
        BaselineScore(name="linear", error=0.1, error_se=0.01, loss=linear),
    )
    said = PredictionFacts(rows=500, minimum=0, maximum=1, spread=0.3, prior_loss=prior)
    return {
        "trace": Trace(epochs=epochs, predictions=said),
        "model": stack(layer("a", penalties=l2), layer("b", penalties=l2), layer("out")),
        "baselines": BaselineFacts(task="classes", rows=500, scores=scores),
    }


@pytest.mark.parametrize("name", FIRING)
def test_fires(name: str) -> None:
    assert case(regularisation_overwhelming(**parts(FIRING[name]))) == "shrunk"
    assert finding(CHECK, **parts(FIRING[name])).severity == "warning"


@pytest.mark.parametrize("name", SILENT)
def test_healthy_is_silent(name: str) -> None:
    assert case(regularisation_overwhelming(**parts(SILENT[name]))) == "Passed"


def test_a_penalty_that_nothing_can_bring_down() -> None:
    stuck = (10.0, [1.07, 0.6, 0.9, 0.95, 0.97], [196, 250, 280, 290, 293], 1.2, 0.656, 0.09)
    assert case(regularisation_overwhelming(**parts(stuck))) == "dominates"
    finding(CHECK, **parts(stuck))


def test_the_factor_to_try_is_told() -> None:
    assert "0.01" in finding(CHECK, **parts(FIRING["digits l2=0.1"])).advice


def test_without_signal_small_weights_are_right() -> None:
    factor, losses, penalties, left, prior, _ = FIRING["digits l2=1"]
    known = parts((factor, losses, penalties, left, prior, prior))
    assert case(regularisation_overwhelming(**known)) == "CannotTell"
    known["baselines"] = None
    assert case(regularisation_overwhelming(**known)) == "CannotTell"


def test_a_low_loss_needs_no_simple_learners() -> None:
    known = parts(SILENT["wine l2=0.01, shrunk for good"])
    assert case(regularisation_overwhelming(**{**known, "baselines": None})) == "Passed"


def test_a_busy_governor_leaves_the_first_penalty_only() -> None:
    known = parts(FIRING["digits l2=1"])
    epochs = known["trace"].epochs
    sparse = tuple(replace(e, penalty=e.penalty if e.index == 0 else None) for e in epochs)
    known["trace"] = replace(known["trace"], epochs=sparse)
    assert case(regularisation_overwhelming(**known)) == "shrunk"


def test_thin_facts() -> None:
    known = parts(FIRING["digits l2=1"])
    plain = ModelFacts(name="m", kind="sequential", layers=(layer("a"),))
    bare = Trace(epochs=tuple(replace(e, penalty=0.0) for e in known["trace"].epochs))
    assert case(regularisation_overwhelming(bare, plain)) == "NotApplicable"
    assert case(regularisation_overwhelming(Trace(), plain)) == "NotApplicable"
    assert case(regularisation_overwhelming(Trace(), known["model"])) == "CannotTell"
    short = replace(known["trace"], epochs=known["trace"].epochs[:2])
    assert case(regularisation_overwhelming(short, known["model"])) == "CannotTell"
    nan = parts((1.0, [2.3, 3.0, 9.0, 50.0, math.nan], [1, 2, 3, 4, math.inf], 0.1, 2.3, 0.1))
    assert case(regularisation_overwhelming(**nan)) == "CannotTell"
