"""GF608 unbuilt-model: the model was asked for what it has only after it was built or compiled.

Sees: the exceptions of a model or layer without weights, without defined inputs and outputs, or
without compile.
Why it matters: a Sequential model without an Input, and a subclassed one, make their weights when
they first meet data; until then there is nothing to count, load, save or connect.
Evidence: what was asked for, and of what; the shape of the rows where it is known.
Remedies: none is applied by itself; the advice says what to type.
Source: the messages of Keras 3 on its three backends.
"""

from __future__ import annotations

import re

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.keras_names import MEMBERS
from goodfit.facts import CrashFacts, DataFacts, ModelFacts

MODELS = ("Sequential", "Functional", "Model")
_CASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (case, re.compile(pattern))
    for case, pattern in (
        ("weights", r"You tried to call `(?P<asked>\w+)` on layer '(?P<who>[^']+)', but the layer"),
        ("ends", r"The layer (?P<who>\S+) has never been called and thus has no defined "
         r"(?P<asked>\w+)"),
        ("ends", r"'(?P<who>\w+)' object has no attribute '(?P<asked>input|output)'"),
        ("weights", r"You must build the layer before accessing `(?P<asked>\w+)`"),
        ("weights", r"'(?P<who>\w+)' object has no attribute '(?P<asked>kernel|bias)'"),
        ("loading", r"You are (?P<asked>loading|saving) (?:weights into )?a model that has not "
         r"yet been built"),
        ("loading", r"You called `(?P<asked>set_weights)\(weights\)` on layer '(?P<who>[^']+)' "
         r"with a weight list of length \d+, but the layer was expecting 0 weights"),
        ("compile", r"You must call `compile\(\)` before"),
        ("compile", r"'(?P<who>\w+)' object has no attribute '(?P<asked>optimizer)'"),
    )
)  # fmt: skip


def unbuilt_model(
    crash: CrashFacts, data: DataFacts | None = None, model: ModelFacts | None = None
) -> Answer:
    for case, pattern in _CASES:
        found = pattern.search(crash.message)
        if found is None or not _of_keras(found, crash, model):
            continue
        named = found.groupdict()
        who = named.get("who")
        inputs = data.train.inputs if data is not None else ()
        shape = inputs[0].shape if inputs else crash.input_shapes[0][1:] if _rows(crash) else None
        evidence = {
            "asked": named.get("asked"),
            "who": who or "the model",
            "shape": shape,
            "input": shape if shape is not None else "(features,)",
            "during": crash.during,
        }
        return Suspicion(case=case, evidence=evidence, where=place(crash.where, layer=who))
    return NotApplicable(f"the {crash.type} does not come from a model that is not built")


def _of_keras(found: re.Match[str], crash: CrashFacts, model: ModelFacts | None) -> bool:
    """Python's own words for a missing attribute say it of any object; whether it is a model or a
    layer, its class tells, or the call of a model in which it happened."""
    if "object has no attribute" not in found[0]:
        return True
    own = model is not None and model.kind == "subclassed"
    known = found["who"] in MODELS or found["who"] in MEMBERS["keras.layers"]
    return known or own or crash.during in ("fit", "evaluate", "predict")


def _rows(crash: CrashFacts) -> bool:
    return bool(crash.input_shapes) and len(crash.input_shapes[0]) > 1


_BUILD = (
    "Say what a row looks like: put keras.Input({input}) first in a Sequential model; build a "
    "subclassed one by calling it once on a batch, model(x[:1])"
)

CHECK = Check(
    code="GF608",
    name="unbuilt-model",
    severity="error",
    function=unbuilt_model,
    message={
        "weights": "{asked} was asked of {who}, which has no weights yet: it was never built.",
        "ends": "{asked} was asked of {who}, which has none yet: it was never called on an input.",
        "loading": "Weights were to be loaded into, set in, or saved from a model that has none "
        "yet: it was never built.",
        "compile": "The model was trained or evaluated before compile was called, or its optimiser "
        "was asked for.",
    },
    advice={
        "weights": _BUILD + ". Do it before this line.",
        "ends": _BUILD + ". For the outputs of a layer inside, make the model with keras.Input "
        "and keras.Model(inputs, outputs).",
        "loading": _BUILD + ". Then load the weights.",
        "compile": 'Call model.compile(optimizer="adam", loss=..., metrics=[...]) before this '
        "line; where compile is called, see that it is this model's and that load_model was not "
        "told compile=False.",
    },
)
