"""Would more capacity help: copies with narrower and wider hidden layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goodfit.facts import CurvePoint, ModelFacts
from goodfit.observe.experiments.clone import CannotCopyError, Change
from goodfit.observe.experiments.copies import Clock, Copy
from goodfit.observe.experiments.trained import trained_point
from goodfit.randomness import sealed
from goodfit.recipe import WIDTHS

if TYPE_CHECKING:
    from goodfit.observe.experiments.bench import Bench

FACTORS = (1.0, 2.0, 0.5, 4.0)
SEEDS = (0, 1)


def _hidden(model: ModelFacts | None) -> set[str]:
    """Names of the layers whose width is free: all with a width, the outputs' own left out."""
    if model is None:
        return set()
    ends = {output.layer for output in model.outputs}
    return {
        layer.path.rpartition("/")[2]
        for layer in model.layers
        if layer.type in WIDTHS and layer.path not in ends and layer.trainable
    }


def widened(names: set[str], factor: float) -> Change:
    """Multiplies the widths of the layers called `names`."""

    def change(layer: Any, config: dict[str, Any]) -> dict[str, Any]:
        option = WIDTHS.get(type(layer).__name__)
        if option is None or layer.name not in names:
            return config
        return {**config, option: max(1, round(config[option] * factor))}

    return change


def capacity_curve(bench: Bench, clock: Clock) -> tuple[CurvePoint, ...] | None:
    """One point for each width and each seed, on the sample's rows, from fresh weights.

    Returns:
        None where no width is free, there are no validation rows, or the time was over before two
        widths.
    """
    names, validation = _hidden(bench.work.model), bench.validation
    if validation is None or not names:
        why = "there are no validation rows" if names else "no hidden layer has a width to change"
        bench.missing.append(f"capacity_curve: {why}")
        return None
    if bench.frozen is not None:
        raise CannotCopyError("a frozen part's widths cannot be changed")
    found = []
    for seed in SEEDS:
        for factor in FACTORS:
            if clock.over():
                continue
            with sealed(seed):
                copy = Copy(
                    bench.model, bench.sample, rate=bench.rate, change=widened(names, factor)
                )
            point = trained_point(
                copy,
                bench.sample,
                validation,
                steps=bench.steps,
                batch_size=bench.batch_size,
                seed=seed,
                clock=clock,
            )
            found += [point] if point is not None else []
    sizes = {point.parameters for point in found}
    return tuple(sorted(found, key=lambda p: (p.parameters, p.seed))) if len(sizes) > 1 else None
