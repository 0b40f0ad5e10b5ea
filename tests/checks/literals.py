"""Facts for tests of checks, written down instead of trained.

A trace is given by its curves, `trace(train=[2.3, 1.1, 0.6], validation=[2.3, 1.2, 0.9])`, of which
the first number is the state before training. Row by row losses are made so that their means are
just the curve's, spread by `spread` between rows, with `noise` of each row's own between epochs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from goodfit.facts import (
    BaselineFacts,
    BaselineScore,
    Epoch,
    HonestLoss,
    LayerProbe,
    PredictionFacts,
    Trace,
)
from goodfit.results import Finding, Severity, Status


def rows_around(mean: float, *, rows: int, spread: float, noise: float, seed: int) -> np.ndarray:
    """Per-row losses with exactly this mean: the same rows' spread, and noise that `seed` draws."""
    common = np.random.default_rng(0).normal(size=rows) * spread
    own = np.random.default_rng(seed + 1).normal(size=rows) * noise
    both = common + own
    return mean + both - both.mean()


def honest(values: np.ndarray) -> HonestLoss:
    spread = values.std(ddof=1) if len(values) > 1 and np.isfinite(values).all() else math.nan
    error = float(spread) / math.sqrt(len(values))
    return HonestLoss(mean=float(values.mean()), standard_error=error, rows=len(values))


def predictions(
    *,
    prior_loss: float | None = math.log(10),
    error: float | None = 0.1,
    prior_error: float | None = 0.9,
    rows: int = 1000,
    spread: float = 0.3,
    recall: Mapping[str, float] | None = None,
) -> PredictionFacts:
    return PredictionFacts(
        rows=rows,
        minimum=0.0,
        maximum=1.0,
        spread=spread,
        recall=recall or {},
        error=error,
        prior_error=prior_error,
        prior_loss=prior_loss,
    )


def trace(
    train: Sequence[float],
    validation: Sequence[float] = (),
    *,
    rows: int = 500,
    spread: float = 0.3,
    noise: float = 0.1,
    answers: PredictionFacts | None = None,
    accuracy: Sequence[float] = (),
    restored: int | None = None,
    layers: Sequence[Sequence[LayerProbe]] = (),
) -> Trace:
    """A training with these honest curves, the first number before training. `restored` is the
    epoch, counted from 0, whose weights the user gets back (None: the last). `accuracy` are the
    logged val_accuracy of the epochs from 0 on; `layers` the probes, from before training on."""

    def losses(curve: Sequence[float], index: int, salt: int) -> np.ndarray:
        return rows_around(
            curve[index + 1], rows=rows, spread=spread, noise=noise, seed=index + salt
        )

    epochs = []
    for place, mean in enumerate(train):
        logs = {"loss": mean, "val_loss": validation[place]} if validation else {"loss": mean}
        if accuracy and place > 0:
            logs["val_accuracy"] = accuracy[place - 1]
        epochs.append(
            Epoch(
                index=place - 1,
                logs=logs if place > 0 else {},
                train=honest(losses(train, place - 1, 1000)),
                validation=honest(losses(validation, place - 1, 0)) if validation else None,
                layers=tuple(layers[place]) if layers else (),
            )
        )
    last = len(train) - 2
    back = last if restored is None else restored
    best = None
    if validation and np.isfinite(validation).any():
        best = int(np.nanargmin(validation)) - 1

    def plain(curve: Sequence[float], index: int | None, salt: int) -> tuple[float, ...]:
        return () if index is None else tuple(losses(curve, index, salt).tolist())

    return Trace(
        epochs=tuple(epochs),
        best_epoch=best,
        last_epoch=last,
        train_rows_best=plain(train, best, 1000),
        train_rows_last=plain(train, last, 1000),
        validation_rows_best=plain(validation, best, 0) if validation else (),
        validation_rows_last=plain(validation, last, 0) if validation else (),
        final_train=honest(losses(train, back, 1000)),
        final_validation=honest(losses(validation, back, 0)) if validation else None,
        predictions=answers or predictions(),
        loss_kind="sparse_categorical_crossentropy",
    )


def decay(start: float, end: float, epochs: int, *, tenth: float = 0.5) -> list[float]:
    """A curve from before training through `epochs` epochs that falls from `start` to `end`
    geometrically and is half way after `tenth` tenths of the epochs."""
    rate = math.log(2) * 10 / (tenth * epochs)
    return [end + (start - end) * math.exp(-rate * index) for index in range(epochs + 1)]


def baselines(
    model: float,
    *,
    task: str = "classes",
    rows: int = 1000,
    versus: tuple[str, float, float] | None = None,
    **errors: float,
) -> BaselineFacts:
    """Simple learners with these errors, e.g. `baselines(0.1, prior=0.9, linear=0.08)`. `versus`
    is the paired comparison: learner, the model's error minus its, standard error."""

    def noise(error: float) -> float:
        return math.sqrt(max(error * (1 - min(error, 1)), 0.0) / rows) if rows else 0.0

    best, difference, error = versus or (None, None, None)
    return BaselineFacts(
        task=task,
        rows=rows,
        scores=tuple(
            BaselineScore(name=name, error=value, error_se=noise(value))
            for name, value in errors.items()
        ),
        model_error=model,
        model_error_se=noise(model),
        model_vs_best=difference,
        model_vs_best_se=error,
        best=best,
    )


def finding(
    code: str,
    severity: Severity = "warning",
    *,
    status: Status = "untested",
    because_of: tuple[str, ...] = (),
    fit: int | None = None,
    **evidence: object,
) -> Finding:
    return Finding(
        code=code,
        name=code.lower(),
        severity=severity,
        message=f"{code} says so",
        advice=f"mend {code}",
        evidence=evidence,
        status=status,
        because_of=because_of,
        fit=fit,
    )
