"""The outputs of a model with their targets and losses: the first, and what all of them cost a
constant answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.facts import LossFacts, ModelFacts, SettingsFacts

SIDE = 0.5
"""Below this share of the heaviest loss weight, an output is there for the others' sake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output that has targets, by the name the model knows it by; `loss` None where unknown."""

    name: str
    target: np.ndarray
    loss: LossFacts | None

    @property
    def weight(self) -> float:
        """What its loss counts for in the sum over outputs."""
        known = self.loss.weight if self.loss is not None else None
        return 1.0 if known is None else known


def outputs_of(
    y: Any, model: ModelFacts | None, settings: SettingsFacts | None
) -> tuple[Output, ...]:
    """The outputs in the model's order, the first answer's first. Targets that go by names that the
    model does not give away stand in the order in which Keras flattens them."""
    losses = settings.losses if settings else ()
    found = _named(y, [output.name for output in model.outputs] if model else [])
    return tuple(
        Output(name=name, target=np.asarray(target), loss=_loss(losses, name, place, len(found)))
        for place, (name, target) in enumerate(found)
    )


def _named(y: Any, names: Sequence[str]) -> list[tuple[str, Any]]:
    import keras

    if isinstance(y, dict) and names and set(y) <= set(names):
        return [(name, y[name]) for name in names if y.get(name) is not None]
    leaves = [leaf for leaf in keras.tree.flatten(y) if leaf is not None]
    known = len(leaves) == len(names)
    return [(names[place] if known else "", leaf) for place, leaf in enumerate(leaves)]


def _loss(losses: Sequence[LossFacts], name: str, place: int, count: int) -> LossFacts | None:
    own = [loss for loss in losses if loss.output and loss.output == name]
    if own:
        return own[0]
    if len(losses) == count:
        return losses[place]
    return losses[0] if losses else None


def side(outputs: Sequence[Output]) -> bool:
    """Whether the first output weighs little beside another."""
    return bool(outputs) and outputs[0].weight < SIDE * max(one.weight for one in outputs)


def constant_loss_of_all(outputs: Sequence[Output]) -> float | None:
    """The loss of the best constant answer, summed over outputs as the model's own loss is; None
    where one of them is not known."""
    from goodfit.observe.baselines.tasks import constant_loss, task_of

    total = 0.0
    for output in outputs:
        task = task_of(output.target, output.loss.name if output.loss else "")
        if isinstance(task, str) or output.loss is None:
            return None
        lowest = constant_loss(task, output.loss.name)
        if lowest is None:
            return None
        total += output.weight * lowest
    return total
