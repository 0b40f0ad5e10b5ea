"""Options of layers in a model that only the user's code can build: no remedy can change it from
outside, so the calls that make its layers are edited, and the script is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from goodfit.facts import Facts, ModelFacts
from goodfit.patch.changes import CannotEditError, LayerOption
from goodfit.patch.edits import options
from goodfit.patch.edits.context import without_recipes
from goodfit.patch.wrap import wrapped
from goodfit.recipe import WIDTHS
from goodfit.results import Finding

UNITS = 32
"""Units that a hidden layer gets at least where the model is too small."""
TIMES = 4
KEPT, USUAL = 0.8, 0.2
"""Dropout rates from which on the share to keep was probably meant, and one that does little
harm."""


def relayered(
    source: str, path: str, facts: Facts, findings: Sequence[Finding]
) -> Iterator[tuple[str, str]]:
    """(the script with other options of its layers, what was done) for every finding that says
    which."""
    for finding in findings:
        changes = _changes(facts.model, finding)
        if not changes:
            continue
        context = without_recipes(source, path, facts)
        try:
            for change in changes:
                options.set_option(context, [change])
        except CannotEditError:
            continue
        told = ", ".join(f"{one.path}: {one.option}={one.after}" for one in changes[:3])
        yield wrapped(context.plan.applied(), source), told


def _changes(model: ModelFacts | None, finding: Finding) -> list[LayerOption]:
    find = _BY_CODE.get(finding.code)
    return [] if model is None or find is None else list(find(model, finding.evidence))


def _wider(model: ModelFacts, _: Mapping[str, Any]) -> Iterator[LayerOption]:
    wide = [layer for layer in model.layers if layer.type in WIDTHS]
    ends = {output.layer for output in model.outputs} - {None} or {
        layer.path for layer in wide[-1:]
    }
    for layer in wide:
        option = WIDTHS[layer.type]
        width = layer.options.get(option)
        if isinstance(width, int) and layer.path not in ends:
            more = max(TIMES * width, UNITS)
            yield LayerOption(
                path=layer.path, kind=layer.type, option=option, before=width, after=more
            )


def _answering(model: ModelFacts, told: Mapping[str, Any]) -> Iterator[LayerOption]:
    """The activation of the answers that their loss asks for."""
    wide = [layer for layer in model.layers if layer.type in WIDTHS]
    layer = model.layer(str(told.get("layer"))) or next(reversed(wide), None)
    loss, after = str(told.get("loss")), "linear"
    if "crossentropy" in loss and not told.get("from_logits"):
        after = "sigmoid" if loss.startswith("binary") else "softmax"
    if layer is not None and layer.type in WIDTHS and layer.activation != after:
        yield LayerOption(
            path=layer.path,
            kind=layer.type,
            option="activation",
            before=layer.activation,
            after=after,
        )


def _active(model: ModelFacts, told: Mapping[str, Any]) -> Iterator[LayerOption]:
    for path in told.get("layers") or ():
        layer = model.layer(str(path))
        if layer is not None:
            yield LayerOption(
                path=layer.path,
                kind=layer.type,
                option="activation",
                before=layer.activation,
                after="relu",
            )


def _less_dropout(model: ModelFacts, told: Mapping[str, Any]) -> Iterator[LayerOption]:
    layer, rate = model.layer(told.get("layer")), told.get("rate")
    if layer is not None and isinstance(rate, float):
        after = round(1 - rate, 6) if rate >= KEPT else USUAL
        yield LayerOption(path=layer.path, kind=layer.type, option="rate", before=rate, after=after)


_BY_CODE: Mapping[str, Callable[[ModelFacts, Mapping[str, Any]], Iterator[LayerOption]]] = {
    "GF201": _answering,
    "GF205": _active,
    "GF208": _less_dropout,
    "GF211": _wider,
    "GF413": _wider,
}
