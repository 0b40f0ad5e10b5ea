"""Fits of one script told apart, and known again, by signatures."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from goodfit.facts import Facts, FitSummary, LossFacts, SettingsFacts, SourceLine
from goodfit.observe.training.monitor import Monitor
from goodfit.observe.training.summary import settings_signature, side_by_side

X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")


def _own(*, units: int = 4, seed: int = 0, rate: float = 0.1, shift: float = 0.0) -> FitSummary:
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(units), keras.layers.Dense(1, name="answer")]
    )
    model.compile(keras.optimizers.SGD(rate), "mse")
    monitor = Monitor()
    model.fit(X + shift, X[:, :1], epochs=1, verbose=0, callbacks=[monitor])
    found = monitor.facts(baselines=False).own
    assert found is not None
    return found


@pytest.mark.backend
def test_each_signature_changes_with_its_own_thing_only() -> None:
    first = _own()
    parts = ("model", "settings", "data", "weights")

    def differing(other: FitSummary) -> list[str]:
        return [part for part in parts if getattr(other, part) != getattr(first, part)]

    assert all(getattr(first, part) for part in parts)
    assert differing(_own()) == []
    assert differing(_own(seed=1)) == ["weights"]
    assert differing(_own(rate=0.2)) == ["settings"]
    assert differing(_own(shift=1.0)) == ["data"]
    assert differing(_own(units=5)) == ["model", "weights"]
    assert first.epochs == 1
    assert first.train is not None


def test_settings_are_the_same_wherever_they_are_written() -> None:
    here = SettingsFacts(losses=(LossFacts(name="mse"),), fit_where=SourceLine(file="a", line=1))
    there = replace(here, fit_where=SourceLine(file="a", line=9))
    other = replace(here, losses=(LossFacts(name="mae"),))
    assert settings_signature(here, None) == settings_signature(there, None)
    assert settings_signature(here, None) != settings_signature(other, None)
    assert settings_signature(None, None) == ""


def test_fits_are_numbered_and_each_sees_the_others() -> None:
    facts = (Facts(own=FitSummary(index=0)), Facts(), Facts(own=FitSummary(index=0, model="m")))
    found = side_by_side(facts)
    assert [one.own.index if one.own else None for one in found] == [0, None, 2]
    assert [one.index for one in found[0].others] == [2]
    assert [one.index for one in found[1].others] == [0, 2]
    assert [one.model for one in found[2].others] == [""]
