"""GF601 shape-mismatch: the script ended because shapes do not fit.

Sees: the exception's own text, in the words of JAX, TensorFlow, PyTorch or Keras, read together
with the shapes of inputs, labels and layers that were recorded on the way.
Why it matters: the text names two shapes but not where they come from; the place to change is often
another line than the one that raised.
Evidence: what was expected and what was received, where (at the input, inside the model, at the
loss), and the shapes layer by layer up to the break; the fix that passed, where one was tried on a
copy.
Remedies: none is applied by itself; the advice says what to type.
Source: docs/evidence/model.md, with the messages of all three backends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.fixes import at_first_layer, at_input, at_loss, at_metric, fits, inside
from goodfit.checks.crash.reading import Break, read
from goodfit.checks.crash.tried import SHAPES, proof, with_proof
from goodfit.checks.crash.wording import ADVICE, MESSAGE
from goodfit.facts import CrashFacts, LayerFacts, ModelFacts, SettingsFacts, Shape

MOST_STEPS = 6


def shape_mismatch(
    crash: CrashFacts, model: ModelFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    broken = read(crash)
    if broken is None:
        return NotApplicable(f"the {crash.type} does not speak of shapes")
    if broken.kind in ("broadcast", "matmul") and not _in_keras(crash, broken):
        return NotApplicable("the shapes that do not fit are not the model's")
    name, type_ = _layer(crash, broken)
    if broken.kind == "rows":
        turned = _turned(broken, crash)
        if turned is None:
            return NotApplicable("inputs and labels differ in rows, which GF602 is about")
        case, seen = "rows-transposed", turned
    elif _at_loss(broken, crash):
        case, seen = _loss(broken, crash, model, settings)
    else:
        case, seen = _model(broken, crash, model, name, type_)
    steps = _steps(crash, model, name)
    evidence = {
        "during": crash.during,
        "layer": name or type_ or "the layer",
        "who": f"{name} ({type_})" if name and type_ else name or type_ or "a layer",
        "expected": broken.expected or (broken.numbers[0] if broken.numbers else None),
        "received": broken.received or (broken.numbers[1] if broken.numbers else None),
        "steps": steps,
        "way": f" On the way: {' → '.join(steps[-MOST_STEPS:])}." if len(steps) > 1 else "",
        **seen,
        **proof(crash, SHAPES),
    }
    return Suspicion(case=case, evidence=evidence, where=place(crash.where, layer=name or None))


def _in_keras(crash: CrashFacts, broken: Break) -> bool:
    return bool(crash.layers or broken.called) or crash.during in (
        "build",
        "fit",
        "evaluate",
        "predict",
    )


def _at_loss(broken: Break, crash: CrashFacts) -> bool:
    if broken.kind in ("loss", "metric"):
        return True
    if broken.kind != "broadcast":
        return False
    outside = not crash.layers and not broken.called
    return "compile_loss" in crash.message or (outside and crash.during in ("fit", "evaluate"))


def _layer(crash: CrashFacts, broken: Break) -> tuple[str, str]:
    """Name and type of the layer that refused: named by the text, else the innermost called."""
    for name, type_, _ in reversed(crash.layers):
        if name == broken.layer:
            return name, type_
    if broken.layer or not crash.layers:
        return broken.layer, "" if broken.layer else broken.called
    return crash.layers[-1][0], crash.layers[-1][1]


def _turned(broken: Break, crash: CrashFacts) -> dict[str, Any] | None:
    """The words for a table that lies on its side; None where it does not."""
    x_rows, y_rows = broken.numbers
    whole = crash.input_shapes[0] if crash.input_shapes else ()
    if len(whole) != 2 or whole[1] != y_rows:
        return None
    return {"x_rows": x_rows, "y_rows": y_rows, "received": whole}


def _loss(
    broken: Break, crash: CrashFacts, model: ModelFacts | None, settings: SettingsFacts | None
) -> tuple[str, dict[str, Any]]:
    loss = settings.losses[0].name if settings and settings.losses else ""
    labels, outputs = broken.expected, broken.received
    declared = (None, *model.outputs[0].shape) if model and model.outputs else None
    if labels is None or outputs is None:
        labels = crash.target_shapes[0] if crash.target_shapes else None
        outputs = declared
    elif declared is not None and fits(labels, declared) and not fits(outputs, declared):
        labels, outputs = outputs, labels
    seen: dict[str, Any] = {"loss": loss or "the loss", "labels": labels, "outputs": outputs}
    if labels is None or outputs is None:
        first, second = broken.numbers or (None, None)
        return "loss-lengths", {**seen, "first": first, "second": second}
    seen |= {"units": outputs[-1], "width": labels[-1] if len(labels) > 1 else 1}
    if broken.kind == "metric" or (labels[:1] == outputs[:1] == (1,) and len(labels) == 2):
        return at_metric(outputs), seen
    return at_loss(labels, outputs, loss, model), seen


def _model(
    broken: Break, crash: CrashFacts, model: ModelFacts | None, name: str, type_: str
) -> tuple[str, dict[str, Any]]:
    whole = crash.input_shapes[0] if crash.input_shapes else None
    declared = (None, *model.inputs[0].shape) if model and model.inputs else None
    if declared and whole and None not in declared[1:] and declared[1:] == whole:
        return "batch-axis", {"expected": declared, "received": whole}
    if broken.kind == "arrays":
        return "arrays", {"expected": broken.numbers[0], "received": broken.numbers[1]}
    if broken.kind == "input" and broken.expected and broken.received:
        received = whole if whole and len(whole) == len(broken.received) else broken.received
        return at_input(broken.expected, received), _wanted(broken.expected, received)
    seen = _numbers(broken, declared)
    if _first(broken, model, name, whole):
        return at_first_layer(broken, type_, whole), seen
    return inside(broken, type_, _before(model, name)), seen


def _listed(lengths: Sequence[int | None], otherwise: str) -> str:
    return ", ".join(str(n) for n in lengths) or otherwise


def _wanted(expected: Shape, received: Shape) -> dict[str, Any]:
    """The words for a whole input shape."""
    return {
        "received": received,
        "sample": received[1:],
        "inner": _listed(received[1:], "..."),
        "target": _listed(expected[1:], "..."),
        "wanted": expected[-1],
        "found": received[-1] if received else None,
    }


def _numbers(broken: Break, declared: Shape | None) -> dict[str, Any]:
    """The words for one number: an axis' length, or how many axes."""
    received = broken.received or ()
    wanted, other = broken.numbers or (None, None)
    fitting = declared[1:] if declared and len(declared) == wanted else ()
    return {
        "sample": received[1:],
        "inner": _listed(received[1:], "..."),
        "target": _listed(fitting, "height, width, channels"),
        "wanted": wanted,
        "found": received[-1] if broken.kind == "width" and received else other,
    }


