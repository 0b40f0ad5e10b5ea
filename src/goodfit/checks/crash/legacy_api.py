"""GF606 legacy-api: the script stopped at a name or an argument that only Keras 2 knew.

Sees: the exception, where it is about one of the names that Keras 3 dropped or renamed: a missing
attribute, a failed import, an argument that is not taken; a file format for saving that is gone;
a Keras tensor handed to a function of TensorFlow or NumPy; a layer of Keras 2 in a model of
Keras 3. From the exception alone: GF226 reads the whole source.
Why it matters: most tutorials are older than Keras 3, and the exception names no cure.
Evidence: the old name, what should have had it, and today's spelling; the fix that passed, where
one was tried on a copy.
Remedies: none is applied by itself; the advice says what to type.
Source: the names as in GF226, each tried on Keras 3.15.1; the messages of all three backends.
"""

from __future__ import annotations

import re

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.names import Unknown, unknown
from goodfit.checks.crash.tried import LEGACY, proof, with_proof
from goodfit.checks.model.removed_names import ASSIGNED, KEYWORDS, METHODS, NAMES
from goodfit.facts import CrashFacts

OPTIMIZERS = ("keras.optimizers.", "the optimizer")
_FILES = (
    r"`save_format` argument is deprecated in Keras 3"
    r"|Invalid filepath extension for saving"
    r"|File format not supported: filepath=.*Keras 3 only supports"
    r"|filepath provided must end in `\.(?:keras|weights\.h5)`"
)
_OTHERS = {
    "file": re.compile(_FILES, re.DOTALL),
    "symbolic": re.compile(
        r"A KerasTensor cannot be used as input to a TensorFlow function|A KerasTensor is symbolic"
    ),
    "mixed": re.compile(
        r"Only instances of `?keras\.Layer`? can be added to a Sequential model\. "
        r"Received:.*tf_keras",
        re.DOTALL,
    ),
}
_LEGACY_OPTIMIZER = re.compile(r"`keras\.optimizers\.legacy` is not supported in Keras 3")
_REQUIRED = re.compile(r"(\w+)\.__init__\(\) missing \d+ required positional arguments?: '(\w+)'")


def legacy_api(crash: CrashFacts) -> Answer:
    spelling = today(crash)
    if spelling is not None:
        name, new, case = spelling
        evidence = {"name": name, "today": new, **proof(crash, LEGACY)}
        return Suspicion(case=case, evidence=evidence, where=place(crash.where, argument=name))
    for case, pattern in _OTHERS.items():
        if pattern.search(crash.message):
            evidence = {"name": case, "today": "", **proof(crash, LEGACY)}
            return Suspicion(case=case, evidence=evidence, where=place(crash.where))
    return NotApplicable(f"the {crash.type} is not about a name of Keras 2")


def today(crash: CrashFacts) -> tuple[str, str, str] | None:
    """The old name as it is told, today's, and the case; None where the exception is not about a
    name that Keras dropped."""
    if _LEGACY_OPTIMIZER.search(crash.message):
        old = "keras.optimizers.legacy"
        return old, NAMES[old], "name"
    one = unknown(crash)
    if one is None:
        return _renamed(crash)
    if one.kind in ("member", "module"):
        return _name(f"{one.owner}.{one.name}")
    if one.kind == "attribute":
        return _attribute(one)
    return _keyword(one) if one.kind == "argument" else None


def _name(full: str) -> tuple[str, str, str] | None:
    for old, new in NAMES.items():
        if full == old or full.startswith(f"{old}."):
            return old, new, "name" if new.startswith(("keras.", "model.")) else "replaced"
    return None


def _attribute(one: Unknown) -> tuple[str, str, str] | None:
    if one.name in METHODS:
        return f".{one.name}()", f".{METHODS[one.name]}", "name"
    new = ASSIGNED.get(f".optimizer.{one.name}")
    return (f"{one.owner}.{one.name}", new.rsplit(".", 1)[-1], "name") if new else None


def _keyword(one: Unknown) -> tuple[str, str, str] | None:
    for (part, keyword), (new, _) in KEYWORDS.items():
        if keyword != one.name:
            continue
        if part.startswith("."):
            fits = one.owner == part
        elif part.endswith("."):
            fits = (one.owner == OPTIMIZERS[1]) == (part == OPTIMIZERS[0])
            fits = fits and not one.owner.startswith(".")
        else:
            fits = one.owner == part.rsplit(".", 1)[-1]
        if fits:
            return f"{keyword}=", new, "argument" if new.isidentifier() else "replaced"
    return None


def _renamed(crash: CrashFacts) -> tuple[str, str, str] | None:
    """An argument that Keras wants is missing since the script gives it by its old name."""
    found = _REQUIRED.search(crash.message)
    if found is None or crash.where is None:
        return None
    for (part, keyword), (new, _) in KEYWORDS.items():
        owner = part.rsplit(".", 1)[-1]
        written = re.search(rf"\b{keyword}\s*=", crash.where.text) is not None
        if new == found[2] and written and owner in ("", found[1]):
            return f"{keyword}=", new, "argument"
    return None


_ADVICE = {
    "name": "Write {today} in place of {name}.",
    "argument": "Write {today}= in place of {name}.",
    "replaced": "Take {name} out; in its place Keras 3 has: {today}.",
    "file": 'Give the path its ending and drop save_format: model.save("model.keras"), '
    'keras.models.load_model("model.keras"), ModelCheckpoint("best.keras"), or '
    '"best.weights.h5" with save_weights_only=True. Save an old SavedModel folder anew where '
    "it was made.",
    "symbolic": "Use the function of the same name from keras.ops, or call it inside the "
    "`call` of a layer of your own.",
    "mixed": "Take both from one place: import keras and keras.layers everywhere, or tf_keras "
    "everywhere.",
}

CHECK = Check(
    code="GF606",
    name="legacy-api",
    severity="error",
    function=legacy_api,
    message={
        "name": "Keras 3 does not know {name} any more: the script was written for Keras 2.",
        "argument": "Keras 3 does not take the argument {name} any more: the script was written "
        "for Keras 2.",
        "replaced": "Keras 3 does not know {name} any more: the script was written for Keras 2.",
        "file": "Keras 3 saves and loads other files than Keras 2 did: a model is a .keras (or "
        ".h5) file, weights alone a .weights.h5 file, and the folders of TensorFlow's SavedModel "
        "are gone.",
        "symbolic": "A function of TensorFlow or NumPy was called on a tensor of a Keras model "
        "that is still being built; Keras 2 allowed it, Keras 3 does not.",
        "mixed": "A layer of Keras 2 (tf_keras) was put into a model of Keras 3; the two cannot be "
        "mixed.",
    },
    advice=with_proof(_ADVICE),
)
