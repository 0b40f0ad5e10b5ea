"""GF219 unused-input: an input, a layer or weights that cannot influence the answer.

Sees: an input of the model that no layer on the way to an output takes; layers that are trained
without any gradient ever reaching them while it reaches others; layers of a subclassed model that
were never called.
Why it matters: what the input tells is lost, and the weights stay as they were drawn, while the
summary of the model looks complete. Keras says nothing on JAX and PyTorch.
Evidence: the inputs and what takes them; gradient norms and changes of the weights, layer by layer.
Remedies: none that is mechanical: connect it, or leave it out.
Source: docs/evidence/model.md (each case run on Keras 3.15.1).
"""

from __future__ import annotations

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.model.paths import graph_known
from goodfit.facts import LayerFacts, LayerProbe, ModelFacts, Trace

MIN_EPOCHS = Threshold(2, source="a zero-initialised layer behind lets no gradient pass at first")

_WITH_WEIGHTS = ("Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "Embedding")
_ALIVE = 1.0


def unused_input(model: ModelFacts, trace: Trace | None = None) -> Answer:
    if not model.layers:
        return CannotTell("the layers of the model are not known")
    idle = _idle_inputs(model)
    if idle:
        names = ", ".join(idle)
        evidence = {"inputs": idle, "names": names, "of": len(model.inputs)}
        return Suspicion(case="input", evidence=evidence, where=place(model.where))
    still = _without_gradient(model, trace)
    if still:
        return Suspicion(
            case="gradient",
            evidence={
                "layers": [one.path for one in still],
                "names": ", ".join(one.path for one in still[:4]),
                "parameters": sum(one.parameters for one in still),
            },
            where=place(still[0].where, layer=still[0].path),
        )
    uncalled = _uncalled(model)
    if uncalled:
        return Suspicion(
            case="uncalled",
            severity="tip",
            evidence={
                "layers": [one.path for one in uncalled],
                "names": ", ".join(one.path for one in uncalled[:4]),
            },
            where=place(uncalled[0].where, layer=uncalled[0].path),
        )
    if not graph_known(model):
        return CannotTell("what feeds which layer is not known: the model has a call of its own")
    return Passed(f"all {len(model.inputs)} inputs are used")


def _idle_inputs(model: ModelFacts) -> list[str]:
    """The inputs that nothing takes. Where an output is an input itself, or the graph is not
    known, none is accused."""
    if not graph_known(model) or any(output.layer is None for output in model.outputs):
        return []
    taken = {name for layer in model.layers for name in layer.model_inputs}
    return [one.name for one in model.inputs if one.name not in taken]


def _probes(trace: Trace) -> dict[str, list[LayerProbe]]:
    probes: dict[str, list[LayerProbe]] = {}
    for epoch in trace.epochs:
        for probe in epoch.layers:
            probes.setdefault(probe.path, []).append(probe)
    return probes


def _without_gradient(model: ModelFacts, trace: Trace | None) -> list[LayerFacts]:
    """Layers that are trained, whose gradient was zero at every probe while others' was not. Dead
    units anywhere explain a zero, and so does a loss that is not finite."""
    probes = _probes(trace) if trace is not None else {}
    flat = [probe for known in probes.values() for probe in known]
    dead = any((probe.dead or 0.0) >= _ALIVE or not probe.finite for probe in flat)
    moving = any((probe.gradient_norm or 0.0) > 0 for probe in flat)
    if dead or not moving:
        return []
    return [
        layer
        for layer in model.layers
        if layer.trainable and layer.parameters and _still(probes.get(layer.path, []))
    ]


def _still(probes: list[LayerProbe]) -> bool:
    norms = [probe.gradient_norm for probe in probes]
    ratios = [probe.update_ratio for probe in probes if probe.update_ratio is not None]
    enough = len(norms) > MIN_EPOCHS.value
    return enough and all(norm == 0.0 for norm in norms) and all(ratio == 0.0 for ratio in ratios)


def _uncalled(model: ModelFacts) -> list[LayerFacts]:
    """Layers without the weights that their kind has, beside layers that have theirs."""
    if model.kind != "subclassed" or not model.built:
        return []
    mine = [layer for layer in model.layers if layer.builtin and layer.type in _WITH_WEIGHTS]
    if not any(layer.weights for layer in mine):
        return []
    return [layer for layer in mine if not layer.weights and not layer.input_shapes]


CHECK = Check(
    code="GF219",
    name="unused-input",
    severity="error",
    function=unused_input,
    message={
        "input": "No layer on the way to an output takes the input {names} (of {of} inputs): what "
        "it tells is not used.",
        "gradient": "No gradient ever reached {names} ({parameters:,} weights), though other "
        "layers learned: nothing that can be differentiated leads from there to the loss.",
        "uncalled": "{names} was made but never called: it has no weights.",
    },
    advice={
        "input": "Connect {names} to the layers, e.g. with Concatenate, or take it out of the "
        "model's inputs.",
        "gradient": "Look behind {names} for argmax, round, stop_gradient or comparisons, or a "
        "branch whose result is thrown away.",
        "uncalled": "Call it in call(), or leave it out.",
    },
)
