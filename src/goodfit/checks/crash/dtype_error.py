"""GF604 dtype-error: values that are no numbers, or numbers of another type than was wanted.

Sees: the exception, where it speaks of strings, of arrays of Python objects, of lists in place of
arrays, of labels that are missing, of an index that is no integer, or of two number types that a
backend does not combine; and the data's types where they were recorded.
Why it matters: a network computes with numbers; which column or argument is not one, the exception
seldom says.
Evidence: the type, whether it is x or y where that is known, and the value where it was told; the
fix that passed, where one was tried on a copy.
Remedies: none is applied by itself: how categories become numbers is a choice.
Source: the messages of Keras 3 on its three backends.
"""

from __future__ import annotations

import re

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.tried import VALUES, proof, with_proof
from goodfit.facts import CrashFacts, DataFacts

_CASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (case, re.compile(pattern, re.DOTALL))
    for case, pattern in (
        ("value", r"could not convert string to float: ['\"]?(?P<value>[^'\"\n]*)"),
        ("list", r"Unrecognized data type: (?P<what>x|y|sample_weight)=.*"),
        ("strings", r"Invalid dtype: (?P<dtype><?[SU]\d*|str\d*|bytes\d*|string)\b"),
        ("objects", r"Invalid dtype: (?P<dtype>object)\b"),
        ("objects", r"Failed to convert a NumPy array to a Tensor \(Unsupported object type"),
        ("objects", r"can't convert np\.ndarray of type numpy\.(?P<dtype>object_)"),
        ("objects", r"Dtype (?P<dtype>object) is not a valid JAX array type"),
        ("strings", r"Cast string to \w+ is not supported"),
        ("strings", r"can't convert np\.ndarray of type numpy\.(?P<dtype>str_)"),
        ("other", r"Invalid dtype: (?P<dtype>datetime64\S*|timedelta64\S*)"),
        ("labels", r"None is not a valid value for jnp\.array|None values not supported"),
        ("inputs", r"The input '\w+' is not optional, but None was passed"),
        (
            "mixed",
            r"expected (?:m1 and m2|mat1 and mat2) to have the same dtype, but got: "
            r"(?P<dtype>\w+) != (?P<second>\w+)|mat1 and mat2 must have the same dtype",
        ),
        (
            "mixed",
            r"expected to be an? (?P<dtype>\w+) tensor but is an? (?P<second>\w+) tensor",
        ),
        (
            "index",
            r"Expected tensor for argument #1 'indices' to have one of the following scalar types"
            r"|Indexer must have integer or boolean type|indices must be .*?integer",
        ),
    )
)


def dtype_error(crash: CrashFacts, data: DataFacts | None = None) -> Answer:
    for case, pattern in _CASES:
        found = pattern.search(crash.message)
        if found is None or (case == "index" and crash.during == "script"):
            continue
        told = {name: text for name, text in found.groupdict().items() if text is not None}
        what = told.get("what") or _which(data)
        if case == "objects" and crash.during == "fit" and _no_labels(crash):
            case = "labels"
        evidence = {
            "during": crash.during,
            "dtype": told.get("dtype"),
            "second": told.get("second"),
            "value": told.get("value"),
            "what": what,
            "named": what or "x or y",
            "pair": f": {told['dtype']} and {told['second']}" if "second" in told else "",
            **proof(crash, VALUES),
        }
        return Suspicion(case=case, evidence=evidence, where=place(crash.where))
    return NotApplicable(f"the {crash.type} does not speak of types of values")


def _which(data: DataFacts | None) -> str:
    """ "x" or "y", where just one of them holds what is no number; else ""."""
    if data is None:
        return ""
    odd = [
        name
        for name, arrays in (("x", data.train.inputs), ("y", data.train.targets))
        if any(re.match(r"object|str|<?U|\|?S|string", array.dtype) for array in arrays)
    ]
    return odd[0] if len(odd) == 1 else ""


def _no_labels(crash: CrashFacts) -> bool:
    """Without y, PyTorch is given an array that holds None."""
    return bool(crash.input_shapes) and not crash.target_shapes


_ADVICE = {
    "value": "Find the columns of text with df.dtypes. Turn categories into columns, "
    'pandas.get_dummies(df, dtype="float32"), numbers written as text with '
    'pandas.to_numeric(df["..."]), and drop names and identifiers.',
    "strings": "Labels: classes, y = np.unique(y, return_inverse=True). Categories in x: "
    'pandas.get_dummies(df, dtype="float32"). Sentences: keras.layers.TextVectorization, '
    "adapted on the training rows.",
    "objects": 'Try x.astype("float32") and y.astype("float32"): the error names the value '
    "that is no number. Encode text (pandas.get_dummies for x, "
    "np.unique(y, return_inverse=True) for labels), fill what is missing, and pad sequences of "
    "unequal length with keras.utils.pad_sequences.",
    "other": "Make numbers of it, e.g. days since the first: "
    '(x - x.min()) / np.timedelta64(1, "D").',
    "list": "Write np.array(...) around it: model.fit(np.array(x), np.array(y)).",
    "labels": "Give fit the labels, model.fit(x, y). An autoencoder has its inputs as labels, "
    "model.fit(x, x); a generator must yield pairs (x, y).",
    "inputs": "Look where x is lost: a function without return, or a loader that found nothing.",
    "mixed": 'Bring the data to the model\'s type: x = x.astype("float32"); inside a model '
    "use keras.ops.cast(x, self.compute_dtype).",
    "index": 'Give the Embedding whole numbers: x = x.astype("int32").',
}

CHECK = Check(
    code="GF604",
    name="dtype-error",
    severity="error",
    function=dtype_error,
    message={
        "value": 'There is text among the numbers: "{value}" cannot be made a number.',
        "strings": "{named} holds text, and the network computes with numbers only.",
        "objects": "{named} holds Python objects (dtype object), not numbers: text, missing values "
        "or rows of unequal length are among them.",
        "other": "{named} holds values of type {dtype}, which is no number.",
        "list": "{named} is a plain Python list; Keras wants an array.",
        "labels": "The loss was given no labels: y is None.",
        "inputs": "The model was given None as its input.",
        "mixed": "Numbers of two types meet that this backend does not combine{pair}.",
        "index": "A layer that looks up rows by number was given numbers that are not whole.",
    },
    advice=with_proof(_ADVICE),
)
