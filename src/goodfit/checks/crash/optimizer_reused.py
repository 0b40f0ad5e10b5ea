"""GF609 optimizer-reused: one optimiser object serves two models, or a model that changed.

Sees: the exception by which an optimiser refuses weights that it was not built for.
Why it matters: an optimiser keeps moments for each weight of the model that it first trained;
another model has other weights. The same happens where layers are added, or set trainable, after
compile.
Evidence: the weight that it did not know, or the numbers of weights, as the exception has them; the
fix that passed, where one was tried on a copy.
Remedies: none is applied by itself; the advice says what to type.
Source: the messages of Keras 3 on its three backends; https://keras.io/api/optimizers/.
"""

from __future__ import annotations

import re

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.tried import OPTIMIZER, proof, with_proof
from goodfit.facts import CrashFacts, SettingsFacts

_VARIABLE = re.compile(r"Unknown variable: <Variable path=([^,>\s]+)")
# JAX, where the other model has as many weights: only fit hands an optimiser another's weights.
_SHAPES = re.compile(
    r"Invalid variable value in StatelessScope: .*?For variable <Variable path=([^,>\s]+)",
    re.DOTALL,
)
_COUNTS = re.compile(
    r"Argument `optimizer_variables` must be a list of tensors corresponding 1:1.*?"
    r"|len\(trainable_variables\) == (\d+) whereas the optimizer was built with (\d+) variables",
    re.DOTALL,
)
_NUMBERS = re.compile(
    r"len\(trainable_variables\) == (\d+) whereas the optimizer was built with (\d+) variables"
)


def optimizer_reused(crash: CrashFacts, settings: SettingsFacts | None = None) -> Answer:
    variable = _VARIABLE.search(crash.message)
    if variable is None and crash.during == "fit":
        variable = _SHAPES.search(crash.message)
    if variable is None and _COUNTS.search(crash.message) is None:
        return NotApplicable(f"the {crash.type} does not come from an optimiser's weights")
    counts = _NUMBERS.search(crash.message)
    optimizer = settings.optimizer if settings is not None else None
    name = optimizer.name if optimizer is not None else None
    evidence = {
        "weight": variable[1] if variable else None,
        "weights": int(counts[1]) if counts else None,
        "built_for": int(counts[2]) if counts else None,
        "optimizer": name or "Adam",
        **proof(crash, OPTIMIZER),
    }
    case = "weight" if variable else "counts" if counts else "unlike"
    line = (optimizer.where if optimizer is not None else None) or crash.where
    return Suspicion(case=case, evidence=evidence, where=place(line, argument="optimizer"))


_SERVES = "The optimiser was built for the weights of another model, or for this one before it "
_ADVICE = (
    "Make a new optimiser for each model, in its compile: "
    "model.compile(optimizer=keras.optimizers.{optimizer}(...), ...). After adding layers or "
    "changing `trainable`, call compile again with a new one."
)

CHECK = Check(
    code="GF609",
    name="optimizer-reused",
    severity="error",
    function=optimizer_reused,
    message={
        "weight": _SERVES + "changed: it does not know {weight}.",
        "counts": _SERVES + "changed: it knows {built_for} weights, the model trains {weights}.",
        "unlike": _SERVES + "changed.",
    },
    advice=with_proof({"weight": _ADVICE, "counts": _ADVICE, "unlike": _ADVICE}),
)
