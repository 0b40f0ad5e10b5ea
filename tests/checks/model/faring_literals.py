"""Trainings that go badly, and some that go well, for the checks that look at harm."""

from __future__ import annotations

from typing import Any

from literals import baselines, decay, predictions, trace

from goodfit.facts import DataFacts, Facts, ModelFacts, SetFacts, SettingsFacts


def badly() -> dict[str, Any]:
    """Errs on 40 % of its own rows, a linear model on 10 % of new ones; no longer falls."""
    answers = predictions(error=0.4, prior_error=0.9)
    curve = decay(2.3, 1.2, 20, tenth=0.8)
    return {
        "trace": trace(curve, [one + 0.01 for one in curve], answers=answers),
        "baselines": baselines(0.4, prior=0.9, linear=0.1, neighbours=0.12),
    }


def well() -> dict[str, Any]:
    """On a par with a linear model, converged."""
    curve = decay(2.3, 0.3, 20, tenth=0.8)
    return {
        "trace": trace(curve, [one + 0.02 for one in curve], answers=predictions(error=0.1)),
        "baselines": baselines(0.1, prior=0.9, linear=0.1, neighbours=0.12),
    }


def falling() -> dict[str, Any]:
    """Both losses still fall steadily when training ends, far from what can be gained."""
    curve = [2.3 - 0.05 * epoch for epoch in range(11)]
    return {"trace": trace(curve, curve, answers=predictions(error=0.5), spread=0.05, noise=0.01)}


def overfitted() -> dict[str, Any]:
    """Validation rises from the fifth epoch on, while training rows are learned by heart."""
    train = decay(2.3, 0.01, 30, tenth=1.0)
    validation = [*decay(2.3, 1.0, 30, tenth=0.5)[:8], *[1.1 + 0.06 * n for n in range(23)]]
    return {
        "trace": trace(train, validation, answers=predictions(error=0.0)),
        "baselines": baselines(0.35, prior=0.9, linear=0.2),
    }


def rows(count: int, **more: Any) -> DataFacts:
    return DataFacts(train=SetFacts(role="train", rows=count, rows_seen=count), **more)


def facts(model: ModelFacts | None = None, **more: Any) -> Facts:
    more.setdefault("settings", SettingsFacts())
    return Facts(model=model, **more)