def _first(broken: Break, model: ModelFacts | None, name: str, whole: Shape | None) -> bool:
    """Whether the layer that refused is the one the input meets first."""
    if broken.kind not in ("axes", "width"):
        return False
    if model is not None and model.layers:
        layers = [layer for layer in model.layers if layer.type != "InputLayer"]
        known = next((i for i, layer in enumerate(layers) if _named(layer, name)), None)
        if known is not None:
            return known == 0
    if whole is not None:
        return fits(whole[1:], (broken.received or ())[1:])
    # Nothing is known of what comes before: an image without channels is the likely start of one.
    return broken.kind == "width" or (broken.numbers[0] >= 4 and broken.numbers[1] != 2)


def _named(layer: LayerFacts, name: str) -> bool:
    return layer.path.rsplit("/", 1)[-1] == name


def _before(model: ModelFacts | None, name: str) -> LayerFacts | None:
    before: LayerFacts | None = None
    for layer in model.layers if model else ():
        if _named(layer, name):
            return before
        before = layer
    return None


def _steps(crash: CrashFacts, model: ModelFacts | None, name: str) -> tuple[str, ...]:
    """The shapes on the way, one step a layer, up to the layer that refused."""
    steps = [f"input {shape}" for shape in crash.input_shapes[:1]]
    if model is None or not model.layers:
        return (*steps, *(f"{name_} ({type_}) got {shape}" for name_, type_, shape in crash.layers))
    for layer in model.layers:
        if layer.type == "InputLayer":
            continue
        if name and _named(layer, name):
            return (*steps, f"{layer.path} ({layer.type}) breaks")
        made = layer.output_shapes[0] if layer.output_shapes else "?"
        steps.append(f"{layer.path} ({layer.type}) {made}")
    return tuple(steps)


CHECK = Check(
    code="GF601",
    name="shape-mismatch",
    severity="error",
    function=shape_mismatch,
    message=MESSAGE,
    advice=with_proof(ADVICE),
)
