"""Which target belongs to which output and which loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from goodfit.facts import DataFacts, LossFacts, ModelFacts, OutputFacts, SettingsFacts, TargetFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A target of one set with its output and loss. `output` is None where the model does not
    tell its outputs."""

    role: str
    target: TargetFacts
    loss: LossFacts
    output: OutputFacts | None = None

    @property
    def width(self) -> int | None:
        """Units of the output, where known."""
        return self.output.shape[-1] if self.output is not None and self.output.shape else None


def _loss(losses: tuple[LossFacts, ...], name: str | None, place: int, of: int) -> LossFacts | None:
    named = [loss for loss in losses if name is not None and loss.output == name]
    if named:
        return named[0] if len(named) == 1 else None  # several losses on one output: not ours
    if len(losses) == 1 and of == 1:
        return losses[0]
    if len(losses) == of and not any(loss.output for loss in losses):
        return losses[place]
    return None


def _output(
    outputs: tuple[OutputFacts, ...], target: TargetFacts, place: int, of: int
) -> OutputFacts | None:
    named = [output for output in outputs if output.name == target.name]
    if named:
        return named[0]
    return outputs[place] if len(outputs) == of else None


def pairs(
    data: DataFacts, settings: SettingsFacts, model: ModelFacts | None = None
) -> Iterator[Pair]:
    """Every target of both sets that a loss is known for, matched by name, else by position."""
    outputs = model.outputs if model is not None else ()
    for part in (data.train, data.validation):
        for place, target in enumerate(part.targets if part is not None else ()):
            of = len(data.train.targets)
            output = _output(outputs, target, place, of)
            name = output.name if output is not None else target.name
            loss = _loss(settings.losses, name, place, of)
            if loss is not None and part is not None:
                yield Pair(role=part.role, target=target, loss=loss, output=output)
