"""GF603 unknown-name: a loss, metric, layer, argument or the like by a name that Keras lacks.

Sees: the exception, where it says that a string names no loss, metric, optimiser, activation,
initialiser, regulariser or constraint, that a module of Keras or a model lacks a name, that a call
does not take an argument, or that the model has no layer of a name. Names that Keras 2 had are
left to GF606.
Why it matters: a slip of the pen; the exception does not say what the right name is.
Evidence: the name, where it should have been known, and the known names most like it; the fix that
passed, where one was tried on a copy.
Remedies: none is applied by itself; the advice says what to type.
Source: the names that Keras 3.15 knows; likeness as in Python's difflib, with its default of 0.6.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.legacy_api import today
from goodfit.checks.crash.names import Unknown, candidates, nearest, unknown
from goodfit.checks.crash.tried import NAMES, proof, with_proof
from goodfit.facts import CrashFacts

MODELS = ("Sequential", "Functional", "Model")
COMMON = {
    "rmse": "root_mean_squared_error as a metric, or mean_squared_error as the loss",
    "f1": "keras.metrics.F1Score(), with its threshold=0.5 for sigmoid outputs",
    "fscore": "keras.metrics.F1Score()",
    "crossentropy": "categorical_crossentropy, sparse_categorical_crossentropy or "
    "binary_crossentropy",
    "glorot": "glorot_uniform or glorot_normal",
    "xavier": "glorot_uniform or glorot_normal",
    "xavier_uniform": "glorot_uniform",
    "xavier_normal": "glorot_normal",
    "he": "he_normal or he_uniform",
    "kaiming": "he_normal or he_uniform",
    "kaiming_normal": "he_normal",
    "kaiming_uniform": "he_uniform",
    "leakyrelu": "leaky_relu",
    "logloss": "binary_crossentropy or categorical_crossentropy",
    "log_loss": "binary_crossentropy or categorical_crossentropy",
    "nll": "sparse_categorical_crossentropy",
    "l1_l2": "keras.regularizers.L1L2(l1=..., l2=...)",
}
"""What people write who come from elsewhere; for strings only."""


def unknown_name(crash: CrashFacts) -> Answer:
    one = unknown(crash)
    if one is None or not _of_keras(one):
        return NotApplicable(f"the {crash.type} is not about a name that Keras should know")
    if today(crash) is not None:
        return NotApplicable(f"{one.name} is a name of Keras 2, which GF606 is about")
    known = candidates(one)
    meant = COMMON.get(one.name.lower()) if one.kind == "identifier" else None
    likely = () if meant else nearest(one.name, known)
    evidence = {
        "name": one.name,
        "owner": one.owner,
        "what": one.owner if one.kind == "identifier" else one.kind,
        "nearest": likely,
        "meant": meant or (likely[0] if likely else None),
        "known": ", ".join(known[:_LISTED]) + ("" if len(known) <= _LISTED else ", ..."),
        **proof(crash, NAMES),
    }
    case = one.kind if likely or meant else f"{one.kind}, nothing like it"
    return Suspicion(case=case, evidence=evidence, where=place(crash.where, argument=one.name))


_LISTED = 40


def _of_keras(one: Unknown) -> bool:
    """Attributes and arguments of the user's own classes are not Keras' to know."""
    if one.kind == "attribute":
        # A name the user forgot to set in a model of his own is no slip in one of Keras' names.
        slip = one.name not in candidates(one) and bool(nearest(one.name, candidates(one)))
        return one.owner in MODELS and slip
    if one.kind == "argument":
        return bool(candidates(one))
    return True


_TOLD = {
    "identifier": (
        'Keras knows no {what} called "{name}".',
        "Write one of its names, in quotes: {meant}.",
        "Use one of: {known}; or pass a function or an object of your own.",
    ),
    "member": (
        "{owner} has nothing called {name}.",
        "Write {meant} (from {owner}).",
        "Look its name up at https://keras.io/api/, and from which module it comes.",
    ),
    "module": (
        "Keras has no module {owner}.{name}.",
        "Write {owner}.{meant}.",
        "Look its name up at https://keras.io/api/.",
    ),
    "attribute": (
        "A {owner} model has nothing called {name}.",
        "Write .{meant}.",
        "Look its name up at https://keras.io/api/models/.",
    ),
    "argument": (
        "{owner} takes no argument {name}.",
        "Write {meant}= in place of {name}=.",
        "Take {name}= out; {owner} takes: {known}.",
    ),
    "layer name": (
        'The model has no layer called "{name}".',
        "Write {meant}, or take the layer by its place: model.get_layer(index=...).",
        "Its layers are: {known}. Names that Keras gives count up within a session; give the "
        'layer one of your own: Dense(10, name="head").',
    ),
}

_ADVICE = {
    case: advice
    for kind, words in _TOLD.items()
    for case, advice in ((kind, words[1]), (f"{kind}, nothing like it", words[2]))
}

CHECK = Check(
    code="GF603",
    name="unknown-name",
    severity="error",
    function=unknown_name,
    message={
        case: words[0]
        for kind, words in _TOLD.items()
        for case in (kind, f"{kind}, nothing like it")
    },
    advice=with_proof(_ADVICE),
)
